//! One object changes; the difference names it.

use acceptance::{Engine, Scratch, given};
use groundwork_migrate::{diff::differences, inspect};
use groundwork_schema::model::{Schema, Table};
use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};

use super::{connect, rich, run};

/// How many mutations each engine has to see through at least.
const AT_LEAST: usize = 200;

/// A change of one object, and what the difference has to mention.
struct Mutation {
    sql: String,
    named: String,
}

#[tokio::test]
async fn every_mutation_is_named_on_postgres() {
    let mut seen = 0;
    for scratch in [given::migrated(Engine::Postgres).await, {
        let scratch = Scratch::empty(Engine::Postgres).await;
        run(&connect(&scratch).await, rich(Engine::Postgres)).await;
        scratch
    }] {
        let connection = connect(&scratch).await;
        let original = inspect::schema(&connection).await.unwrap();
        for mutation in on_postgres(&original) {
            let transaction = connection.begin().await.unwrap();
            run(&transaction, &mutation.sql).await;
            let mutated = inspect::schema(&transaction).await.unwrap();
            transaction.rollback().await.unwrap();
            require_named(&mutation, &original, &mutated);
            seen += 1;
        }
        assert_eq!(inspect::schema(&connection).await.unwrap(), original);
    }
    assert!(seen >= AT_LEAST, "only {seen} mutations");
}

/// SQLite cannot change most of this in place: the catalog's texts are edited, and run anew.
#[tokio::test]
async fn every_mutation_is_named_on_sqlite() {
    let mut seen = 0;
    let migrated = given::migrated(Engine::Sqlite).await;
    let own = texts(&connect(&migrated).await).await;
    let shop = Scratch::empty(Engine::Sqlite).await;
    let connection = connect(&shop).await;
    run(&connection, rich(Engine::Sqlite)).await;
    for statements in [own, texts(&connection).await] {
        let original = replayed(&statements).await;
        for (place, statement) in statements.iter().enumerate() {
            for mutation in on_sqlite(statement) {
                let mut statements = statements.clone();
                statements[place].clone_from(&mutation.sql);
                require_named(&mutation, &original, &replayed(&statements).await);
                seen += 1;
            }
        }
    }
    assert!(seen >= AT_LEAST, "only {seen} mutations");
}

fn require_named(mutation: &Mutation, original: &Schema, mutated: &Schema) {
    let lines: Vec<String> = (differences(original, mutated).iter())
        .map(ToString::to_string)
        .collect();
    assert!(
        lines.iter().any(|line| line.contains(&mutation.named)),
        "{}: nothing names {} in {lines:#?}",
        mutation.sql,
        mutation.named,
    );
}

/// The statements that made an SQLite database, tables first.
async fn texts(connection: &DatabaseConnection) -> Vec<String> {
    let sql = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'
               AND name <> 'seaql_migrations'
               AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
               ORDER BY type <> 'table', rowid";
    let statement = sea_orm::Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

/// The schema that these statements make.
async fn replayed(statements: &[String]) -> Schema {
    let mut options = sea_orm::ConnectOptions::new("sqlite::memory:");
    options
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .sqlx_logging(false);
    let connection = sea_orm::Database::connect(options).await.unwrap();
    for statement in statements.iter().filter(|statement| !statement.is_empty()) {
        let ran = connection.execute_unprepared(statement).await;
        assert!(ran.is_ok(), "{statement}: {ran:?}");
    }
    let schema = inspect::schema(&connection).await.unwrap();
    connection.close().await.unwrap();
    schema
}

/// Every change of one object that PostgreSQL can make in place.
fn on_postgres(schema: &Schema) -> Vec<Mutation> {
    let mut all = vec![Mutation {
        sql: "CREATE TABLE \"strangers\" (\"id\" bigint)".to_owned(),
        named: "table strangers: not expected".to_owned(),
    }];
    let mut add = |sql: String, named: &str| {
        let named = named.to_owned();
        all.push(Mutation { sql, named });
    };
    for name in schema.views.keys() {
        let kind = if schema.views[name].materialized {
            "MATERIALIZED VIEW"
        } else {
            "VIEW"
        };
        add(
            format!("DROP {kind} \"{name}\""),
            &format!("view {name}: missing"),
        );
    }
    for (name, values) in &schema.enums {
        let sql = format!(
            "ALTER TYPE \"{name}\" RENAME VALUE '{}' TO 'other'",
            values[0]
        );
        add(sql, &format!("enumerated type {name}: values"));
    }
    for table in schema.tables.values() {
        on_table(table, &mut add);
    }
    all
}

fn on_table(table: &Table, add: &mut impl FnMut(String, &str)) {
    let alter = format!("ALTER TABLE \"{}\"", table.name);
    let of = format!("of table {}", table.name);
    add(
        format!("{alter} ADD COLUMN \"extra\" text"),
        &format!("column extra {of}: not expected"),
    );
    for column in &table.columns {
        let name = &column.name;
        let named = |what: &str| format!("column {name} {of}: {what}");
        add(
            format!("{alter} RENAME \"{name}\" TO \"renamed\""),
            &named("missing"),
        );
        add(
            format!("{alter} DROP COLUMN \"{name}\" CASCADE"),
            &named("missing"),
        );
        if column.generated.is_none() && column.numbering.is_none() {
            let default = if column.default.is_some() {
                "DROP DEFAULT"
            } else {
                "SET DEFAULT NULL"
            };
            if column.default.is_some() {
                add(
                    format!("{alter} ALTER \"{name}\" {default}"),
                    &named("default"),
                );
            }
            let is_key = (table.primary_key.iter()).any(|key| key.columns.contains(name));
            match column.nullable {
                true => add(
                    format!("{alter} ALTER \"{name}\" SET NOT NULL"),
                    &named("nullable"),
                ),
                false if !is_key => {
                    add(
                        format!("{alter} ALTER \"{name}\" DROP NOT NULL"),
                        &named("nullable"),
                    );
                }
                false => {}
            }
        }
    }
    for key in &table.foreign_keys {
        let name = key.name.as_deref().unwrap();
        let definition = |action: &str| {
            let list = |names: &[String]| format!("\"{}\"", names.join("\", \""));
            format!(
                "FOREIGN KEY ({}) REFERENCES \"{}\" ({}) {action}",
                list(&key.columns),
                key.table,
                list(&key.referred_columns)
            )
        };
        for action in [
            "ON DELETE SET DEFAULT",
            "ON UPDATE SET DEFAULT",
            "DEFERRABLE",
        ] {
            let sql = format!(
                "{alter} DROP CONSTRAINT \"{name}\", ADD CONSTRAINT \"{name}\" {}",
                definition(action)
            );
            add(sql, &format!("foreign key {name} {of}: "));
        }
    }
    let checks = table
        .checks
        .iter()
        .filter_map(|check| check.name.as_deref());
    for name in checks.clone() {
        let sql =
            format!("{alter} DROP CONSTRAINT \"{name}\", ADD CONSTRAINT \"{name}\" CHECK (1 > 0)");
        add(sql, &format!("check {name} {of}: condition"));
    }
    let constraints = (checks.map(|name| ("check", name)))
        .chain(
            table
                .foreign_keys
                .iter()
                .map(|key| ("foreign key", key.name.as_deref().unwrap())),
        )
        .chain(
            table
                .uniques
                .iter()
                .map(|key| ("unique constraint", key.name.as_deref().unwrap())),
        )
        .chain(
            table
                .primary_key
                .iter()
                .map(|key| ("primary key", key.name.as_deref().unwrap())),
        );
    for (kind, name) in constraints {
        let named = format!("{kind} {name} {of}: missing");
        add(
            format!("{alter} RENAME CONSTRAINT \"{name}\" TO \"other\""),
            &named,
        );
        add(
            format!("{alter} DROP CONSTRAINT \"{name}\" CASCADE"),
            &named,
        );
    }
    for index in &table.indexes {
        let name = &index.name;
        let named = format!("index {name} {of}: missing");
        add(format!("DROP INDEX \"{name}\""), &named);
        add(
            format!("ALTER INDEX \"{name}\" RENAME TO \"other\""),
            &named,
        );
    }
    for trigger in &table.triggers {
        let name = &trigger.name;
        let sql = format!("DROP TRIGGER \"{name}\" ON \"{}\"", table.name);
        add(sql, &format!("trigger {name} {of}: missing"));
        let sql = format!("{alter} DISABLE TRIGGER \"{name}\"");
        add(sql, &format!("trigger {name} {of}: enabled"));
    }
}

/// Every edit of one statement that changes one object.
fn on_sqlite(statement: &str) -> Vec<Mutation> {
    let kind = statement.split_whitespace().nth(1).unwrap_or_default();
    let name = statement.split('"').nth(1).unwrap_or_default().to_owned();
    let mut all = Vec::new();
    if kind != "TABLE" {
        all.push(Mutation {
            sql: String::new(),
            named: name.clone(),
        });
    }
    // From, to, and the word that the report mentions, if it is not the name in quotes before it.
    let edits: [(&str, &str); 16] = [
        ("NOT NULL", ""),
        ("DEFAULT 0", "DEFAULT 7"),
        ("DEFAULT 1", "DEFAULT 7"),
        ("DEFAULT '", "DEFAULT 'x"),
        ("ON DELETE CASCADE", "ON DELETE RESTRICT"),
        ("ON DELETE SET NULL", "ON DELETE CASCADE"),
        ("ON UPDATE CASCADE", ""),
        ("DEFERRABLE INITIALLY DEFERRED", ""),
        (" DESC", ""),
        (" text", " bigint"),
        (" >= ", " > "),
        ("COLLATE NOCASE", ""),
        (" STORED", " VIRTUAL"),
        ("WITHOUT ROWID", ""),
        (" IS NOT NULL", " IS NULL"),
        (" IN (", " NOT IN ("),
    ];
    for (from, to) in edits {
        for (at, _) in statement.match_indices(from) {
            // Not the beginning of another word, nor a part of a condition.
            let follows = &statement[at + from.len()..];
            let is_word = from != " text" || follows.starts_with([' ', ',', '\n']);
            let about = name_before(statement, at, &name);
            if !is_word || statement[..at].ends_with("IS ") || is_required_anyway(statement, &about)
            {
                continue;
            }
            let sql = format!("{}{to}{}", &statement[..at], &statement[at + from.len()..]);
            all.push(Mutation { sql, named: about });
        }
    }
    for (at, _) in statement.match_indices("CONSTRAINT \"") {
        let at = at + "CONSTRAINT \"".len();
        let old = statement[at..].split('"').next().unwrap_or_default();
        all.push(Mutation {
            sql: format!(
                "{}renamed{}",
                &statement[..at],
                &statement[at + old.len()..]
            ),
            named: format!("{old} of table {name}: missing"),
        });
    }
    all
}

/// Whether a column is part of a primary key that takes no NULL without NOT NULL.
fn is_required_anyway(statement: &str, column: &str) -> bool {
    let key = statement.split("PRIMARY KEY (").nth(1);
    let columns = key.and_then(|key| key.split(')').next());
    (statement.ends_with("WITHOUT ROWID") || statement.ends_with("STRICT"))
        && columns.is_some_and(|columns| columns.contains(&format!("\"{column}\"")))
}

/// The column, constraint, index or table that an edit is about: the name at the beginning of its
/// line, or that of the whole.
fn name_before(statement: &str, at: usize, whole: &str) -> String {
    let line = statement[..at].rsplit('\n').next().unwrap_or_default();
    let starts_with_name = line.trim_start().starts_with(['"', 'C']) && line != &statement[..at];
    let name = line.split('"').nth(1).filter(|_| starts_with_name);
    name.unwrap_or(whole).to_owned()
}
