//! What evolves a schema: names computed from a convention, versioned changes, generated entities.
//! It knows no domain.
//!
//! | feature | for | brings |
//! |---|---|---|
//! | none | knowing what a constraint is called | [`naming`] |
//! | `run` | migrations, and programs that apply them | tables as data, the runner |
//! | `toolkit` (default) | the command `migrate` | everything |

#[cfg(feature = "toolkit")]
pub mod adopt;
#[cfg(feature = "run")]
pub mod alter;
#[cfg(feature = "run")]
pub mod backup;
#[cfg(feature = "toolkit")]
pub mod check;
#[cfg(feature = "toolkit")]
pub mod cli;
#[cfg(feature = "toolkit")]
pub mod diagram;
#[cfg(feature = "toolkit")]
pub mod diff;
#[cfg(feature = "toolkit")]
pub mod inspect;
#[cfg(feature = "toolkit")]
pub mod lint;
#[cfg(feature = "run")]
pub mod model;
pub mod naming;
#[cfg(feature = "run")]
mod rebuild;
#[cfg(feature = "run")]
pub mod record;
#[cfg(feature = "toolkit")]
pub mod refresh;
#[cfg(feature = "run")]
pub mod run;
#[cfg(feature = "toolkit")]
pub mod scratch;
#[cfg(feature = "run")]
pub mod table;
#[cfg(feature = "run")]
mod text;
#[cfg(feature = "toolkit")]
pub mod verify;
