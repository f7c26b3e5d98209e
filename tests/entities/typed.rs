//! Every ordinary type of either engine: read and written as itself, and seen so by the engine.

use acceptance::{Engine, Scratch};
use groundwork_migrate::entities::Outcome;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, DatabaseConnection, EntityTrait,
    IntoActiveModel as _, QueryFilter as _, Set, Statement,
    prelude::{Date, DateTime, DateTimeUtc, Time},
};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, prelude::DbErr,
};
use uuid::Uuid;

use super::{Run, command, connected, here, types_postgres, types_sqlite};

/// A table made by its statements.
struct Create(&'static str);

impl MigrationName for Create {
    fn name(&self) -> &'static str {
        "m20260101_000000_create_everything"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Create {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(self.0).await?;
        Ok(())
    }
}

const POSTGRES: Create = Create(
    "CREATE EXTENSION citext;
     CREATE TYPE mood AS ENUM ('calm', 'wild');
     CREATE DOMAIN percent AS integer CHECK (VALUE BETWEEN 0 AND 100);
     CREATE TABLE everything (
        id serial PRIMARY KEY,
        small smallint NOT NULL,
        number integer NOT NULL,
        big bigint NOT NULL,
        single real NOT NULL,
        wide double precision NOT NULL,
        price numeric(30,10) NOT NULL,
        amount numeric,
        day date NOT NULL,
        moment timestamp NOT NULL DEFAULT now(),
        instant timestamptz NOT NULL,
        clock time NOT NULL,
        clock_tz timetz NOT NULL,
        span interval NOT NULL,
        numbers integer[] NOT NULL,
        words text[],
        address inet NOT NULL,
        network cidr NOT NULL,
        mac macaddr NOT NULL,
        nick citext NOT NULL,
        mood mood NOT NULL,
        temper mood NOT NULL,
        settings jsonb NOT NULL,
        plain_json json NOT NULL,
        bytes bytea NOT NULL,
        token uuid NOT NULL,
        name varchar(20) NOT NULL,
        code char(3) NOT NULL,
        flag boolean NOT NULL,
        cash money NOT NULL,
        bits bit(3) NOT NULL,
        place point NOT NULL,
        share percent NOT NULL,
        span_of int4range NOT NULL,
        doubled integer NOT NULL GENERATED ALWAYS AS (number * 2) STORED)",
);

const SQLITE: Create = Create(
    r#"CREATE TABLE everything (
        id INTEGER PRIMARY KEY,
        day DATE NOT NULL,
        moment DATETIME NOT NULL,
        stamp TIMESTAMP NOT NULL,
        clock TIME NOT NULL,
        flag BOOL NOT NULL,
        on_off BOOLEAN NOT NULL,
        price DECIMAL(10,2) NOT NULL,
        amount NUMERIC NOT NULL,
        settings JSON NOT NULL,
        token UUID NOT NULL,
        anything,
        small SMALLINT NOT NULL,
        number INT NOT NULL,
        big BIGINT NOT NULL,
        vast UNSIGNED BIG INT NOT NULL,
        wide REAL NOT NULL,
        single FLOAT NOT NULL,
        double_of DOUBLE PRECISION NOT NULL,
        name VARCHAR(20) NOT NULL,
        code NCHAR(3) NOT NULL,
        note CLOB NOT NULL,
        bytes BLOB NOT NULL,
        place TEXT GENERATED ALWAYS AS (json_array(wide, single)) VIRTUAL,
        total REAL NOT NULL GENERATED ALWAYS AS (coalesce(wide, 0) + coalesce(single, 0)) STORED)"#,
);

async fn is_current(engine: Engine, folder: &str, create: Create) -> String {
    let (mut command, _beside) = command(here().join("entities").join(folder), engine).await;
    command.check = std::env::var_os("UPDATE_ENTITIES").is_none();
    let run = Run::of(&command, &[Box::new(create) as Box<dyn MigrationTrait>]).await;
    run.succeeded(Outcome::Current).err
}

#[tokio::test]
async fn a_table_of_every_type_of_sqlite_gives_entities_and_says_what_was_chosen() {
    insta::assert_snapshot!(is_current(Engine::Sqlite, "types_sqlite", SQLITE).await);
}

#[tokio::test]
async fn a_table_of_every_type_of_postgres_gives_entities_and_says_what_was_chosen() {
    insta::assert_snapshot!(is_current(Engine::Postgres, "types_postgres", POSTGRES).await);
}

fn day() -> Date {
    "2024-02-29".parse().unwrap()
}

fn moment() -> DateTime {
    "2024-02-29T23:59:58.250".parse().unwrap()
}

fn instant() -> DateTimeUtc {
    "2024-02-29T23:59:58.250Z".parse().unwrap()
}

fn clock() -> Time {
    "12:30:15.5".parse().unwrap()
}

/// What the engine makes of each expression.
async fn seen(database: &DatabaseConnection, expressions: &[(&str, &str)]) {
    for (expression, expected) in expressions {
        let sql = format!("SELECT CAST({expression} AS text) AS seen FROM everything");
        let statement = Statement::from_string(database.get_database_backend(), sql);
        let row = database.query_one_raw(statement).await.unwrap().unwrap();
        let seen: Option<String> = row.try_get("", "seen").unwrap();
        assert_eq!(seen.as_deref(), Some(*expected), "{expression}");
    }
}

#[tokio::test]
async fn every_type_of_postgres_comes_back_as_it_was_written() {
    use types_postgres::all::{EverythingId, Temper, everything};
    let scratch = Scratch::empty(Engine::Postgres).await;
    let database = &connected(&scratch, &POSTGRES).await;
    let text = str::to_owned;
    let row = everything::Model {
        id: EverythingId(7),
        small: i16::MAX,
        number: -1_000_000_000,
        big: i64::MIN,
        single: 0.1,
        wide: 0.1 + 0.2,
        price: text("12345678901234567890.0123456789"),
        amount: Some(text("9007199254740993.5")),
        day: day(),
        moment: moment(),
        instant: instant(),
        clock: clock(),
        clock_tz: text("12:30:15+02"),
        span: text("1 year 2 mons 3 days 04:05:06"),
        numbers: text("{1,NULL,3}"),
        words: Some(text("{a,\"b c\"}")),
        address: text("192.168.0.1/24"),
        network: text("10.0.0.0/8"),
        mac: text("08:00:2b:01:02:03"),
        nick: text("Anna"),
        mood: text("wild"),
        temper: Temper::Calm,
        settings: serde_json::json!({ "a": [1, null] }),
        plain_json: serde_json::json!([1.5]),
        bytes: vec![0, 255],
        token: Uuid::from_u128(1),
        name: text("Ä"),
        code: text("abc"),
        flag: true,
        cash: text("$12.50"),
        bits: text("101"),
        place: text("(1,2.5)"),
        share: 99,
        span_of: text("[1,5)"),
        doubled: -2_000_000_000,
    };
    let inserted = row
        .clone()
        .into_active_model()
        .reset_all()
        .insert(database)
        .await;
    assert_eq!(inserted.unwrap(), row);
    let found = everything::Entity::find_by_id(EverythingId(7))
        .one(database)
        .await;
    assert_eq!(found.unwrap(), Some(row.clone()));
    seen(
        database,
        &[
            ("price", "12345678901234567890.0123456789"),
            ("pg_typeof(price)", "numeric"),
            ("upper(span::text)", "1 YEAR 2 MONS 3 DAYS 04:05:06"),
            ("numbers[3]", "3"),
            ("words[2]", "b c"),
            ("host(address)", "192.168.0.1"),
            ("nick = 'ANNA'::citext", "true"),
            ("temper", "calm"),
            ("settings ->> 'a'", "[1, null]"),
            ("encode(bytes, 'hex')", "00ff"),
            ("doubled", "-2000000000"),
            ("moment", "2024-02-29 23:59:58.25"),
        ],
    )
    .await;
    // Values of such types are compared as the type compares them.
    let column = |column: everything::Column, value: &str| {
        everything::Entity::find().filter(column.eq(value))
    };
    for (of, value) in [
        (everything::Column::Nick, "ANNA"),
        (
            everything::Column::Price,
            "12345678901234567890.01234567890",
        ),
        (everything::Column::Span, "14 months 3 days 04:05:06"),
        (everything::Column::Mood, "wild"),
    ] {
        assert_eq!(column(of, value).all(database).await.unwrap().len(), 1);
    }
    let mut changed = row.into_active_model();
    changed.span = Set(text("02:00:00"));
    changed.number = Set(5);
    let changed = changed.reset_all().update(database).await.unwrap();
    assert_eq!((changed.span.as_str(), changed.doubled), ("02:00:00", 10));
    // The database gives numbers by itself.
    let mut next = changed.into_active_model().reset_all();
    next.id = sea_orm::NotSet;
    assert_eq!(next.insert(database).await.unwrap().id, EverythingId(1));
}

#[tokio::test]
async fn every_type_of_sqlite_comes_back_as_it_was_written() {
    use types_sqlite::all::{EverythingId, Loose, everything};
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let database = &connected(&scratch, &SQLITE).await;
    let text = str::to_owned;
    let row = everything::Model {
        id: EverythingId(7),
        day: day(),
        moment: moment(),
        stamp: moment(),
        clock: clock(),
        flag: true,
        on_off: false,
        price: Loose::from("12.5"),
        amount: Loose::from("9007199254740993"),
        settings: serde_json::json!({ "a": [1, null] }),
        token: Uuid::from_u128(1),
        anything: Some(Loose::from("x")),
        small: 70_000,
        number: i64::MAX,
        big: i64::MIN,
        vast: 1,
        wide: 0.1 + 0.2,
        single: 0.1,
        double_of: 1e300,
        name: text("Ä"),
        code: text("abc"),
        note: text("n"),
        bytes: vec![0, 255],
        place: Some(text("[0.3,0.1]")),
        total: 0.1 + 0.2 + 0.1,
    };
    let inserted = row
        .clone()
        .into_active_model()
        .reset_all()
        .insert(database)
        .await;
    let mut inserted = inserted.unwrap();
    // SQLite writes fewer digits into a text than the number has.
    assert!(inserted.place.as_deref().unwrap().starts_with("[0.3"));
    inserted.place = row.place.clone();
    assert_eq!(inserted, row);
    let found = everything::Entity::find_by_id(EverythingId(7))
        .one(database)
        .await;
    let mut found = found.unwrap().unwrap();
    found.place = row.place.clone();
    assert_eq!(found, row);
    seen(
        database,
        &[
            ("typeof(price)", "real"),
            ("typeof(amount)", "integer"),
            ("typeof(token)", "blob"),
            ("typeof(flag) || flag", "integer1"),
            ("moment", "2024-02-29 23:59:58.250"),
            ("date(moment)", "2024-02-29"),
            ("day", "2024-02-29"),
            ("json_extract(settings, '$.a[0]')", "1"),
            ("single", "0.1"),
        ],
    )
    .await;
    let mut changed = row.into_active_model();
    changed.wide = Set(1.0);
    changed.single = Set(2.0);
    let changed = changed.reset_all().update(database).await.unwrap();
    assert_eq!(changed.total, 3.0);
    // What others wrote: a number of whole euros, a number into the column of no type, a moment
    // by the clock of SQLite.
    let sql = "UPDATE everything SET price = 10, anything = 5, moment = CURRENT_TIMESTAMP";
    database.execute_unprepared(sql).await.unwrap();
    let found = everything::Entity::find()
        .one(database)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.price.0, "10");
    assert_eq!(found.anything, Some(Loose::from("5")));
    let by_number = everything::Entity::find().filter(everything::Column::Price.eq("10.0"));
    assert_eq!(by_number.all(database).await.unwrap().len(), 1);
}
