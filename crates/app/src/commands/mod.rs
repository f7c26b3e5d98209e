//! The commands of `groundwork` itself, a folder per domain.

pub(crate) mod atlas;
mod command;
pub(crate) mod files;
pub(crate) mod listing;
pub(crate) mod signals;
pub(crate) mod studio;
#[cfg(test)]
mod tests;

pub(crate) use self::command::{Command, EXAMPLES, run};
