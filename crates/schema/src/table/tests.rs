use groundwork_naming::{Convention, Engine};

use super::*;
use crate::sql::column;

const CONVENTION: Convention = Convention {
    primary_key: "pk_{table}",
    foreign_key: "fk_{table}_{columns}_{referred_table}",
    unique: "uq_{table}_{columns}",
    check: "ck_{table}_{rule}",
    index: "ix_{table}_{columns}",
    not_null: "nn_{table}_{columns}",
};

const STEPS: Table = Table {
    name: "steps",
    columns: &[
        Column::required("run_id", Kind::Uuid),
        Column::required("position", Kind::BigInteger),
        Column::optional("clip_id", Kind::Uuid),
        Column::required("stage", Kind::Text),
        Column::optional("due_at", Kind::Timestamptz),
        Column::optional("details", Kind::Json),
    ],
    primary_key: &["run_id", "position"],
    foreign_keys: &[
        ForeignKey {
            columns: &["run_id"],
            table: "runs",
            referred_columns: &["id"],
            on_delete: OnDelete::Cascade,
            ..ForeignKey::DEFAULT
        },
        ForeignKey {
            columns: &["clip_id", "stage"],
            table: "clips",
            referred_columns: &["id", "stage"],
            on_delete: OnDelete::NoAction,
            ..ForeignKey::DEFAULT
        },
    ],
    uniques: &[
        Unique {
            columns: &["stage", "position"],
            ..Unique::DEFAULT
        },
        Unique {
            columns: &["clip_id"],
            only_where: Some("due_at IS NULL"),
            ..Unique::DEFAULT
        },
    ],
    checks: &[
        Check {
            rule: "stage",
            condition: Condition::OneOf {
                column: "stage",
                values: &["first", "director's"],
            },
        },
        Check {
            rule: "position",
            condition: Condition::AtLeast {
                column: "position",
                number: 0,
            },
        },
    ],
    indexes: &[Index {
        columns: &["due_at"],
        only_where: Some("due_at IS NOT NULL"),
        ..Index::DEFAULT
    }],
    ..Table::DEFAULT
};

#[test]
fn a_table_is_created_alike_on_both_engines() {
    for (engine, name) in [
        (Engine::Sqlite, "table_on_sqlite"),
        (Engine::Postgres, "table_on_postgres"),
    ] {
        insta::assert_snapshot!(name, STEPS.create(&CONVENTION, engine).join(";\n"));
    }
}

#[test]
fn rows_are_numbered_in_each_engines_way() {
    let id = Column::required("id", Kind::Numbered);
    assert_eq!(
        column(&id.model(Engine::Sqlite)),
        r#""id" integer NOT NULL"#
    );
    assert_eq!(
        column(&id.model(Engine::Postgres)),
        r#""id" bigint NOT NULL GENERATED ALWAYS AS IDENTITY"#
    );
}

#[test]
fn a_foreign_key_that_a_longer_key_serves_gets_no_index_of_its_own() {
    let statements = STEPS.create(&CONVENTION, Engine::Sqlite).join("\n");
    assert!(!statements.contains("ix_steps_run_id"));
}

#[test]
fn an_index_over_a_part_of_the_table_serves_no_foreign_key() {
    let statements = STEPS.create(&CONVENTION, Engine::Sqlite).join("\n");
    assert!(statements.contains(r#"CREATE INDEX "ix_steps_clip_id_stage" ON "steps""#));
}

const TRIGGERS: Triggers = Triggers {
    function: TriggerFunction {
        name: "note_steps",
        body: "BEGIN\n    RETURN NULL;\nEND",
    },
    triggers: &[
        Trigger {
            name: "steps_moved",
            table: "steps",
            timing: Timing::After,
            event: Event::UpdateOf(&["position", "stage"]),
            when: Some("OLD.position <> NEW.position"),
            sqlite: Some("DELETE FROM notes WHERE id = OLD.clip_id;"),
            postgres: PostgresTrigger::ROW,
        },
        Trigger {
            name: "steps_counted",
            table: "steps",
            timing: Timing::After,
            event: Event::UpdateOf(&["stage"]),
            when: None,
            sqlite: Some("DELETE FROM notes;"),
            postgres: PostgresTrigger {
                each: Each::Statement,
                old_rows: Some("old_rows"),
                new_rows: Some("new_rows"),
            },
        },
        Trigger {
            name: "steps_emptied",
            table: "steps",
            timing: Timing::Before,
            event: Event::Truncate,
            when: None,
            sqlite: None,
            postgres: PostgresTrigger::STATEMENT,
        },
    ],
};

#[test]
fn triggers_are_created_and_dropped_in_each_engines_way() {
    for (engine, name) in [
        (Engine::Sqlite, "triggers_on_sqlite"),
        (Engine::Postgres, "triggers_on_postgres"),
    ] {
        let text = format!("{}{}", TRIGGERS.create(engine), TRIGGERS.drop(engine));
        insta::assert_snapshot!(name, text);
    }
}
