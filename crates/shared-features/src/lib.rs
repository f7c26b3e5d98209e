//! Nothing but its manifest: the server and the command `migrate` depend on this crate, so that both
//! ask the crates named there for the same features, and one build serves both.
