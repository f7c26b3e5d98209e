//! What the history says, changed by hand and deliberately.

use sea_orm::DatabaseConnection;
use sea_orm_migration::MigrationTrait;

use super::{
    RunError, Settings,
    change::Rendering,
    engine_of, history, plan,
    session::{Check, Session},
};
use crate::migration::{Direction, HISTORY_TABLE};

/// What the history is to say. The schema itself is not touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark<'a> {
    /// This migration is applied: what it makes is there already.
    Applied(&'a str),
    /// This migration is not applied, and is run by the next `up`.
    Pending(&'a str),
    /// What was applied under the one name is the migration of the other.
    Renamed {
        /// The name in the history, whole.
        from: &'a str,
        /// The migration of the program.
        to: &'a str,
    },
}

/// Changes what the history says about one migration; returns its name. `by` is written down beside it,
/// for those who ask who did it.
///
/// # Errors
/// [`RunError::NoSuchMigration`] and [`RunError::AmbiguousName`]; [`RunError::Marked`] if the history says
/// so already, or does not say what is to be changed; [`RunError::Busy`] and [`RunError::Database`].
pub async fn mark(
    connection: &DatabaseConnection,
    migrations: &[Box<dyn MigrationTrait>],
    mark: Mark<'_>,
    settings: &Settings<'_>,
) -> Result<String, RunError> {
    let rendering = Rendering::of(migrations, engine_of(connection)?).await;
    let session = Session::begin(connection, settings).await?;
    let marked = async {
        let connection = session.connection();
        history::prepare(&connection, settings.convention).await?;
        let applied = history::names(&connection).await?;
        let by = |how: &str| format!("{} ({how})", settings.program.unwrap_or("by hand"));
        let refused = |migration: &str, why| RunError::Marked {
            migration: migration.to_owned(),
            why,
        };
        let named = |name: &str| plan::position(migrations, name);
        match mark {
            Mark::Applied(name) => {
                let position = named(name)?;
                let name = migrations[position].name();
                if applied.contains(name) {
                    return Err(refused(name, "is applied already"));
                }
                let record = rendering.record(position, Some(&by("marked as applied")));
                history::insert(&connection, name, &record).await?;
                Ok(name.to_owned())
            }
            Mark::Pending(name) => {
                let name = match applied.contains(name) {
                    true => name.to_owned(),
                    false => migrations[named(name)?].name().to_owned(),
                };
                if !applied.contains(&name) {
                    return Err(refused(&name, "is not applied"));
                }
                history::delete(&connection, &name).await?;
                Ok(name)
            }
            Mark::Renamed { from, to } => {
                let position = named(to)?;
                let to = migrations[position].name();
                if !applied.contains(from) {
                    return Err(refused(from, "is not applied under this whole name"));
                }
                if applied.contains(to) {
                    return Err(refused(to, "is applied already"));
                }
                if migrations.iter().any(|it| it.name() == from) {
                    return Err(refused(from, "is a migration of this program too"));
                }
                let how = by(&format!("renamed from {from}"));
                history::rename(&connection, from, to, &how).await?;
                Ok(to.to_owned())
            }
        }
    }
    .await;
    match marked {
        Ok(name) => {
            session
                .commit(HISTORY_TABLE, Direction::Up, Check::Nothing)
                .await?;
            Ok(name)
        }
        Err(error) => {
            session.rollback().await.ok();
            Err(error)
        }
    }
}
