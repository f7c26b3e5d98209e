//! Which database a root belongs to.
//!
//! A root has a random id, in a small file, and the database has the same id in a row. A server that
//! is given another database, or another root, would otherwise take files for abandoned ones and
//! remove them, or forget files that it does not find. So nothing is repaired or swept unless the two
//! agree.
//!
//! The first start gives both the id. Where only one of them has it, or neither, although there are
//! files or rows already (a backup that is older than the id, for one), they are taken to belong
//! together if files of the database's rows are found in the root. Otherwise a person has to decide:
//! [`FileStore::adopt`].
//!
//! The id is written in three steps, of which a crash may leave the first or the first two: a
//! candidate in the root, the row, and the candidate's confirmation.

use std::{io, io::Read as _, sync::Arc};

use uuid::Uuid;

use super::{
    FileStore, FilesError, damage,
    disk::Dir,
    root_table::RootTable,
    staging::STAGING,
    store::{Shared, blocking},
};
use crate::db::Database;

/// The file that holds the id.
pub(super) const IDENTITY: &str = "identity";
/// An id that the database may not have yet.
const CANDIDATE: &str = "identity.new";

/// What a comparison of a root with a database found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belonging {
    /// Both have the same id.
    Certain,
    /// They do not both have one yet, and nothing speaks against giving it to them.
    Likely,
}

/// Why a root does not belong to a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Estranged {
    /// Each has an id, and they differ.
    #[error(
        "its id is {root}, and the files of this database are in the root with the id {database}"
    )]
    Different {
        /// That of the root.
        root: Uuid,
        /// That which the database has.
        database: Uuid,
    },
    /// Only the root has one, and none of the database's files.
    #[error("it belongs to another database, and holds no file of this one")]
    RootOfAnother,
    /// Only the database has one, and the root none of its files.
    #[error("the files of this database are in another root, with the id {database}")]
    FilesElsewhere {
        /// That which the database has.
        database: Uuid,
    },
    /// Neither has one; there are files or rows, and none that belong together.
    #[error("it holds no file of this database")]
    Strangers,
}

/// The ids that a root has.
#[derive(Clone, Copy, Debug)]
struct Ids {
    confirmed: Option<Uuid>,
    candidate: Option<Uuid>,
}

/// What to do so that both have the same id.
#[derive(Clone, Copy, Debug)]
enum Step {
    Nothing,
    /// The database has it already.
    Confirm(Uuid),
    /// Neither a row nor a confirmed id is there.
    Begin(Uuid),
    /// The root has it already.
    AddRow(Uuid),
}

impl FileStore {
    /// Makes sure that this root belongs to this database, and gives both the id if they have none
    /// yet. Several processes may do so at once. Once they agree it costs a read of each.
    ///
    /// [`repair`](Self::repair) and [`sweep`](Self::sweep) do it themselves; a program does it before
    /// it stores files.
    ///
    /// # Errors
    /// [`FilesError::Estranged`] if the root belongs to another database.
    pub async fn claim(&self, db: &Database) -> Result<(), FilesError> {
        let Some(table) = self.shared.root_table else {
            return Ok(());
        };
        let ids = self.ids().await?;
        if ids.confirmed.is_some() && ids.confirmed == table.id(&db.reader()).await? {
            return Ok(());
        }
        let _lock = self.lock().await?;
        let ids = self.ids().await?;
        let work = db.begin().await?;
        match self.step(&work, table, ids).await? {
            Step::Nothing => return Ok(work.rollback().await?),
            Step::Confirm(id) => {
                work.rollback().await?;
                return self.confirm(id).await;
            }
            Step::AddRow(id) => {
                self.add_row(&work, table, id).await?;
                work.commit().await?;
            }
            Step::Begin(id) => {
                self.propose(id).await?;
                self.add_row(&work, table, id).await?;
                work.commit().await?;
                self.confirm(id).await?;
            }
        }
        tracing::info!(root = %self.root().display(), "the files root belongs to this database");
        Ok(())
    }

    /// Compares the root with the database and changes nothing.
    ///
    /// # Errors
    /// [`FilesError::Estranged`] if the root belongs to another database.
    pub async fn belonging(&self, db: &Database) -> Result<Belonging, FilesError> {
        let Some(table) = self.shared.root_table else {
            return Ok(Belonging::Certain);
        };
        let ids = self.ids().await?;
        match self.step(&db.reader(), table, ids).await? {
            Step::Nothing => Ok(Belonging::Certain),
            Step::Confirm(_) | Step::Begin(_) | Step::AddRow(_) => Ok(Belonging::Likely),
        }
    }

    /// Makes this root the one of this database, whatever they were before: both get a new id. A
    /// database that the root belonged to is refused from then on, and so is the root that this
    /// database had.
    ///
    /// # Errors
    /// If the database or the disk fails.
    pub async fn adopt(&self, db: &Database) -> Result<(), FilesError> {
        let Some(table) = self.shared.root_table else {
            return Ok(());
        };
        let _lock = self.lock().await?;
        let id = self.shared.clock.new_id();
        self.propose(id).await?;
        let work = db.begin().await?;
        table.replace(&work, id, self.shared.clock.now()).await?;
        work.commit().await?;
        self.confirm(id).await
    }

    async fn step(
        &self,
        connection: &impl sea_orm::ConnectionTrait,
        table: RootTable,
        ids: Ids,
    ) -> Result<Step, FilesError> {
        let row = table.id(connection).await?;
        let estranged = match (ids.confirmed, row) {
            (Some(root), Some(row)) if root == row => return Ok(Step::Nothing),
            (_, Some(row)) if ids.candidate == Some(row) => return Ok(Step::Confirm(row)),
            (Some(root), Some(database)) => {
                return Err(self.estranged(Estranged::Different { root, database }));
            }
            (Some(_), None) => Estranged::RootOfAnother,
            (None, Some(database)) => Estranged::FilesElsewhere { database },
            (None, None) => Estranged::Strangers,
        };
        let found = self.files_of_rows(connection).await?;
        let is_new = ids.confirmed.or(row).is_none() && !found.has_rows && self.is_empty().await?;
        if !found.any && !is_new {
            return Err(self.estranged(estranged));
        }
        Ok(match (ids.confirmed, row) {
            (Some(root), _) => Step::AddRow(root),
            (None, Some(row)) => Step::Confirm(row),
            (None, None) => {
                Step::Begin(ids.candidate.unwrap_or_else(|| self.shared.clock.new_id()))
            }
        })
    }

    /// Another root may have got the row meanwhile.
    async fn add_row(
        &self,
        work: &crate::db::UnitOfWork,
        table: RootTable,
        id: Uuid,
    ) -> Result<(), FilesError> {
        table.add(work, id, self.shared.clock.now()).await?;
        match table.id(work).await? {
            Some(database) if database != id => {
                Err(self.estranged(Estranged::Different { root: id, database }))
            }
            _ => Ok(()),
        }
    }

    fn estranged(&self, reason: Estranged) -> FilesError {
        FilesError::Estranged {
            root: self.root().to_owned(),
            reason,
        }
    }

    /// Whether files of the oldest rows are in the root. Those of the trash count too.
    async fn files_of_rows(
        &self,
        connection: &impl sea_orm::ConnectionTrait,
    ) -> Result<FilesOfRows, FilesError> {
        let keys = self.shared.tables.oldest(connection).await?;
        let has_rows = !keys.is_empty();
        let shared = Arc::clone(&self.shared);
        let any = blocking(move || {
            for key in &keys {
                let found = damage::size_of(&shared.root, key).map_err(failed)?;
                if found.is_some() {
                    return Ok(true);
                }
            }
            Ok(false)
        })
        .await?;
        Ok(FilesOfRows { has_rows, any })
    }

    async fn is_empty(&self) -> Result<bool, FilesError> {
        let shared = Arc::clone(&self.shared);
        blocking(move || is_empty(&shared.root).map_err(failed)).await
    }

    async fn ids(&self) -> Result<Ids, FilesError> {
        let shared = Arc::clone(&self.shared);
        blocking(move || {
            let read = |name| read(&shared.root, name).map_err(failed);
            Ok(Ids {
                confirmed: read(IDENTITY)?,
                // What a crash cut off was never confirmed.
                candidate: read(CANDIDATE).unwrap_or_default(),
            })
        })
        .await
    }

    /// Only one process at a time changes the id of a root.
    async fn lock(&self) -> Result<Dir, FilesError> {
        let shared = Arc::clone(&self.shared);
        blocking(move || shared.root.lock_anew().map_err(failed)).await
    }

    async fn propose(&self, id: Uuid) -> Result<(), FilesError> {
        let shared = Arc::clone(&self.shared);
        blocking(move || write_candidate(&shared, id).map_err(failed)).await
    }

    /// The database has the id: from now on the root has it too.
    async fn confirm(&self, id: Uuid) -> Result<(), FilesError> {
        let shared = Arc::clone(&self.shared);
        blocking(move || {
            let confirm = || {
                write_candidate(&shared, id)?;
                shared.root.unlink(IDENTITY)?;
                shared.root.link(CANDIDATE, &shared.root, IDENTITY)?;
                shared.root.unlink(CANDIDATE)?;
                shared.root.sync()
            };
            confirm().map_err(failed)
        })
        .await
    }
}

struct FilesOfRows {
    has_rows: bool,
    /// Whether any of their files is in the root.
    any: bool,
}

fn read(root: &Dir, name: &str) -> io::Result<Option<Uuid>> {
    let file = match root.read(name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?.0,
    };
    let mut text = String::new();
    file.take(64).read_to_string(&mut text)?;
    match text.trim().parse() {
        Ok(id) => Ok(Some(id)),
        Err(_) => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("the file {name} holds no id"),
        )),
    }
}

fn write_candidate(shared: &Shared, id: Uuid) -> io::Result<()> {
    if read(&shared.root, CANDIDATE).ok().flatten() == Some(id) {
        return Ok(());
    }
    shared.root.unlink(CANDIDATE)?;
    let mut file = shared.root.create(CANDIDATE)?;
    file.append(format!("{id}\n").as_bytes())?;
    file.sync()?;
    shared.root.sync()
}

/// Whether no owner has a file here.
fn is_empty(root: &Dir) -> io::Result<bool> {
    for owner in root.names()? {
        let owner = owner?;
        if owner == STAGING || Uuid::try_parse(&owner).is_err() {
            continue;
        }
        let owner = root.open(&owner)?;
        for folder in owner.names()? {
            if owner.open(&folder?)?.names()?.next().is_some() {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn failed(error: io::Error) -> FilesError {
    FilesError::of_disk("reading or writing the id of the files root", error)
}
