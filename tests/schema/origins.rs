//! Ordinary PostgreSQL databases of other origin: each as `pg_dump` writes it, before and after.

use std::process::Command;

use acceptance::{Engine, Scratch};
use groundwork_migrate::{
    adopt::{self, Baseline},
    check, diff, inspect,
};
use groundwork_schema::run::{self, Settings};
use migration::CONVENTION;
use rstest::rstest;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr, TransactionTrait};
use sea_orm_migration::{MigrationTrait, SchemaManager, prelude::MigrationName};

use super::{connect, run};

/// A baseline as a migration, as the program has it that `adopt` was written into.
pub(super) struct Baselined(pub(super) Vec<String>);

impl MigrationName for Baselined {
    fn name(&self) -> &str {
        "m20260101_000000_adopt_schema"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Baselined {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in &self.0 {
            manager
                .get_connection()
                .execute_unprepared(statement)
                .await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// What `migrate check` finds right after `migrate adopt`.
pub(super) async fn checked(
    connection: &DatabaseConnection,
    baseline: &Baseline,
    scratch_url: Option<&url::Url>,
) -> Vec<String> {
    let migrations: Vec<Box<dyn MigrationTrait>> =
        vec![Box::new(Baselined(baseline.statements.clone()))];
    if run::pending(connection, &migrations).await.unwrap().len() == 1 {
        let settings = Settings::new(&CONVENTION);
        run::mark_applied(connection, migrations[0].name(), &settings)
            .await
            .unwrap();
    }
    let found = check::database(connection, &migrations, &CONVENTION, scratch_url).await;
    let found = found.unwrap();
    found.iter().map(ToString::to_string).collect()
}

/// The schema as PostgreSQL's own program writes it, without the history of migrations.
fn dump(scratch: &Scratch) -> String {
    let folder = groundwork_test::postgres::installed().expect("PostgreSQL's programs");
    let output = Command::new(folder.join("pg_dump"))
        .args(["-s", "--no-owner", "-T", "seaql_migrations", scratch.url()])
        .output()
        .expect("pg_dump runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    // A key that is another one each time comes in lines of these.
    let lines = text.lines().filter(|line| !line.starts_with("\\"));
    let mut lines: Vec<&str> = lines.collect();
    // The order in which privileges were granted means nothing.
    for together in lines.chunk_by_mut(|a, b| a.starts_with("GRANT") && b.starts_with("GRANT")) {
        together.sort_unstable();
    }
    lines.join("\n")
}

/// The baseline in a new database.
async fn replayed(statements: &[String]) -> Scratch {
    let copy = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&copy).await;
    let work = connection.begin().await.unwrap();
    for statement in statements {
        run(&work, statement).await;
    }
    work.commit().await.unwrap();
    connection.close().await.unwrap();
    copy
}

/// A shop, a library of films, a map, a music collection, an application of a framework: what each
/// kind of public schema needs, in words of our own.
#[rstest]
#[case::views_with_options(include_str!("../samples/schemas/origins/views.sql"))]
#[case::keys_and_indexes(include_str!("../samples/schemas/origins/keys.sql"))]
#[case::programs(include_str!("../samples/schemas/origins/programs.sql"))]
#[case::types(include_str!("../samples/schemas/origins/types.sql"))]
#[case::partitions(include_str!("../samples/schemas/origins/partitions.sql"))]
#[case::several_schemas(include_str!("../samples/schemas/origins/spaces.sql"))]
#[case::options_and_privileges(include_str!("../samples/schemas/origins/options.sql"))]
#[case::circles(include_str!("../samples/schemas/origins/circles.sql"))]
#[case::rich(include_str!("../samples/schemas/rich_postgres.sql"))]
#[case::music(include_str!("../samples/schemas/music_postgres.sql"))]
#[case::trade(include_str!("../samples/schemas/trade_postgres.sql"))]
#[tokio::test]
async fn an_ordinary_database_is_adopted_equal_as_pg_dump_sees_it(#[case] sql: &str) {
    let original = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&original).await;
    run(&connection, sql).await;
    let before = dump(&original);
    let baseline = adopt::baseline(&connection, None).await.unwrap();
    assert_eq!(baseline.left_out, []);
    assert_eq!(dump(&original), before, "it is only looked at");
    let copy = replayed(&baseline.statements).await;
    assert_eq!(dump(&copy), before);
    assert_eq!(checked(&connection, &baseline, None).await, [""; 0]);
    assert_eq!(dump(&original), before);
}

/// The server writes what it reads with casts of its own; its second text stays the same.
#[tokio::test]
async fn a_text_that_the_server_writes_anew_is_no_difference() {
    let original = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&original).await;
    run(
        &connection,
        "CREATE TABLE tickets (id int PRIMARY KEY,
             state varchar(10) CHECK (state IN ('open', 'new', 'done')));
         CREATE VIEW waiting AS SELECT id FROM tickets WHERE state IN ('open', 'new')",
    )
    .await;
    let baseline = adopt::baseline(&connection, None).await.unwrap();
    assert_eq!(baseline.left_out, []);
    let copy = replayed(&baseline.statements).await;
    assert_ne!(
        dump(&copy),
        dump(&original),
        "the server has changed its mind"
    );
    let again = adopt::baseline(&connect(&copy).await, None).await.unwrap();
    let second = replayed(&again.statements).await;
    assert_eq!(dump(&second), dump(&copy));
    assert_eq!(checked(&connection, &baseline, None).await, [""; 0]);
    let other = "ALTER TABLE tickets DROP CONSTRAINT tickets_state_check,
                 ADD CONSTRAINT tickets_state_check CHECK (state IN ('open', 'old', 'done'))";
    run(&connection, other).await;
    let found = checked(&connection, &baseline, None).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("check tickets_state_check of table tickets"));
}

/// What no statement of ours makes is named, with all that needs it; the rest is adopted.
#[tokio::test]
async fn what_cannot_be_adopted_is_left_out_with_all_that_needs_it_and_is_known_to_check() {
    let original = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&original).await;
    run(
        &connection,
        "CREATE TABLE kept (id bigint PRIMARY KEY, name text);
         CREATE TYPE shelf AS (room text, place int);
         CREATE TABLE shelves OF shelf;
         CREATE VIEW rooms AS SELECT DISTINCT room FROM shelves;
         CREATE VIEW names AS SELECT name FROM kept;
         CREATE FUNCTION first_room() RETURNS SETOF rooms LANGUAGE sql AS 'SELECT * FROM rooms LIMIT 1';
         CREATE PUBLICATION feed FOR TABLE kept;
         CREATE SCHEMA other",
    )
    .await;
    let before = dump(&original);
    let baseline = adopt::baseline(&connection, None).await.unwrap();
    let named: Vec<String> = (baseline.left_out.iter())
        .map(|left_out| left_out.to_string())
        .collect();
    assert_eq!(
        named,
        [
            "function first_room(): it needs view rooms",
            "view rooms: it needs table shelves",
            "object publication feed: `adopt` does not write objects of this kind",
            "table shelves: `adopt` does not write objects of this kind",
        ]
    );
    let copy = replayed(&baseline.statements).await;
    let made = inspect::schema(&connect(&copy).await).await.unwrap();
    assert!(made.tables.contains_key("kept") && made.views.contains_key("names"));
    assert_eq!(checked(&connection, &baseline, None).await, [""; 0]);
    run(&connection, "ALTER TABLE kept ADD COLUMN mood text").await;
    let found = checked(&connection, &baseline, None).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(
        before.contains("CREATE PUBLICATION feed"),
        dump(&original).contains("CREATE PUBLICATION feed")
    );
}

/// Each property, changed by hand in a database that agreed.
#[rstest]
#[case(
    "ALTER TABLE seats ENABLE ROW LEVEL SECURITY",
    "table seats: row security"
)]
#[case(
    "ALTER TABLE seats FORCE ROW LEVEL SECURITY",
    "table seats: row security of the owner"
)]
#[case("ALTER TABLE seats SET UNLOGGED", "table seats")]
#[case("ALTER TABLE seats SET (fillfactor = 70)", "table seats: options")]
#[case(
    "ALTER TABLE seats REPLICA IDENTITY FULL",
    "table seats: replica identity"
)]
#[case(
    "ALTER TABLE seats DISABLE TRIGGER seats_guard",
    "trigger seats_guard of table seats: enabled"
)]
#[case(
    "ALTER TABLE seats ALTER label SET STORAGE EXTERNAL",
    "column label of table seats: storage"
)]
#[case(
    "ALTER TABLE seats ALTER label SET STATISTICS 7",
    "column label of table seats: statistics"
)]
#[case(
    "COMMENT ON COLUMN seats.label IS 'as painted'",
    "column label of table seats: comment"
)]
#[case(
    "ALTER TABLE seats DROP CONSTRAINT seats_key,
     ADD CONSTRAINT seats_key UNIQUE NULLS NOT DISTINCT (room, label)",
    "unique constraint seats_key of table seats"
)]
#[case(
    "ALTER TABLE seats DROP CONSTRAINT seats_key,
     ADD CONSTRAINT seats_key UNIQUE (room, label) INCLUDE (id)",
    "unique constraint seats_key of table seats"
)]
#[case(
    "ALTER TABLE seats DROP CONSTRAINT seats_pkey,
     ADD CONSTRAINT seats_pkey PRIMARY KEY (id) DEFERRABLE",
    "primary key seats_pkey of table seats"
)]
#[case(
    "ALTER TABLE seats DROP CONSTRAINT seats_room_fkey,
     ADD CONSTRAINT seats_room_fkey FOREIGN KEY (house, room) REFERENCES rooms MATCH FULL",
    "foreign key seats_room_fkey of table seats"
)]
#[case(
    "ALTER TABLE seats DROP CONSTRAINT seats_room_fkey, ADD CONSTRAINT seats_room_fkey
     FOREIGN KEY (house, room) REFERENCES rooms ON DELETE SET NULL (room)",
    "foreign key seats_room_fkey of table seats"
)]
#[case(
    "ALTER TABLE seats DROP CONSTRAINT seats_check,
     ADD CONSTRAINT seats_check CHECK (room > 0) NO INHERIT",
    "check seats_check of table seats"
)]
#[case(
    "ALTER VIEW front SET (security_invoker = true)",
    "view front: definition"
)]
#[case(
    "ALTER VIEW front SET (check_option = cascaded)",
    "view front: definition"
)]
#[case(
    "ALTER POLICY own ON rooms USING (false)",
    "row security policy own of table rooms"
)]
#[case("ALTER SEQUENCE tickets CYCLE", "sequence tickets: definition")]
#[case("ALTER DOMAIN stars DROP NOT NULL", "domain stars: definition")]
#[case("ALTER FUNCTION guard() SECURITY DEFINER", "function guard()")]
#[case(
    "DROP TRIGGER front_guard ON front",
    "trigger front_guard of table front: missing"
)]
#[case("DROP EXTENSION citext", "extension citext: missing")]
#[case(
    "CREATE RULE quiet AS ON DELETE TO seats DO INSTEAD NOTHING",
    "rule quiet of table seats"
)]
#[case(
    "CREATE STATISTICS s ON house, room FROM seats",
    "extended statistics s of table seats"
)]
#[case(
    "CREATE INDEX odd ON seats (label) WITH (fillfactor = 50)",
    "index odd of table seats"
)]
#[case(
    "ALTER INDEX seats_label SET (fillfactor = 50)",
    "index seats_label of table seats"
)]
#[case(
    "ALTER TABLE side.notes ADD COLUMN more text",
    "column more of table side.notes"
)]
#[case(
    "CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (9) TO (10)",
    "table events_2"
)]
#[case("GRANT UPDATE ON seats TO PUBLIC", "table seats: privileges")]
#[tokio::test]
async fn check_sees_every_property(#[case] by_hand: &str, #[case] named: &str) {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&scratch).await;
    run(
        &connection,
        include_str!("../samples/schemas/origins/seats.sql"),
    )
    .await;
    let baseline = adopt::baseline(&connection, None).await.unwrap();
    assert_eq!(baseline.left_out, []);
    assert_eq!(checked(&connection, &baseline, None).await, [""; 0]);
    run(&connection, by_hand).await;
    let found = checked(&connection, &baseline, None).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    let expected = format!("database: {named}");
    assert!(found[0].starts_with(&expected), "{found:#?}");
}

/// What an administrator makes for himself in the database is no concern of the migrations.
#[tokio::test]
async fn what_belongs_to_the_database_is_left_alone() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&scratch).await;
    run(&connection, "CREATE TABLE kept (id bigint PRIMARY KEY)").await;
    let baseline = adopt::baseline(&connection, None).await.unwrap();
    run(
        &connection,
        "CREATE EXTENSION pg_trgm; CREATE PUBLICATION feed FOR TABLE kept;
         CREATE SCHEMA reports; CREATE TABLE reports.daily (day date);
         GRANT SELECT ON kept TO PUBLIC; GRANT CREATE ON SCHEMA public TO PUBLIC",
    )
    .await;
    assert_eq!(checked(&connection, &baseline, None).await, [""; 0]);
}

/// A difference says the same whichever side is called expected.
#[tokio::test]
async fn an_object_without_a_place_in_the_model_is_a_difference() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&scratch).await;
    let empty = inspect::schema(&connection).await.unwrap();
    run(
        &connection,
        "CREATE EXTENSION citext; CREATE SEQUENCE left_behind",
    )
    .await;
    let left = inspect::schema(&connection).await.unwrap();
    let lines: Vec<String> = (diff::differences(&empty, &left).iter())
        .map(ToString::to_string)
        .collect();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert!(lines[0].starts_with("extension citext: not expected"));
    assert!(lines[1].starts_with("sequence left_behind: not expected"));
    assert_eq!(diff::differences(&left, &empty).len(), 2);
}
