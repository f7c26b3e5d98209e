//! What the tests of a service on Groundwork start from.
//!
//! A test that shall hold on both engines takes the engine as a parameter:
//!
//! ```
//! use groundwork_test::{Engine, on_both_engines};
//!
//! #[on_both_engines]
//! async fn an_engine_has_a_name(engine: Engine) {
//!     assert!(!engine.name().is_empty());
//! }
//! ```

pub use groundwork_naming::Engine;
pub use groundwork_test_macros::on_both_engines;
#[doc(hidden)]
pub use rstest;
