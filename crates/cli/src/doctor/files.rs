//! Checks of the file store.

use groundwork_core::{
    db::Database,
    files::{Belonging, DamagedRow, Depth, FileStore, FileStoreOptions},
};

use super::report::Part;
use crate::{
    error::chain,
    text::{bytes, counted},
};

/// Less free space than this stops work soon.
const SCARCE_BYTES: u64 = 1 << 30;
/// Fewer files than this that can still be made stop work soon.
const SCARCE_FILES: u64 = 10_000;

/// Looks at the files root: that it can be written, that links work in it, that there is space.
/// A program that keeps files calls it from [`Program::check`](crate::Program::check).
pub async fn check_files(options: FileStoreOptions, part: &mut Part<'_>) {
    let root = options.root.clone();
    if !root.exists() {
        let found = format!("{} does not exist yet", root.display());
        part.warn("root", found, "the first use creates it");
        return;
    }
    part.ok("root", root.display());
    let opened = FileStore::open(options).await;
    let health = match opened {
        Ok(store) => store.health().await,
        Err(error) => Err(error),
    };
    let health = match health {
        Ok(health) => health,
        Err(error) => {
            let advice = "make files.root a folder that this user may write, or name another one";
            part.fail("writable", chain(&error), advice);
            return;
        }
    };
    part.ok("writable", "a test file was written and removed");
    if health.is_one_filesystem {
        part.ok("filesystem", "staging and files are on the same one");
    } else {
        part.fail(
            "filesystem",
            "staging is on another one than the files",
            "unmount what is mounted inside files.root: a file cannot be published across filesystems",
        );
    }
    space(health.free_bytes, health.total_bytes, part);
    if let Some(files) = health.free_files.filter(|files| *files < SCARCE_FILES) {
        let found = format!("only {files} more files can be made");
        part.warn(
            "inodes",
            found,
            "remove small files from this disk, or use another one",
        );
    }
}

/// How many damaged files are named.
const NAMED: usize = 5;

/// Looks whether the root belongs to this database, and whether every file is there with the length that its row says: a look at the folders, and no
/// file is read. To be called after [`check_files`], with a database at the newest schema.
pub async fn check_stored_files(options: FileStoreOptions, db: &Database, part: &mut Part<'_>) {
    if !options.root.exists() {
        return;
    }
    let store = match FileStore::open(options).await {
        Ok(store) => store,
        Err(error) => return part.fail("stored", chain(&error), "see above; then try again"),
    };
    match store.belonging(db).await {
        Ok(Belonging::Certain) => part.ok("database", "the files belong to this database"),
        Ok(Belonging::Likely) => {
            part.ok("database", "the next start notes that they belong together")
        }
        Err(error) => {
            let advice =
                "set files.root to the root of this database, or take this one over: `files adopt`";
            return part.fail("database", chain(&error), advice);
        }
    }
    let verified = store.verify(db, Depth::Sizes, |_| {}).await;
    match verified {
        Err(error) => part.fail("stored", chain(&error), "see above; then try again"),
        Ok(verified) if verified.damaged.is_empty() => {
            let (files, size) = (verified.files, bytes(verified.bytes));
            let found = format!(
                "{}, {size}, as long as they should be",
                counted(files, "file")
            );
            part.ok("stored", found);
        }
        Ok(verified) => {
            let (damaged, files) = (verified.damaged.len(), counted(verified.files, "file"));
            let mut found = format!("{damaged} of {files} damaged or missing");
            for row in verified.damaged.iter().take(NAMED) {
                found.push_str(&format!("; {}", damaged_row(row)));
            }
            if damaged > NAMED {
                found.push_str("; …");
            }
            let advice =
                "bring them back from a backup of files.root, then run the command `files verify`";
            part.fail("stored", found, advice);
        }
    }
}

fn damaged_row(damaged: &DamagedRow) -> String {
    let row = damaged.row.as_deref().unwrap_or("?");
    format!("{} ({} {row})", damaged.file, damaged.table)
}

fn space(free: u64, total: u64, part: &mut Part<'_>) {
    let found = format!("{} of {} free", bytes(free), bytes(total));
    match free {
        0 => part.fail("space", found, "free some space: nothing can be stored"),
        free if free < SCARCE_BYTES => part.warn("space", found, "free some space soon"),
        _ => part.ok("space", found),
    }
}
