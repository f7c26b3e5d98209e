//! What evolves a schema: names computed from a convention, versioned changes, generated entities.
//! It knows no domain.
//!
//! Without the feature `toolkit` only [`naming`] is left, for programs that merely need to know
//! what a constraint is called.

#[cfg(feature = "toolkit")]
pub mod cli;
#[cfg(feature = "toolkit")]
pub mod model;
pub mod naming;
#[cfg(feature = "toolkit")]
pub mod refresh;
#[cfg(feature = "toolkit")]
pub mod run;
#[cfg(feature = "toolkit")]
pub mod table;
