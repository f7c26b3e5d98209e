//! The history, changed by hand: `migrate mark`, and migrations that were renamed.

use acceptance::{Engine, Home, Scratch, given, on_both_engines};
use groundwork_schema::run::{self, Goal, Mark, RepairAction, RunError};

use super::{connect, execute, names, running::ONE, running::TWO, scripts, settings, texts, up};

/// Changes rows, so that it must never run twice.
const DOUBLE: &str = "UPDATE one SET n = n * 2";
const OLD: &str = "m20260102_000000_double";
const NEW: &str = "m20260102_000001_double_once";
/// Sorts behind all that the program has.
const OLD_AND_LATE: &str = "m20260109_000000_double";

#[on_both_engines]
async fn a_renamed_migration_is_recognised_and_never_runs_twice(
    engine: Engine,
    #[values(OLD, OLD_AND_LATE)] old: &'static str,
) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    let before = scripts(&[ONE, (old, DOUBLE, "SELECT 1")]);
    up(&connection, &before, Goal::All).await.unwrap();
    let after = scripts(&[ONE, (NEW, DOUBLE, "SELECT 1")]);

    let refused = up(&connection, &after, Goal::All).await.unwrap_err();
    assert!(matches!(&refused, RunError::Renamed { .. }), "{refused:?}");
    let advice = refused.to_string();
    assert!(advice.contains(&format!("{old}={NEW}")), "{advice}");
    let examined = run::examine(&connection, &after).await.unwrap_err();
    assert!(
        matches!(&examined, RunError::Renamed { .. }),
        "{examined:?}"
    );

    let offered = run::repairs(&connection, &after).await.unwrap();
    let offered: Vec<_> = offered
        .iter()
        .map(|it| (&*it.migration, &it.action))
        .collect();
    let rename = RepairAction::Rename { to: NEW.to_owned() };
    assert_eq!(offered, [(old, &rename)]);
    run::repair(&connection, &after, &settings()).await.unwrap();
    let report = up(&connection, &after, Goal::All).await.unwrap();
    assert_eq!(names(&report), [""; 0]);
    let n = texts(&connection, "SELECT CAST(n AS varchar) FROM one").await;
    assert_eq!(n, ["2"]);
    let by = format!("SELECT program FROM seaql_migrations WHERE version = '{NEW}'");
    let by = texts(&connection, &by).await;
    assert!(by[0].contains(&format!("renamed from {old}")), "{by:?}");
}

#[on_both_engines]
async fn a_migration_that_executes_something_else_is_no_new_name(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    let before = scripts(&[ONE, (OLD, DOUBLE, "SELECT 1"), TWO]);
    up(&connection, &before, Goal::All).await.unwrap();
    let after = scripts(&[ONE, (NEW, "UPDATE one SET n = n * 3", "SELECT 1"), TWO]);
    let refused = up(&connection, &after, Goal::All).await.unwrap_err();
    assert!(matches!(&refused, RunError::Missing { .. }), "{refused:?}");
    // A person knows better.
    let mark = Mark::Renamed {
        from: OLD,
        to: "double_once",
    };
    let marked = run::mark(&connection, &after, mark, &settings()).await;
    assert_eq!(marked.unwrap(), NEW);
    let refused = up(&connection, &after, Goal::All).await.unwrap_err();
    assert!(matches!(&refused, RunError::Changed { .. }), "{refused:?}");
}

#[on_both_engines]
async fn a_mark_says_what_is_applied_and_what_is_not(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    let list = scripts(&[ONE, TWO]);
    up(&connection, &list, Goal::Steps(1)).await.unwrap();
    execute(&connection, "CREATE TABLE two (n bigint NOT NULL)").await;
    let mark = async |what| run::mark(&connection, &list, what, &settings()).await;
    assert_eq!(mark(Mark::Applied("create_two")).await.unwrap(), TWO.0);
    let report = up(&connection, &list, Goal::All).await.unwrap();
    assert_eq!(names(&report), [""; 0]);
    let again = mark(Mark::Applied(TWO.0)).await.unwrap_err();
    assert!(matches!(&again, RunError::Marked { .. }), "{again:?}");

    execute(&connection, "DROP TABLE two").await;
    assert_eq!(mark(Mark::Pending(TWO.0)).await.unwrap(), TWO.0);
    let again = mark(Mark::Pending(TWO.0)).await.unwrap_err();
    assert!(matches!(&again, RunError::Marked { .. }), "{again:?}");
    let report = up(&connection, &list, Goal::All).await.unwrap();
    assert_eq!(names(&report), [TWO.0]);
    let unknown = mark(Mark::Applied("create_twoo")).await.unwrap_err();
    assert!(
        matches!(&unknown, RunError::NoSuchMigration { .. }),
        "{unknown:?}"
    );
}

#[on_both_engines]
async fn the_command_marks_and_status_shows_by_whom(engine: Engine) {
    let home = Home::over(given::migrated(engine).await);
    let newest = "m20261130_230000_index_the_newest_segments";
    let marked = home
        .migrate(["mark", "--pending", "index_the_newest_segments"])
        .await;
    assert_eq!(
        (marked.code, &*marked.stderr),
        (Some(0), &*format!("{newest} is pending from now on\n"))
    );
    let status = home.migrate(["status", "--json"]).await.json();
    let last = |status: &serde_json::Value| status.as_array().unwrap().last().unwrap().clone();
    assert_eq!(last(&status)["state"], "pending");
    let json = home
        .migrate(["mark", "--applied", newest, "--json"])
        .await
        .json();
    assert_eq!(
        json,
        serde_json::json!({"migration": newest, "mark": "applied"})
    );
    let status = home.migrate(["status", "--json"]).await.json();
    assert_eq!(last(&status)["state"], "applied");
    let by = last(&status)["program"].as_str().unwrap().to_owned();
    assert!(by.ends_with("(marked as applied)"), "{by}");
    let none = home.migrate(["mark"]).await.failed(2);
    assert!(none.contains("--applied"), "{none}");
}
