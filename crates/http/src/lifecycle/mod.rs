//! From the bound address to the last response: accepts connections until the shutdown begins, lets
//! the requests that are under way finish, and returns when nothing runs any more.
//!
//! A request is under way from the end of its head to the end of its response. A connection that has
//! sent half of a head gets a moment to send the rest, so that it does not hold up the end.

mod bind;
mod busy;
mod canned;
mod connection;
mod descriptors;
mod incoming;
mod last_words;
mod options;
mod serve;
mod shutdown;
mod slots;
mod stream;
#[cfg(test)]
mod tests;

pub use bind::{BindError, bind};
pub use options::ServeOptions;
pub use serve::{Drained, serve};
pub use shutdown::{Hangups, Shutdown};
