//! The domains that Groundwork ships, a folder each. They share the foundation and nothing else:
//! none imports another.

pub mod atlas;
pub mod signals;
pub mod studio;
