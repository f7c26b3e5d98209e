//! Which server the tests use, if somebody has started one for them.

/// The variable that names the server for the tests' databases.
pub const VARIABLE: &str = "TEST_DATABASE_URL";

/// The server that [`VARIABLE`] names; `None` if it names none.
#[must_use]
pub fn named_server() -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the harness is the home of this variable"
    )]
    let url = std::env::var(VARIABLE).ok();
    url.filter(|url| !url.is_empty())
}
