//! Files that never disagree with their rows.
//!
//! A [`FileStore`] owns a root folder. A file is stored in three steps, around the unit of work
//! that commits its row:
//!
//! 1. [`FileStore::stage`]: the bytes are counted, recognised by their content, hashed, read through
//!    to see whether the file is whole, and flushed, in a staging folder that this process holds the
//!    lock on. The entry's name holds the key that
//!    the file will have.
//! 2. [`FileStore::publish`]: the folder is made and flushed, the file linked into it (a link never
//!    replaces anything), and the folder flushed again. Now the row is committed, with the
//!    [`FileFacts`].
//! 3. [`Published::acknowledge`] after the commit: the staged entry is unlinked.
//!
//! ```
//! # use groundwork_core::{clock::Clock, files::*};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let root = tempfile::tempdir()?;
//! # let clock = Clock::system();
//! let store = FileStore::open(FileStoreOptions {
//!     root: root.path().join("files"),
//!     max_file_bytes: 100_000_000,
//!     tables: &[FileTable {
//!         table: "artifacts",
//!         key_column: "storage_key",
//!         trash_table: "file_trash",
//!         facts: None,
//!     }],
//!     root_table: None,
//!     clock: clock.clone(),
//! })
//! .await?;
//!
//! # let picture = include_bytes!("../../samples/keyframe.png");
//! let picture = &picture[..]; // or whatever can be read
//! let destination = Destination {
//!     owner: clock.new_id(),
//!     folder: Folder::named("pictures"),
//!     accepts: MediaType::IMAGES,
//! };
//! let staged = store.stage(picture, destination).await?;
//! let published = store.publish(staged).await?;
//! let key = published.key().clone();
//! // … insert a row with published.facts(), commit; if the commit fails, published.discard() …
//! published.acknowledge();
//!
//! assert_eq!(store.read(&key, 79).await?.size_bytes, 79);
//! # Ok(())
//! # }
//! ```
//!
//! | the process dies after | what is left | [`FileStore::repair`] |
//! |---|---|---|
//! | 1 | a staged entry | removes it |
//! | 2 | a file without a row, and the entry | removes both |
//! | the commit | the file, its row, and the entry | removes the entry |
//! | the commit that removes a row | the file, and its key in the trash | leaves it to [`FileStore::sweep`] |
//!
//! A file that later changes behind the store's back is not given as if it were whole: its length is
//! compared with its row each time ([`FileStore::read`]), its content when asked
//! ([`FileStore::verify`]). What is damaged is never removed; a record of it remains
//! ([`FileStore::damaged`]).
//!
//! So every committed row has its whole file, and what a crash left is found in time proportional
//! to what was in flight. A failed flush is never tried again on the same pages, which the kernel
//! may by then have marked clean: the file is discarded, and its source has to be read anew.
//!
//! A root belongs to one database: both have the same id ([`FileStore::claim`]). Nothing is repaired
//! or swept in the root of another one.
//!
//! Names on the disk are made of UUIDs, validated folder names and known extensions only, and are
//! opened one by one relative to held folders, following no link: neither a hostile name nor a race
//! leads out of the root. The root belongs to the user that runs the program (mode 0700), who alone
//! could place a hard link there, to what he may read anyway.

#[cfg(test)]
mod crash;
mod damage;
mod disk;
mod error;
mod failpoint;
mod health;
mod identity;
mod key;
mod media;
#[cfg(test)]
mod protocol;
mod publish;
mod read;
mod remove;
mod repair;
mod root_table;
#[cfg(test)]
mod samples;
mod sniff;
mod stage;
mod staging;
mod store;
mod sweep;
mod table;
mod verify;
mod whole;

pub use damage::{Damage, DamagedFile};
pub use error::FilesError;
pub use health::Health;
pub use identity::{Belonging, Estranged};
pub use key::{Folder, InvalidKey, StorageKey};
pub use media::{MediaType, UnknownMediaType};
pub use publish::Published;
pub use read::StoredFile;
pub use repair::Repaired;
pub use stage::{Destination, FileFacts, Staged};
pub use store::{FileStore, FileStoreOptions};
pub use sweep::Swept;
pub use table::{FactColumns, FileTable};
pub use verify::{DamagedRow, Depth, Verified, Verifying};
