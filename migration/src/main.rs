//! The command `migrate`.
fn main() {}
