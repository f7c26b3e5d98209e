//! The foundation of a Groundwork service: configuration, the durable database, the file store,
//! and, under the feature `services`, the domains built on them.
//!
//! Without the feature `services` this crate is the bare foundation that a downstream crate takes;
//! it then knows no domain and does not depend on the generated entities.

pub mod clock;
pub mod config;
pub mod db;
pub mod files;
#[cfg(feature = "services")]
mod json;
pub mod log;
pub mod page;
#[cfg(feature = "services")]
pub mod services;
#[cfg(feature = "services")]
pub mod source;

pub use groundwork_error as error;
