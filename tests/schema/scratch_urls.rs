//! Roles that may not make databases, as hosted servers give them.

use acceptance::{Engine, Home, Scratch};
use groundwork_migrate::{
    adopt, inspect,
    scratch::{self, Place},
};
use sea_orm::{ConnectionTrait, Statement};
use url::Url;

use super::{connect, connect_to, origins::checked, run};

/// The database of a role that is no superuser and may make no database, and its URL for that role.
async fn restricted(scratch: &Scratch, role: &str) -> Url {
    let mut url: Url = scratch.url().parse().unwrap();
    let name = url.path().trim_start_matches('/').to_owned();
    let administrator = connect(scratch).await;
    run(
        &administrator,
        &format!(
            "CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB PASSWORD 'guest';
             ALTER DATABASE \"{name}\" OWNER TO {role}; ALTER SCHEMA public OWNER TO {role}"
        ),
    )
    .await;
    administrator.close().await.unwrap();
    url.set_username(role).unwrap();
    url.set_password(Some("guest")).unwrap();
    url
}

async fn drop_role(scratch: &Scratch, role: &str) {
    let administrator = connect(scratch).await;
    run(
        &administrator,
        &format!(
            "REASSIGN OWNED BY {role} TO CURRENT_USER; DROP OWNED BY {role}; DROP ROLE {role}"
        ),
    )
    .await;
}

async fn schemas(connection: &impl ConnectionTrait) -> Vec<String> {
    let sql = "SELECT nspname::text FROM pg_namespace
               WHERE nspname !~ '^(pg_|information_schema)' ORDER BY 1";
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

#[tokio::test]
async fn a_role_without_databases_of_its_own_adopts_and_checks_in_a_schema() {
    let role = "guest_who_adopts";
    let scratch = Scratch::empty(Engine::Postgres).await;
    let url = restricted(&scratch, role).await;
    let mut options = sea_orm::ConnectOptions::new(url.as_str());
    options.max_connections(1);
    let connection = sea_orm::Database::connect(options).await.unwrap();
    run(
        &connection,
        "CREATE TYPE mood AS ENUM ('calm', 'wild');
         CREATE TABLE people (id bigserial PRIMARY KEY, mail text NOT NULL UNIQUE, mood mood DEFAULT 'calm');
         CREATE TABLE pets (id bigint PRIMARY KEY, owner bigint NOT NULL REFERENCES people (id));
         CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
         CREATE TRIGGER kept BEFORE DELETE ON pets FOR EACH ROW EXECUTE FUNCTION keep();
         CREATE VIEW owners AS SELECT DISTINCT owner FROM pets",
    )
    .await;
    let before = inspect::schema(&connection).await.unwrap();
    let refused = adopt::baseline(&connection, None).await.unwrap_err();
    assert!(
        refused.to_string().contains("scratch database"),
        "{refused}"
    );

    let baseline = adopt::baseline(&connection, Some(&url)).await.unwrap();
    assert_eq!(baseline.left_out, []);
    assert_eq!(baseline.tables, 2);
    assert_eq!(inspect::schema(&connection).await.unwrap(), before);
    assert_eq!(schemas(&connection).await, ["public"], "nothing is left");
    assert_eq!(checked(&connection, &baseline, Some(&url)).await, [""; 0]);
    run(&connection, "ALTER TABLE pets ENABLE ROW LEVEL SECURITY").await;
    let found = checked(&connection, &baseline, Some(&url)).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("table pets: row security"), "{found:#?}");
    assert_eq!(schemas(&connection).await, ["public"]);
    connection.close().await.unwrap();
    drop_role(&scratch, role).await;
}

#[tokio::test]
async fn every_command_takes_the_url_by_flag_or_by_setting() {
    let role = "guest_who_migrates";
    let scratch = Scratch::empty(Engine::Postgres).await;
    let url = restricted(&scratch, role).await;
    let mut home = Home::new(Engine::Postgres).await;
    let spare = home.database_url().to_owned();
    home.set_database_url(url.as_str());
    let entity = concat!(env!("CARGO_MANIFEST_DIR"), "/../entity");
    assert_eq!(home.migrate(["up"]).await.succeeded(), "");

    let refused = home.migrate(["check", "--entity", entity]).await.failed(69);
    assert!(refused.contains("scratch database"), "{refused}");
    assert!(refused.contains("--scratch-url"), "{refused}");
    let flag = format!("--scratch-url={url}");
    let setting = format!("--set=database.scratch_url={url}");
    for place in [&flag, &setting] {
        let check = ["check", "--entity", entity, place];
        assert_eq!(home.migrate(check).await.succeeded(), "");
        let entities = ["entities", "--check", "--entity", entity, place];
        assert_eq!(home.migrate(entities).await.succeeded(), "");
        let diagram = home.migrate(["diagram", "--format", "dot", place]).await;
        assert!(diagram.succeeded().contains("scenes"));
    }
    let verify = home.migrate(["verify", &flag]).await;
    assert_eq!(verify.code, Some(0), "{}", verify.stdout);
    let nowhere = "--scratch-url=postgres://nobody@127.0.0.1:1/none";
    let _ = home.migrate(["verify", nowhere]).await.failed(69);
    let connection = connect_to(&home).await;
    assert_eq!(schemas(&connection).await, ["public"], "nothing is left");
    connection.close().await.unwrap();
    home.set_database_url(spare);
    drop_role(&scratch, role).await;
}

/// What an extension brings is reached only where no table could be meant by the way.
#[tokio::test]
async fn an_extension_is_to_be_in_a_database_of_its_own() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&scratch).await;
    run(
        &connection,
        "CREATE EXTENSION citext; CREATE TABLE people (id bigint PRIMARY KEY, mail citext)",
    )
    .await;
    let own = scratch.url().parse().unwrap();
    let refused = adopt::baseline(&connection, Some(&own)).await.unwrap_err();
    let reason = std::error::Error::source(&refused).map(ToString::to_string);
    let reason = format!("{refused}: {reason:?}");
    assert!(reason.contains("citext of schema public"), "{reason}");

    let spare = Scratch::empty(Engine::Postgres).await;
    run(&connect(&spare).await, "CREATE EXTENSION citext").await;
    let spare = spare.url().parse().unwrap();
    let baseline = adopt::baseline(&connection, Some(&spare)).await.unwrap();
    assert_eq!(baseline.left_out, []);
    assert_eq!(checked(&connection, &baseline, Some(&spare)).await, [""; 0]);
}

/// A schema that migrations make would stay there.
#[tokio::test]
async fn a_database_with_several_schemas_needs_a_database_to_be_proved_in() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&scratch).await;
    run(
        &connection,
        "CREATE TABLE t (id bigint); CREATE SCHEMA side",
    )
    .await;
    let url = scratch.url().parse().unwrap();
    let refused = adopt::baseline(&connection, Some(&url)).await.unwrap_err();
    assert!(
        refused.to_string().contains("the schemas side"),
        "{refused}"
    );
    assert_eq!(schemas(&connection).await, ["public", "side"]);
    assert_eq!(
        adopt::baseline(&connection, None).await.unwrap().left_out,
        []
    );
}

#[tokio::test]
async fn what_a_killed_command_leaves_in_a_database_goes_with_the_next_one() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&scratch).await;
    let abandoned = "migrate_scratch_0123456789abcdef0123456789abcdef";
    run(
        &connection,
        &format!(
            "CREATE SCHEMA {abandoned}; CREATE TABLE {abandoned}.t (id bigint); CREATE SCHEMA kept"
        ),
    )
    .await;
    let place = Place::Schema(scratch.url().parse().unwrap());
    let one = scratch::Scratch::open(&place).await.unwrap();
    let other = scratch::Scratch::open(&place).await.unwrap();
    run(one.connection(), "CREATE TABLE t (id bigint)").await;
    assert_eq!(one.schema().await.unwrap().tables.len(), 1);
    assert_eq!(other.schema().await.unwrap().tables.len(), 0);
    assert_eq!(schemas(&connection).await.len(), 4);
    other.close().await.unwrap();
    one.close().await.unwrap();
    assert_eq!(schemas(&connection).await, ["kept", "public"]);
}
