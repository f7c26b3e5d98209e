//! Why a migration did not run to its end.
//!
//! A migration can return nothing but SeaORM's error. What [`irreversible`] and [`unwritten`] put
//! into it is read again here and nowhere else; everybody else asks for the [`Cause`].

use sea_orm::DbErr;

/// A migration did not run to its end.
#[derive(Debug)]
pub(crate) struct MigrationError {
    pub(crate) cause: Cause,
    /// What the database, or the migration, says.
    pub(crate) source: DbErr,
}

/// Why a migration did not run to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It panicked, as sea-query does at what SQLite cannot alter.
    Panicked,
    /// It has no `down`.
    NoDown,
    /// It says that it cannot be taken back, by [`irreversible`].
    Irreversible {
        /// The reason that it gives.
        why: String,
    },
    /// It says that a part of it is not written yet, by [`unwritten`].
    Unwritten,
    /// It was not run, since one before it failed.
    Predecessor {
        /// The migration that failed.
        migration: String,
    },
    /// A statement was refused, or the migration itself refused to go on.
    Refused,
}

/// What the `down` of a migration that cannot be undone returns; `why` ends the sentence "this
/// migration cannot be taken back: …".
#[must_use]
pub fn irreversible(why: &str) -> DbErr {
    DbErr::Migration(format!("{IRREVERSIBLE}{why}"))
}

/// What a migration returns whose `part` nobody has written yet; it keeps an unfinished one from
/// being recorded as applied.
#[must_use]
pub fn unwritten(part: &str) -> DbErr {
    DbErr::Migration(format!("{part}{UNWRITTEN}"))
}

const IRREVERSIBLE: &str = "this migration cannot be taken back: ";
const UNWRITTEN: &str = " is not written yet";

/// What SeaORM's own `down` returns, which gives it no type.
const NO_DOWN: &str = "We Don't Do That Here";

impl From<DbErr> for MigrationError {
    fn from(source: DbErr) -> Self {
        let cause = match &source {
            DbErr::Migration(text) if text == NO_DOWN => Cause::NoDown,
            DbErr::Migration(text) if text.ends_with(UNWRITTEN) => Cause::Unwritten,
            DbErr::Migration(text) => match text.strip_prefix(IRREVERSIBLE) {
                Some(why) => Cause::Irreversible {
                    why: why.to_owned(),
                },
                None => Cause::Refused,
            },
            _ => Cause::Refused,
        };
        Self { cause, source }
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{Database, DbErr};
    use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

    use super::*;
    use crate::migration::{Direction, call};

    struct OneWay;

    impl MigrationName for OneWay {
        fn name(&self) -> &str {
            "one_way"
        }
    }

    #[async_trait::async_trait]
    impl MigrationTrait for OneWay {
        async fn up(&self, _: &SchemaManager) -> Result<(), DbErr> {
            Err(unwritten("the index"))
        }
    }

    #[tokio::test]
    async fn what_seaorm_says_without_a_down_is_recognised() {
        let connection = Database::connect("sqlite::memory:").await.unwrap();
        let manager = SchemaManager::new(&connection);
        let down = call(&OneWay, Direction::Down, &manager).await.unwrap_err();
        assert_eq!(down.cause, Cause::NoDown);
        let up = call(&OneWay, Direction::Up, &manager).await.unwrap_err();
        assert_eq!(up.cause, Cause::Unwritten);
    }

    #[test]
    fn each_cause_is_distinguished_from_the_others() {
        let why = "it drops captions".to_owned();
        assert_eq!(
            MigrationError::from(irreversible(&why)).cause,
            Cause::Irreversible { why }
        );
        let refused = DbErr::Migration("no".to_owned());
        assert_eq!(MigrationError::from(refused).cause, Cause::Refused);
    }
}
