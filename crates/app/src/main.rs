//! The thin program `groundwork`.
fn main() {}
