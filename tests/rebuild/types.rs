//! A changed type keeps every digit and the default, or is refused.

use acceptance::{Engine, on_both_engines};
use groundwork_schema::{alter::Alter, run::RunError, table::Kind};

use super::given::{down, empty, execute, migrations, texts, up};

fn source(error: &RunError) -> String {
    match error {
        RunError::Failed { source, .. } => source.to_string(),
        other => panic!("{other:?}"),
    }
}

const PLACES: &str = "CREATE TABLE places (id bigint PRIMARY KEY, lat double precision);
    INSERT INTO places VALUES (1, 52.520006599999995), (2, 0.1234567890123456),
    (3, 9007199254740991), (4, 0.1), (5, NULL), (6, -1.7976931348623157e308), (7, 5e-324)";

/// A double is told by 17 digits, and read back as the same number.
#[on_both_engines]
async fn a_double_is_the_same_number_after_its_way_through_text(engine: Engine) {
    let bits = match engine {
        Engine::Sqlite => "SELECT coalesce(printf('%!.26g', lat), '-') FROM places ORDER BY id",
        Engine::Postgres => {
            "SELECT coalesce(encode(float8send(lat), 'hex'), '-') FROM places ORDER BY id"
        }
    };
    let to = |kind| vec![Alter::table("places").change_type("lat", kind)];
    let (_scratch, connection) = empty(engine).await;
    let list = migrations(PLACES, to(Kind::Text), to(Kind::Double));
    up(
        &connection,
        &migrations(PLACES, Vec::new(), Vec::new())[..1],
    )
    .await
    .unwrap();
    let before = texts(&connection, bits).await;
    up(&connection, &list).await.unwrap();
    let written = "SELECT lat FROM places WHERE id IN (1, 2, 4) ORDER BY id";
    assert_eq!(
        texts(&connection, written).await,
        ["52.520006599999995", "0.1234567890123456", "0.1"]
    );
    down(&connection, &list).await.unwrap();
    assert_eq!(texts(&connection, bits).await, before);
}

#[on_both_engines]
async fn a_number_that_would_lose_a_digit_is_refused(engine: Engine) {
    for (kind, values, lost) in [
        (
            "bigint",
            "(9007199254740993), (-9007199254740993), (9007199254740992), (7)",
            2,
        ),
        (
            "text",
            "('0.1234567890123456789'), ('0.1'), ('1.50'), ('1e3'), ('-0.25')",
            1,
        ),
        (
            "text",
            "('9007199254740993'), ('9007199254740992'), ('52.520006599999995')",
            1,
        ),
    ] {
        let (_scratch, connection) = empty(engine).await;
        let create = format!("CREATE TABLE t (n {kind}); INSERT INTO t VALUES {values}");
        let change = vec![Alter::table("t").change_type("n", Kind::Double)];
        let list = migrations(Box::leak(create.into_boxed_str()), change, Vec::new());
        let error = source(&up(&connection, &list).await.unwrap_err());
        let (noun, verb) = if lost == 1 {
            ("row", "violates")
        } else {
            ("rows", "violate")
        };
        assert!(
            error.contains(&format!(": {lost} {noun} of t {verb}")),
            "{error}"
        );
        let limit = match kind {
            "bigint" => "DELETE FROM t WHERE n % 2 <> 0 AND n <> 7",
            _ => "DELETE FROM t WHERE length(n) > 17 OR n = '9007199254740993'",
        };
        execute(&connection, limit).await;
        execute(&connection, "INSERT INTO t VALUES (NULL)").await;
        up(&connection, &list).await.unwrap();
    }
}

/// What a row gets that fills nothing is what it got before, as the new type has it.
#[on_both_engines]
async fn a_default_is_carried_along(engine: Engine) {
    let truth = match engine {
        Engine::Sqlite => "1",
        Engine::Postgres => "true",
    };
    for (from, default, to, expected) in [
        ("text", "'12'", Kind::BigInteger, "12"),
        ("text", "'1.5'", Kind::Double, "1.5"),
        ("text", "'yes'", Kind::Boolean, truth),
        ("text", "'{}'", Kind::Json, "{}"),
        ("bigint", "5", Kind::Text, "5"),
        ("boolean", "true", Kind::BigInteger, "1"),
        ("boolean", "true", Kind::Text, "true"),
        (
            "double precision",
            "0.12345678901234568",
            Kind::Text,
            "0.12345678901234568",
        ),
        ("text", "('1' || '2')", Kind::BigInteger, "12"),
    ] {
        let (_scratch, connection) = empty(engine).await;
        let create = format!("CREATE TABLE t (id bigint, n {from} DEFAULT {default})");
        let change = vec![Alter::table("t").change_type("n", to).set_required("n")];
        let list = migrations(Box::leak(create.into_boxed_str()), change, Vec::new());
        up(&connection, &list).await.unwrap();
        execute(&connection, "INSERT INTO t (id) VALUES (1)").await;
        let value = texts(&connection, "SELECT CAST(n AS text) FROM t").await;
        assert_eq!(value, [expected], "{from} {default} to {to:?}");
    }
}

#[on_both_engines]
async fn a_default_that_is_no_value_of_the_new_type_is_refused(engine: Engine) {
    let (_scratch, connection) = empty(engine).await;
    let create = "CREATE TABLE t (id bigint, n text DEFAULT 'many')";
    let change = vec![Alter::table("t").change_type("n", Kind::BigInteger)];
    let error = up(&connection, &migrations(create, change, Vec::new())).await;
    let error = source(&error.unwrap_err());
    assert!(error.contains("many"), "{error}");
    execute(&connection, "INSERT INTO t (id) VALUES (1)").await;
    assert_eq!(texts(&connection, "SELECT n FROM t").await, ["many"]);
    let change =
        vec![
            Alter::table("t")
                .set_default("n", "7")
                .change_type_using("n", Kind::BigInteger, "0"),
        ];
    let list = migrations(create, change, Vec::new());
    up(&connection, &list).await.unwrap();
}
