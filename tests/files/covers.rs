//! Tables of a program outside this repository that refer to files: the covers of books, one row
//! each, and the portraits of authors, which are a column that may be empty.

use std::{
    collections::BTreeSet,
    io::Write as _,
    path::{Path, PathBuf},
    process::Stdio,
};

use acceptance::{Engine, Scratch, on_both_engines, production::png};
use groundwork_core::{
    clock::Clock,
    db::Database,
    files::{
        Destination, FileStore, FileStoreOptions, FileTable, Folder, MediaType, Published,
        StorageKey,
    },
};
use groundwork_schema::table::{
    Column, FileColumn, ForeignKey, Kind, OnDelete, Presence, Table, Unique, file_trash,
};
use groundwork_test::{Template, database_config};
use migration::CONVENTION;
use sea_orm::ConnectionTrait;
use sea_orm_migration::prelude::*;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    process::Command,
};

use super::fixture::files_under;

const AUTHORS: Table = Table {
    name: "authors",
    columns: &[
        Column::required("id", Kind::BigInteger),
        Column::optional("portrait_key", Kind::Text),
    ],
    primary_key: &["id"],
    uniques: &[Unique {
        columns: &["portrait_key"],
        ..Unique::DEFAULT
    }],
    ..Table::DEFAULT
};

const COVERS: Table = Table {
    name: "covers",
    columns: &[
        Column::required("storage_key", Kind::Text),
        Column::required("author_id", Kind::BigInteger),
    ],
    primary_key: &["storage_key"],
    foreign_keys: &[ForeignKey {
        columns: &["author_id"],
        table: "authors",
        referred_columns: &["id"],
        on_delete: OnDelete::Cascade,
        ..ForeignKey::DEFAULT
    }],
    ..Table::DEFAULT
};

const TRASH: Table = file_trash("removed_files");

const FILE_COLUMNS: [FileColumn; 2] = [
    FileColumn {
        table: "authors",
        column: "portrait_key",
        presence: Presence::Optional,
        trash: "removed_files",
    },
    FileColumn {
        table: "covers",
        column: "storage_key",
        presence: Presence::Required,
        trash: "removed_files",
    },
];

struct CreateShop;

impl MigrationName for CreateShop {
    fn name(&self) -> &'static str {
        "m20260101_000000_create_shop"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateShop {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [AUTHORS, COVERS, TRASH] {
            table.create_with(manager, &CONVENTION).await?;
        }
        for column in FILE_COLUMNS {
            column.create_with(manager).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in FILE_COLUMNS {
            column.drop_with(manager).await?;
        }
        for table in [TRASH, COVERS, AUTHORS] {
            table.drop_with(manager).await?;
        }
        Ok(())
    }
}

static SHOP: Template = Template::new(CONVENTION, || vec![Box::new(CreateShop)]);

struct Shop {
    db: Database,
    store: FileStore,
    scratch: Scratch,
}

impl Shop {
    async fn new(engine: Engine) -> Self {
        let scratch = SHOP.copy(engine).await;
        let shop = Self {
            db: scratch.open().await,
            store: open_store(&scratch.dir().join("files")).await,
            scratch,
        };
        shop.run("INSERT INTO authors (id) VALUES (1), (2)").await;
        shop
    }

    async fn run(&self, sql: &str) {
        let work = self.db.begin().await.unwrap();
        work.execute_unprepared(sql).await.unwrap();
        work.commit().await.unwrap();
    }

    async fn add_cover(&self, author: u32) -> StorageKey {
        let file = publish(&self.store, &format!("a cover by {author}")).await;
        let key = file.key().clone();
        self.run(&insert_cover(&key, author)).await;
        file.acknowledge();
        key
    }

    async fn set_portrait(&self, author: u32, picture: &str) -> StorageKey {
        let file = publish(&self.store, picture).await;
        let key = file.key().clone();
        let update = format!("UPDATE authors SET portrait_key = '{key}' WHERE id = {author}");
        self.run(&update).await;
        file.acknowledge();
        key
    }

    async fn content(&self, key: &StorageKey) -> Vec<u8> {
        let mut content = Vec::new();
        let path = self.store.root().join(key.to_string());
        let size = std::fs::metadata(path).unwrap().len();
        let mut file = self.store.read(key, size).await.unwrap().content;
        file.read_to_end(&mut content).await.unwrap();
        content
    }

    /// Removes the files in the trash: how many.
    async fn sweep(&self) -> u64 {
        let swept = self.store.sweep(&self.db).await.unwrap();
        assert_eq!((swept.missing, swept.refused, swept.kept), (0, 0, 0));
        swept.removed
    }

    /// Checks that these files are stored and no others.
    fn holds(&self, keys: &[&StorageKey]) {
        let keys: BTreeSet<String> = keys.iter().map(ToString::to_string).collect();
        assert_eq!(files_under(self.store.root()), keys);
    }
}

async fn open_store(root: &Path) -> FileStore {
    let options = FileStoreOptions {
        root: root.to_owned(),
        max_file_bytes: 1 << 20,
        tables: &[
            FileTable {
                table: "covers",
                key_column: "storage_key",
                trash_table: "removed_files",
                facts: None,
            },
            FileTable {
                table: "authors",
                key_column: "portrait_key",
                trash_table: "removed_files",
                facts: None,
            },
        ],
        root_table: None,
        clock: Clock::system(),
    };
    FileStore::open(options).await.unwrap()
}

async fn publish(store: &FileStore, picture: &str) -> Published {
    let destination = Destination {
        owner: Clock::system().new_id(),
        folder: Folder::named("pictures"),
        accepts: MediaType::IMAGES,
    };
    let staged = store.stage(&png(picture)[..], destination).await.unwrap();
    store.publish(staged).await.unwrap()
}

fn insert_cover(key: &StorageKey, author: u32) -> String {
    format!("INSERT INTO covers (storage_key, author_id) VALUES ('{key}', {author})")
}

#[on_both_engines]
async fn files_of_several_tables_are_served_and_swept_with_their_rows(engine: Engine) {
    let shop = Shop::new(engine).await;
    let (one, other) = (shop.add_cover(1).await, shop.add_cover(2).await);
    let portrait = shop.set_portrait(2, "a portrait").await;
    assert_eq!(shop.content(&one).await, png("a cover by 1"));
    assert_eq!(shop.content(&portrait).await, png("a portrait"));
    assert_eq!(shop.sweep().await, 0);

    // By cascade; the author has no portrait.
    shop.run("DELETE FROM authors WHERE id = 1").await;
    assert_eq!(shop.sweep().await, 1);
    shop.holds(&[&other, &portrait]);

    let newer = shop.set_portrait(2, "a newer portrait").await;
    assert_eq!(shop.sweep().await, 1);
    shop.holds(&[&other, &newer]);

    shop.run("UPDATE authors SET portrait_key = NULL").await;
    assert_eq!(shop.sweep().await, 1);
    shop.holds(&[&other]);

    shop.run("DELETE FROM authors").await;
    assert_eq!(shop.sweep().await, 1);
    shop.holds(&[]);
}

#[on_both_engines]
async fn a_key_that_a_row_of_another_table_has_is_kept(engine: Engine) {
    let shop = Shop::new(engine).await;
    let cover = shop.add_cover(1).await;
    let update = format!("UPDATE authors SET portrait_key = '{cover}' WHERE id = 2");
    shop.run(&update).await;
    shop.run("DELETE FROM covers").await;
    let swept = shop.store.sweep(&shop.db).await.unwrap();
    assert_eq!((swept.kept, swept.removed), (1, 0));
    shop.holds(&[&cover]);
}

#[tokio::test]
async fn a_table_that_is_truncated_leaves_its_keys_in_the_trash() {
    let shop = Shop::new(Engine::Postgres).await;
    shop.add_cover(1).await;
    shop.set_portrait(2, "a portrait").await;
    shop.run("TRUNCATE authors CASCADE").await;
    assert_eq!(shop.sweep().await, 2);
    shop.holds(&[]);
}

#[on_both_engines]
async fn the_triggers_go_as_they_came(engine: Engine) {
    let shop = Shop::new(engine).await;
    let work = shop.db.begin().await.unwrap();
    for column in FILE_COLUMNS {
        let (create, drop) = (column.create(engine), column.drop(engine));
        work.execute_unprepared(&drop).await.unwrap();
        work.execute_unprepared(&create).await.unwrap();
    }
    work.commit().await.unwrap();
    shop.add_cover(1).await;
    shop.run("DELETE FROM covers").await;
    assert_eq!(shop.sweep().await, 1);
}

const DATABASE: &str = "GROUNDWORK_TEST_SHOP_DATABASE";
const FILES: &str = "GROUNDWORK_TEST_SHOP_FILES";

/// A process is killed that has one file with its row committed and not acknowledged, and one
/// whose row never came. The first stays and the second goes.
#[on_both_engines]
async fn a_killed_process_leaves_rows_with_files_and_nothing_else(engine: Engine) {
    let mut shop = Shop::new(engine).await;
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "files::covers::stores_and_hangs", "--nocapture"])
        .env(DATABASE, shop.scratch.url())
        .env(FILES, shop.store.root())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let committed: StorageKey = loop {
        let line = lines.next_line().await.unwrap().expect("the child stores");
        if let Some(key) = line.strip_prefix("committed ") {
            break key.parse().unwrap();
        }
    };
    assert_eq!(
        files_under(shop.store.root()).len(),
        4,
        "two files, two links"
    );
    child.kill().await.unwrap();

    shop.store = open_store(shop.store.root()).await;
    let repaired = shop.store.repair(&shop.db).await.unwrap();
    assert_eq!(
        (repaired.folders, repaired.confirmed, repaired.removed),
        (1, 1, 1)
    );
    shop.holds(&[&committed]);
    assert_eq!(shop.content(&committed).await, png("a cover"));
}

/// The child of the test above. Without a database it is no child, and there is nothing to do.
#[tokio::test]
async fn stores_and_hangs() {
    let (Some(url), Some(root)) = (std::env::var_os(DATABASE), std::env::var_os(FILES)) else {
        return;
    };
    let config = database_config(url.to_str().unwrap());
    let db = Database::open(&config, CONVENTION).await.unwrap();
    let store = open_store(&PathBuf::from(root)).await;
    let _without_row = publish(&store, "another cover").await;
    let with_row = publish(&store, "a cover").await;
    let work = db.begin().await.unwrap();
    let insert = insert_cover(with_row.key(), 1);
    work.execute_unprepared(&insert).await.unwrap();
    work.commit().await.unwrap();
    let mut out = std::io::stdout().lock();
    writeln!(out, "committed {}", with_row.key()).unwrap();
    out.flush().unwrap();
    drop(out);
    std::future::pending().await
}
