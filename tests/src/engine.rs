//! The two engines that every promise is tested on.

/// A database engine, for rstest's `#[values(Engine::Sqlite, Engine::Postgres)]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// The embedded engine: a file in the scratch folder.
    Sqlite,
    /// A database of its own on the server that `TEST_DATABASE_URL` names.
    Postgres,
}

impl Engine {
    /// Both engines, for a test that compares one with the other.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];
}
