//! The tests of SeaORM that cannot pass over the layer, each with its reason.

/// Files whose tests do not compile over the layer.
pub(super) const LEFT_OUT: &[(&str, &str)] = &[
    (
        "database_executor_tests.rs",
        "a DatabaseExecutor holds SeaORM's own connection or transaction, and nothing else",
    ),
    (
        "connection_tests.rs",
        "they close SeaORM's own pool, and compare the error of the ping after it",
    ),
];

/// Tests that run and fail, by engine.
pub(super) const FAILING: &[(&str, Engine, &str)] = &[];

/// On which engine a test is an exception.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Engine {
    Sqlite,
    Postgres,
}
