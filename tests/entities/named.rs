//! Names that are no Rust: each becomes one, and its rows are read and written.

use acceptance::{Engine, Scratch, on_both_engines};
use groundwork_migrate::entities::Outcome;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, EntityLoaderTrait as _,
    EntityTrait, IntoActiveModel as _, QueryFilter as _, Set,
};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, prelude::DbErr,
    sea_orm::DatabaseBackend,
};

use super::{
    Run, command, connected, here,
    names::{
        club::{TaskId, members, states, tasks},
        words::{BoxId, CountryCode, boxes, countries, entity, logins, n2fa_codes, option, r#type},
    },
};

struct CreateNames;

impl MigrationName for CreateNames {
    fn name(&self) -> &'static str {
        "m20260101_000000_create_names"
    }
}

const TABLES: &str = r####"
CREATE TABLE boxes (id bigint PRIMARY KEY NOT NULL, "2xl_16" text, "Größe (cm)" text, "###" text, _id text);
CREATE TABLE countries (code text PRIMARY KEY NOT NULL);
CREATE TABLE "2fa codes" (id bigint PRIMARY KEY NOT NULL, "boxId" bigint NOT NULL REFERENCES boxes (id),
    "country code" text REFERENCES countries (code), UNIQUE ("boxId", "country code"));
CREATE TABLE logins (id bigint PRIMARY KEY NOT NULL, "userId" text, user_id text UNIQUE, a_1 text, a1 text);
CREATE TABLE type (id bigint PRIMARY KEY NOT NULL, type text, match text, "self" text, async text, gen text,
    try text, "crate" text, union_id text, "static" text UNIQUE, err text);
CREATE TABLE result (id bigint PRIMARY KEY NOT NULL, ok text, err text, box text, "default" text, clone text,
    entity_name text, iterator text, value_type text);
CREATE TABLE option (id bigint PRIMARY KEY NOT NULL, string text, vec text, "some" text, none text,
    result_id bigint REFERENCES result (id));
CREATE TABLE entity (id bigint PRIMARY KEY NOT NULL, model text, entity text, "column" text, relation text,
    active_model text, primary_key text, option_id bigint REFERENCES option (id),
    type_id bigint REFERENCES type (id));
CREATE TABLE members (group_id bigint NOT NULL, user_id bigint NOT NULL, UNIQUE (group_id, user_id));
CREATE TABLE notes (note text);
"####;

const MUTUAL: &str = "
CREATE TABLE states (id bigint PRIMARY KEY NOT NULL, current_task_id bigint UNIQUE REFERENCES tasks (id));
CREATE TABLE tasks (id bigint PRIMARY KEY NOT NULL, state_id bigint NOT NULL REFERENCES states (id));
";

const MUTUAL_LATER: &str = "
CREATE TABLE states (id bigint PRIMARY KEY NOT NULL, current_task_id bigint UNIQUE);
CREATE TABLE tasks (id bigint PRIMARY KEY NOT NULL, state_id bigint NOT NULL REFERENCES states (id));
ALTER TABLE states ADD FOREIGN KEY (current_task_id) REFERENCES tasks (id);
";

#[async_trait::async_trait]
impl MigrationTrait for CreateNames {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mutual = match manager.get_database_backend() {
            DatabaseBackend::Postgres => MUTUAL_LATER,
            _ => MUTUAL,
        };
        let database = manager.get_connection();
        database.execute_unprepared(TABLES).await?;
        database.execute_unprepared(mutual).await?;
        Ok(())
    }
}

/// The committed files are compiled into this test, so they are Rust. To write them anew:
/// `UPDATE_ENTITIES=1 cargo test -p acceptance names_that_are_no_rust`.
#[on_both_engines]
async fn names_that_are_no_rust_become_rust(engine: Engine) {
    let (mut command, _beside) = command(here().join("entities/names"), engine).await;
    command.check = std::env::var_os("UPDATE_ENTITIES").is_none();
    let run = Run::of(
        &command,
        &[Box::new(CreateNames) as Box<dyn MigrationTrait>],
    )
    .await;
    let run = run.succeeded(Outcome::Current);
    assert!(
        run.err.starts_with(
            "warning: the table `notes` has no primary key, so it gets no entity; `notes = \
             [\"column\"]` under `keys` of a domain says what identifies a row\n"
        ),
        "{}",
        run.err
    );
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[on_both_engines]
async fn columns_of_any_name_keep_their_own_values(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let database = &connected(&scratch, &CreateNames).await;
    let cardboard = boxes::Model {
        id: BoxId(1),
        n2xl_16: some("a"),
        größe_cm: some("b"),
        column: some("c"),
        id_2: some("d"),
    };
    let login = logins::Model {
        id: 1,
        user_id_2: some("camel"),
        user_id: some("snake"),
        a_1: some("x"),
        a1_2: some("y"),
    };
    let kind = r#type::Model {
        id: 1,
        r#type: some("a"),
        r#match: some("b"),
        self_: some("c"),
        r#async: some("d"),
        r#gen: some("e"),
        r#try: some("f"),
        crate_: some("g"),
        union_id: some("h"),
        r#static: some("i"),
        err_value: some("k"),
    };
    macro_rules! assert_comes_back {
        ($($entity:ident: $row:expr),*) => {$(
            let row = $row.clone().into_active_model().reset_all();
            assert_eq!(row.insert(database).await.unwrap(), $row);
            assert_eq!($entity::Entity::find().one(database).await.unwrap(), Some($row));
        )*};
    }
    assert_comes_back!(boxes: cardboard, logins: login, r#type: kind);
    // What the engine itself says of the columns whose names are least alike.
    let row = database
        .query_one_raw(sea_orm::Statement::from_string(
            database.get_database_backend(),
            r####"SELECT "2xl_16" || "Größe (cm)" || "###" || _id AS a, l."userId" || l.user_id AS b
                 FROM boxes, logins l"####,
        ))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.try_get::<String>("", "a").unwrap(), "abcd");
    assert_eq!(row.try_get::<String>("", "b").unwrap(), "camelsnake");
    let found = logins::Entity::find()
        .filter(logins::Column::UserId2.eq("camel"))
        .all(database)
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
}

#[on_both_engines]
async fn ids_of_integers_and_texts_lead_to_their_rows(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let database = &connected(&scratch, &CreateNames).await;
    let code = CountryCode("de".to_owned());
    boxes::ActiveModel {
        id: Set(BoxId(7)),
        ..Default::default()
    }
    .insert(database)
    .await
    .unwrap();
    countries::ActiveModel {
        code: Set(code.clone()),
    }
    .insert(database)
    .await
    .unwrap();
    n2fa_codes::ActiveModel {
        id: Set(1),
        box_id: Set("7".parse().unwrap()),
        country_code: Set(Some(code.clone())),
    }
    .insert(database)
    .await
    .unwrap();
    let found = n2fa_codes::Entity::load()
        .filter_by_id(1)
        .with(boxes::Entity)
        .with(countries::Entity)
        .one(database)
        .await
        .unwrap()
        .expect("the code");
    assert_eq!(found.r#box.as_ref().unwrap().id, BoxId(7));
    assert_eq!(found.country.as_ref().unwrap().code, code);
    assert_eq!(i64::from(BoxId(7)), 7);
    assert_eq!(BoxId(7).to_string(), "7");
    assert_eq!(code.to_string(), "de");
    assert_eq!(
        serde_json::json!([BoxId(7), code]),
        serde_json::json!([7, "de"])
    );
}

#[on_both_engines]
async fn tables_that_refer_to_each_other_and_one_without_a_key_are_read(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let database = &connected(&scratch, &CreateNames).await;
    states::ActiveModel {
        id: Set(1),
        current_task_id: Set(None),
    }
    .insert(database)
    .await
    .unwrap();
    for id in [1, 2] {
        let task = tasks::ActiveModel {
            id: Set(TaskId(id)),
            state_id: Set(1),
        };
        task.insert(database).await.unwrap();
    }
    states::ActiveModel {
        id: Set(1),
        current_task_id: Set(Some(TaskId(2))),
    }
    .update(database)
    .await
    .unwrap();
    let state = states::Entity::load()
        .filter_by_id(1)
        .with(states::Relation::CurrentTask)
        .with(states::Relation::Tasks)
        .one(database)
        .await
        .unwrap()
        .expect("the state");
    assert_eq!(state.current_task.as_ref().unwrap().id, TaskId(2));
    assert_eq!(state.tasks.len(), 2);

    members::ActiveModel {
        group_id: Set(1),
        user_id: Set(2),
    }
    .insert(database)
    .await
    .unwrap();
    let member = members::Entity::find_by_id((1, 2)).one(database).await;
    assert!(member.unwrap().is_some());
    let thing = entity::ActiveModel {
        id: Set(1),
        model: Set(some("m")),
        ..Default::default()
    };
    assert_eq!(thing.insert(database).await.unwrap().model, some("m"));
    let empty = option::Entity::find().all(database).await.unwrap();
    assert!(empty.is_empty());
}

#[on_both_engines]
async fn init_writes_a_map_from_which_the_entities_are_generated(engine: Engine) {
    let dir = tempfile::tempdir().unwrap();
    let (mut command, _beside) = command(dir.path().join("entity"), engine).await;
    let migrations = [Box::new(CreateNames) as Box<dyn MigrationTrait>];
    command.action = Some(groundwork_migrate::entities::Action::Init);
    Run::of(&command, &migrations)
        .await
        .succeeded(Outcome::Current);
    let map = std::fs::read_to_string(dir.path().join("entity/entities.toml")).unwrap();
    for line in [
        "[main]",
        "    \"2fa codes\",",
        "\"boxes.id\" = \"BoxId\"",
        "\"countries.code\" = \"CountryCode\"",
        "# No primary key, so no entity: members. Under [….keys], a line such as",
    ] {
        assert!(map.lines().any(|own| own == line), "{line}: {map}");
    }
    let again = Run::of(&command, &migrations).await.outcome.unwrap_err();
    assert!(
        again
            .to_string()
            .ends_with("exists; remove it first, or change it by hand")
    );
    command.action = None;
    let run = Run::of(&command, &migrations)
        .await
        .succeeded(Outcome::Current);
    assert!(run.out.contains("entity/src/main/boxes.rs"), "{}", run.out);
}
