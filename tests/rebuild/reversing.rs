//! The way back of each change.

use acceptance::Engine;
use groundwork_migrate::inspect;
use groundwork_schema::{
    alter::{Alter, Named},
    model::Schema,
    table::{
        Check, Column, Condition, ConstraintTiming, Event, ForeignKey, Index, IndexKey, Kind,
        Nulls, OnDelete, OnUpdate, PostgresTrigger, Timing, Trigger, TriggerFunction, Triggers,
        Unique,
    },
};
use rstest::rstest;
use sea_orm_migration::sea_orm::DatabaseConnection;

use super::{
    changes::{TO_RUNS, steps},
    given::{down, empty, migrations, up},
};

const STAGE_ONCE: Unique = Unique {
    columns: &["id", "stage"],
    ..Unique::DEFAULT
};
const ONE_DRAFT: Unique = Unique {
    columns: &["run_id"],
    only_where: Some("stage = 'draft'"),
    ..Unique::DEFAULT
};
const STAGE_NAMED: Check = Check {
    rule: "stage_named",
    condition: Condition::Sql("stage <> ''"),
};
const BY_AMOUNT: Index = Index {
    columns: &["amount"],
    only_where: Some("stage = 'done'"),
    ..Index::DEFAULT
};

const BY_LENGTH: Index = Index {
    keys: &[
        IndexKey::expression("stage_length", "length(stage)"),
        IndexKey::column("amount").descending(),
    ],
    include: &["run_id"],
    ..Index::DEFAULT
};
const ONE_RUN: Unique = Unique {
    columns: &["run_id", "stage"],
    nulls: Nulls::Equal,
    ..Unique::DEFAULT
};
const STAGE_FOLDED: Unique = Unique {
    keys: &[
        IndexKey::expression("stage_lower", "lower(stage)"),
        IndexKey::column("id"),
    ],
    ..Unique::DEFAULT
};
const TO_RUNS_DEFERRED: ForeignKey = ForeignKey {
    on_delete: OnDelete::Restrict,
    on_update: OnUpdate::Cascade,
    timing: ConstraintTiming::DeferrableInitiallyImmediate,
    ..TO_RUNS
};
const NOTE: Triggers = Triggers {
    function: TriggerFunction {
        name: "steps_note",
        body: "BEGIN DELETE FROM runs WHERE id = OLD.id; RETURN NULL; END",
    },
    triggers: &[Trigger {
        name: "steps_noted",
        table: "steps",
        timing: Timing::After,
        event: Event::Delete,
        when: Some("OLD.id > 9"),
        sqlite: Some("DELETE FROM runs WHERE id = OLD.id;"),
        postgres: PostgresTrigger::ROW,
    }],
};

/// What there is before, and a change of it.
fn reversible() -> Vec<(&'static str, Alter, Alter)> {
    let steps = || Alter::table("steps");
    let mood = Column::required("mood", Kind::Text);
    let optional = Column::optional("mood", Kind::Text);
    vec![
        ("add_column", steps(), steps().add_column(optional)),
        (
            "add_column_with_default",
            steps(),
            steps().add_column_with_default(mood, "'calm'"),
        ),
        (
            "add_column_filled",
            steps(),
            steps().add_column_filled(mood, "stage || 'y'"),
        ),
        (
            "rename_column",
            steps(),
            steps().rename_column("amount", "sum"),
        ),
        (
            "set_required",
            steps().add_column_filled(optional, "'x'"),
            steps().set_required("mood"),
        ),
        (
            "set_required_filling",
            steps(),
            steps().set_required_filling("amount", "'0'"),
        ),
        ("set_optional", steps(), steps().set_optional("stage")),
        ("add_foreign_key", steps(), steps().add_foreign_key(TO_RUNS)),
        ("add_check", steps(), steps().add_check(STAGE_NAMED)),
        ("add_unique", steps(), steps().add_unique(STAGE_ONCE)),
        ("add_unique in part", steps(), steps().add_unique(ONE_DRAFT)),
        (
            "drop_unique",
            steps().add_unique(STAGE_ONCE),
            steps().drop_unique(STAGE_ONCE),
        ),
        (
            "drop_unique in part",
            steps().add_unique(ONE_DRAFT),
            steps().drop_unique(ONE_DRAFT),
        ),
        ("add_index", steps(), steps().add_index(BY_AMOUNT)),
        (
            "add_index by expression",
            steps(),
            steps().add_index(BY_LENGTH),
        ),
        (
            "drop_index_of",
            steps().add_index(BY_LENGTH),
            steps().drop_index_of(BY_LENGTH),
        ),
        (
            "add_column generated",
            steps(),
            steps().add_column(Column::required("size", Kind::BigInteger).generated("id * 2")),
        ),
        (
            "add_unique with equal NULLs",
            steps(),
            steps().add_unique(ONE_RUN),
        ),
        (
            "drop_unique by expression",
            steps().add_unique(STAGE_FOLDED),
            steps().drop_unique(STAGE_FOLDED),
        ),
        (
            "change_default",
            steps().set_default("amount", "'1'"),
            steps().change_default("amount", Some("'1'"), Some("'2'")),
        ),
        (
            "change_default to none",
            steps().set_default("amount", "'1'"),
            steps().change_default("amount", Some("'1'"), None),
        ),
        (
            "add_foreign_key that cascades",
            steps(),
            steps().add_foreign_key(TO_RUNS_DEFERRED),
        ),
        ("add_triggers", steps(), steps().add_triggers(NOTE)),
        (
            "drop_triggers",
            steps().add_triggers(NOTE),
            steps().drop_triggers(NOTE),
        ),
        (
            "rename_table",
            steps(),
            steps()
                .rename_table("stages", &[Named::PrimaryKey, Named::Check("stage")])
                .add_index(BY_AMOUNT),
        ),
        (
            "several",
            steps(),
            steps()
                .add_column_filled(mood, "stage")
                .rename_column("mood", "temper")
                .add_unique(STAGE_ONCE)
                .add_check(STAGE_NAMED)
                .add_foreign_key(TO_RUNS),
        ),
    ]
}

/// What the catalog says. SQLite keeps a table's text too, which a rebuild may break into other
/// lines.
async fn catalog(connection: &DatabaseConnection) -> Schema {
    let mut schema = inspect::schema(connection).await.unwrap();
    for table in schema.tables.values_mut() {
        table.definition = None;
    }
    schema
}

#[rstest]
#[tokio::test]
async fn the_reverse_of_each_change_gives_the_equal_catalog(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    for (call, given, there) in reversible() {
        let (_scratch, connection) = empty(engine).await;
        steps(&connection).await;
        up(&connection, &migrations("", vec![given], Vec::new())[..])
            .await
            .unwrap();
        down_to_given(&connection).await;
        let before = catalog(&connection).await;
        let back = there.reverse().unwrap();
        let list = migrations("", vec![there], vec![back]);
        up(&connection, &list).await.unwrap();
        assert_ne!(
            catalog(&connection).await,
            before,
            "{call} changes something"
        );
        down(&connection, &list).await.unwrap();
        assert_eq!(catalog(&connection).await, before, "{call} is taken back");
    }
}

/// Forgets the migration that made what is given, so that the next one takes its place.
async fn down_to_given(connection: &DatabaseConnection) {
    let sql = "DELETE FROM seaql_migrations WHERE version = 'm20260102_000000_change'";
    super::given::execute(connection, sql).await;
}

#[test]
fn a_change_without_a_way_back_names_its_call() {
    let steps = || Alter::table("steps");
    for (call, change) in [
        ("drop_column", steps().drop_column("amount")),
        ("change_type", steps().change_type("amount", Kind::Double)),
        (
            "change_type_using",
            steps().change_type_using("amount", Kind::Double, "0"),
        ),
        ("set_default", steps().set_default("stage", "'draft'")),
        ("drop_default", steps().drop_default("stage")),
        (
            "drop_foreign_key",
            steps().drop_foreign_key(&["run_id"], "runs"),
        ),
        ("drop_check", steps().drop_check("stage")),
        ("change_primary_key", steps().change_primary_key(&["stage"])),
        ("drop_index", steps().drop_index(&["amount"])),
    ] {
        let error = change.add_check(STAGE_NAMED).reverse().unwrap_err();
        assert_eq!((error.call, error.table), (call, "steps"));
    }
}
