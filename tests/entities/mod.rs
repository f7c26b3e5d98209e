//! Acceptance tests: entities generated from the schema, and the command that keeps them current.

mod named;
#[expect(
    unreachable_pub,
    reason = "generated for a crate of its own; here it need only compile and work"
)]
#[path = "names/src/lib.rs"]
mod names;
#[expect(
    unreachable_pub,
    unused_imports,
    reason = "generated for a crate of its own; here it need only compile and work"
)]
#[path = "odd/src/lib.rs"]
mod odd;
mod odd_rows;
mod odd_schema;
mod rows;
mod type_map;
mod typed;
#[expect(
    unreachable_pub,
    unused_imports,
    reason = "generated for a crate of its own; here it need only compile and work"
)]
#[path = "types_postgres/src/lib.rs"]
mod types_postgres;
#[expect(
    unreachable_pub,
    reason = "generated for a crate of its own; here it need only compile and work"
)]
#[path = "types_sqlite/src/lib.rs"]
mod types_sqlite;

use std::{
    fs,
    path::{Path, PathBuf},
};

use acceptance::{
    Engine, Home, Scratch, on_both_engines,
    production::{copy_of, files_below},
};
use groundwork_migrate::entities::{Entities, EntitiesError, Outcome};
use sea_orm::{Database, DatabaseConnection};
use sea_orm_migration::{MigrationTrait, SchemaManager};
use tempfile::TempDir;

use odd_schema::CreateOddSchema;

/// The outcome of a run of the command.
struct Run {
    outcome: Result<Outcome, EntitiesError>,
    out: String,
    err: String,
}

impl Run {
    async fn of(command: &Entities, migrations: &[Box<dyn MigrationTrait>]) -> Self {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let outcome = command
            .run(migrations, &migration::CONVENTION, &mut out, &mut err)
            .await;
        Self {
            outcome,
            out: String::from_utf8(out).unwrap(),
            err: String::from_utf8(err).unwrap(),
        }
    }

    fn succeeded(self, expected: Outcome) -> Self {
        let outcome = self.outcome.as_ref().unwrap();
        assert_eq!(*outcome, expected, "{}{}", self.out, self.err);
        self
    }
}

/// A database in which a migration has run, with no layer of ours between.
async fn connected(scratch: &Scratch, migration: &dyn MigrationTrait) -> DatabaseConnection {
    let url = match scratch.engine() {
        Engine::Sqlite => format!("{}?mode=rwc", scratch.url()),
        Engine::Postgres => scratch.url().to_owned(),
    };
    let database = Database::connect(url).await.unwrap();
    migration.up(&SchemaManager::new(&database)).await.unwrap();
    database
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The command for a folder, with its scratch database on an engine; what else is on the server, it
/// must leave alone.
async fn command(entity: PathBuf, engine: Engine) -> (Entities, Scratch) {
    let beside = Scratch::empty(engine).await;
    let command = Entities {
        entity: Some(entity),
        server: (engine == Engine::Postgres).then(|| beside.url().parse().unwrap()),
        ..Entities::default()
    };
    (command, beside)
}

/// A copy of the crate `entity`, to be damaged.
struct Copy {
    dir: TempDir,
}

impl Copy {
    fn new() -> Self {
        let dir = copy_of(&here().join("../entity"));
        Self { dir }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn replace(&self, file: &str, old: &str, new: &str) {
        let text = self.read(file);
        assert!(text.contains(old), "{file} holds no {old}");
        self.write(file, &text.replace(old, new));
    }

    async fn check(&self) -> Run {
        let command = Entities {
            check: true,
            ..self.command()
        };
        Run::of(&command, &migration::migrations()).await
    }

    async fn update(&self) -> Run {
        Run::of(&self.command(), &migration::migrations()).await
    }

    fn command(&self) -> Entities {
        Entities {
            entity: Some(self.dir.path().to_owned()),
            ..Entities::default()
        }
    }

    /// Output without the folder's own name.
    fn relative(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.dir.path().display()), "")
    }
}

#[on_both_engines]
async fn the_committed_entities_are_current_by_either_engine(engine: Engine) {
    let (mut command, _beside) = command(here().join("../entity"), engine).await;
    command.check = true;
    let run = Run::of(&command, &migration::migrations()).await;
    let run = run.succeeded(Outcome::Current);
    assert_eq!(run.out, "");
    let files = files_below(&here().join("../entity/src")).len();
    // All but lib.rs, which is written by hand.
    let current = format!("the entities are current ({} files)\n", files - 1);
    assert_eq!(run.err, current);
}

#[tokio::test]
async fn a_file_edited_by_hand_fails_the_check_with_a_diff_and_is_written_anew() {
    let copy = Copy::new();
    let original = copy.read("src/studio/scenes.rs");
    copy.replace(
        "src/studio/scenes.rs",
        "pub description: String",
        "pub description: Text",
    );

    let check = copy.check().await.succeeded(Outcome::Stale);
    insta::assert_snapshot!(check.out, @r###"
    --- a/studio/scenes.rs
    +++ b/studio/scenes.rs
    @@ -24,7 +24,7 @@
         #[sea_orm(unique_key = "project_id_scene_index")]
         pub scene_index: i64,
         /// `text`.
    -    pub description: Text,
    +    pub description: String,
         /// `text`.
         pub start_prompt: String,
         /// `text`.
    "###);
    assert!(
        check
            .err
            .contains("not current (1 difference); run `cargo migrate entities`")
    );

    let update = copy.update().await.succeeded(Outcome::Current);
    assert_eq!(copy.relative(&update.out), "updated src/studio/scenes.rs\n");
    assert_eq!(copy.read("src/studio/scenes.rs"), original);
    copy.check().await.succeeded(Outcome::Current);
}

#[tokio::test]
async fn a_missing_file_fails_the_check_and_is_added() {
    let copy = Copy::new();
    let original = copy.read("src/files/mod.rs");
    fs::remove_dir_all(copy.path("src/files")).unwrap();

    let check = copy.check().await.succeeded(Outcome::Stale);
    assert!(
        check.out.contains("--- /dev/null\n+++ b/files/mod.rs\n"),
        "{}",
        check.out
    );

    let update = copy.update().await.succeeded(Outcome::Current);
    let added =
        "added src/files/file_roots.rs\nadded src/files/file_trash.rs\nadded src/files/mod.rs\n";
    assert_eq!(copy.relative(&update.out), added);
    assert_eq!(copy.read("src/files/mod.rs"), original);
}

#[tokio::test]
async fn files_of_tables_and_domains_that_are_no_more_fail_the_check_and_are_removed() {
    let copy = Copy::new();
    let header = copy
        .read("src/studio/mod.rs")
        .lines()
        .next()
        .unwrap()
        .to_owned();
    copy.write("src/studio/ghosts.rs", &format!("{header}\n//! Gone.\n"));
    copy.write("src/gone/mod.rs", &format!("{header}\n//! Gone.\n"));

    let check = copy.check().await.succeeded(Outcome::Stale);
    let removal =
        |file| format!("--- a/{file}\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-{header}\n-//! Gone.\n");
    let expected = removal("gone/mod.rs") + &removal("studio/ghosts.rs");
    assert_eq!(check.out, expected);

    let update = copy.update().await.succeeded(Outcome::Current);
    let removed = "removed src/gone/mod.rs\nremoved src/studio/ghosts.rs\n";
    assert_eq!(copy.relative(&update.out), removed);
    assert!(!copy.path("src/gone").exists());
    copy.check().await.succeeded(Outcome::Current);
}

#[tokio::test]
async fn files_by_hand_are_never_touched() {
    let copy = Copy::new();
    copy.write("src/titles.rs", "//! By hand.\n");
    copy.write("src/studio_impls/mod.rs", "//! By hand, beside.\n");
    copy.check().await.succeeded(Outcome::Current);

    // In a generated folder it has no place; but removing it could lose someone's work.
    copy.write("src/studio/notes.rs", "//! By hand, inside.\n");
    let check = copy.check().await.succeeded(Outcome::Stale);
    assert!(check.out.contains("--- a/studio/notes.rs\n+++ /dev/null\n"));
    let update = copy.update().await.succeeded(Outcome::Stale);
    assert_eq!(
        copy.relative(&update.err),
        "src/studio/notes.rs is not generated, and is left as it is: move it out of the generated \
         folder\n"
    );
    for (file, text) in [
        ("src/titles.rs", "//! By hand.\n"),
        ("src/studio_impls/mod.rs", "//! By hand, beside.\n"),
        ("src/studio/notes.rs", "//! By hand, inside.\n"),
    ] {
        assert_eq!(copy.read(file), text);
    }
}

#[tokio::test]
async fn a_domain_that_the_crate_does_not_declare_fails_the_check() {
    let copy = Copy::new();
    copy.replace("src/lib.rs", "pub mod files;", "");
    let check = copy.check().await.succeeded(Outcome::Stale);
    assert!(
        copy.relative(&check.err)
            .starts_with("src/lib.rs lacks `pub mod files;`\n")
    );
}

#[tokio::test]
async fn writing_twice_changes_nothing_the_second_time() {
    let copy = Copy::new();
    fs::remove_dir_all(copy.path("src/studio")).unwrap();
    copy.update().await.succeeded(Outcome::Current);
    let before = files_below(copy.dir.path());
    let again = copy.update().await.succeeded(Outcome::Current);
    assert_eq!(again.out, "");
    assert!(again.err.starts_with("the entities are current ("));
    assert_eq!(files_below(copy.dir.path()), before);
}

/// As a user runs it, with a database configured that cannot be reached: it needs none.
#[tokio::test]
async fn the_command_needs_no_configured_database() {
    let copy = Copy::new();
    let mut home = Home::new(Engine::Sqlite).await;
    home.set_database_url("postgres://nobody@127.0.0.1:1/nothing");
    let entity = copy.dir.path().to_str().unwrap();
    let check = ["entities", "--check", "--entity", entity];
    assert_eq!(home.migrate(check).await.succeeded(), "");

    fs::remove_file(copy.path("src/studio/ids.rs")).unwrap();
    let stale = home.migrate(check).await;
    assert_eq!(stale.code, Some(1));
    assert!(stale.stdout.contains("+++ b/studio/ids.rs"));
    let written = home.migrate(["entities", "--entity", entity]).await;
    assert_eq!(
        copy.relative(&written.succeeded()),
        "added src/studio/ids.rs\n"
    );
    assert_eq!(home.migrate(check).await.code, Some(0));

    // Without a folder, the nearest `entity` is meant; here is none.
    let lost = home.migrate(["entities"]).await.failed(2);
    assert!(lost.contains("--entity DIR"), "{lost}");
    let no_server = home
        .migrate(["entities", "--server", "sqlite://x"])
        .await
        .failed(2);
    assert!(no_server.contains("expected postgres://"), "{no_server}");
    let refused = [
        "entities",
        "--server",
        "postgres://nobody@127.0.0.1:1/nothing",
        "--entity",
        entity,
    ];
    assert_eq!(home.migrate(refused).await.code, Some(69));
}

#[tokio::test]
async fn json_says_what_differs() {
    let copy = Copy::new();
    fs::remove_file(copy.path("src/files/mod.rs")).unwrap();
    let command = Entities {
        check: true,
        json: true,
        ..copy.command()
    };
    let run = Run::of(&command, &migration::migrations()).await;
    let run = run.succeeded(Outcome::Stale);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["current"], false);
    assert_eq!(report["written"], false);
    assert_eq!(report["differences"][0]["file"], "files/mod.rs");
    assert_eq!(report["differences"][0]["change"], "missing");
}

fn odd_migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(CreateOddSchema)]
}

/// The committed files of the odd schema are compiled into this test, so they are Rust. To write
/// them anew: `UPDATE_ENTITIES=1 cargo test -p acceptance odd_schema`.
#[on_both_engines]
async fn an_odd_schema_gives_the_same_entities_from_both_engines(engine: Engine) {
    let (mut command, _beside) = command(here().join("entities/odd"), engine).await;
    command.check = std::env::var_os("UPDATE_ENTITIES").is_none();
    let run = Run::of(&command, &odd_migrations()).await;
    let run = run.succeeded(Outcome::Current);
    insta::with_settings!({ snapshot_suffix => format!("{engine:?}") }, {
        insta::assert_snapshot!(run.err);
    });
}
