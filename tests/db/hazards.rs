//! The faults that were made on the way to a unit of work, and the test that prevents each:
//!
//! | hazard | test |
//! |---|---|
//! | a PRAGMA set after connecting reaches one connection of a pool | `settings::every_connection_to_sqlite_…` |
//! | a pool for reading that can write | `settings::a_reader_refuses_to_write` |
//! | a transaction begun DEFERRED that reads, then writes, is refused | `concurrency::sixty_four_units_at_once_…` |
//! | SQLite's busy handler is unfair | `concurrency::units_have_their_turns_…` |
//! | a commit goes by depth: the outer one releases the inner | `units::savepoints_end_from_the_inside_…` |
//! | the engine rolls everything back (INSERT OR ROLLBACK) | `units::what_sqlite_rolls_back_by_itself_…`, `group::an_error_that_rolls_everything_back_…` |
//! | … for want of space, or by an I/O error | `durability::failing_disk`, `durability::full_disk` |
//! | a connection goes back to its pool inside a transaction | `group::callers_that_go_away_…`, `units::the_writer_stays_the_same_…` |
//! | an inner transaction dropped while the outer is in use panics | here |
//! | a cancelled caller leaves its statement running | `units::a_unit_dropped_in_the_middle_…`, `group::a_statement_or_a_stream_that_nobody_polls_…` |
//! | savepoints that are rolled back pile up | `units::thousands_of_savepoints_…` |
//! | the pool is used inside an open transaction | here, `group::a_second_unit_in_the_same_task_…` |
//! | a unit sleeps, or never ends | `group::a_unit_that_sleeps_too_long_…`, `group::a_statement_without_end_…` |
//! | a deferred foreign key fails the commit of a whole group | `group::a_deferred_foreign_key_…` |
//! | somebody's own COMMIT ends the group's transaction | `group::a_commit_of_somebodys_own_…`, `units::a_statement_cannot_end_the_unit_…` |
//! | a unit that is rolled back waits for others, or takes them along | `group::a_unit_that_is_taken_back_…` |
//! | `changes()` is added up over all statements of a text | `group::the_first_statement_of_a_unit_counts_…` |
//! | a long statement stalls every timer of the runtime | here |
//! | rows of a connection of one's own are silently wrong | `values` |
//! | a failure is repeated whose outcome nobody knows | `retries` |

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};

use acceptance::{Engine, Scratch, on_both_engines};
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, TransactionTrait};

use super::given::{counters, number};

const N: &str = "SELECT n FROM counters WHERE id = 1";
const ADD: &str = "UPDATE counters SET n = n + 1";
const SLOW: &str = "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 1000000) \
                    UPDATE counters SET n = (SELECT max(n) FROM i)";

#[on_both_engines]
async fn statements_at_the_same_time_on_one_unit_take_turns(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    let added = join_all((0..50).map(|_| work.execute_unprepared(ADD))).await;
    assert!(added.iter().all(Result::is_ok), "{added:?}");
    work.commit().await.unwrap();
    assert_eq!(number(&db.reader(), N).await.unwrap(), 50);
}

#[on_both_engines]
async fn a_savepoint_dropped_while_a_statement_of_its_unit_runs_breaks_nothing(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    let savepoint = work.begin().await.unwrap();
    savepoint.execute_unprepared(ADD).await.unwrap();
    let mut slow = Box::pin(work.execute_unprepared(SLOW));
    let begun = futures_util::poll!(&mut slow);
    drop(savepoint);
    if begun.is_pending() {
        // Whether it is reported as done or not, its unit is not committed.
        let _ = slow.await;
    } else {
        drop(slow);
    }
    drop(work);
    assert_eq!(number(&db.reader(), N).await.unwrap(), 0);
    let next = db.begin().await.unwrap();
    next.execute_unprepared(ADD).await.unwrap();
    next.commit().await.unwrap();
    assert_eq!(number(&db.reader(), N).await.unwrap(), 1);
}

#[on_both_engines]
async fn a_read_inside_an_open_unit_waits_for_nobody(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    work.execute_unprepared(ADD).await.unwrap();
    for _ in 0..20 {
        assert_eq!(number(&db.reader(), N).await.unwrap(), 0);
        assert_eq!(number(&db.reader(), N).await.unwrap(), 0);
    }
    work.commit().await.unwrap();
    assert_eq!(number(&db.reader(), N).await.unwrap(), 1);
}

/// On a runtime of one thread: a statement that ran on it would stop the clock.
#[on_both_engines]
#[tokio::test(flavor = "current_thread")]
async fn a_long_statement_does_not_stop_the_timers(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let ticks = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&ticks);
    let clock = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            counted.fetch_add(1, SeqCst);
        }
    });
    let work = db.begin().await.unwrap();
    let before = ticks.load(SeqCst);
    work.execute_unprepared(SLOW).await.unwrap();
    assert!(
        ticks.load(SeqCst) > before + 5,
        "the unit stopped the clock"
    );
    work.commit().await.unwrap();
    let before = ticks.load(SeqCst);
    let count = "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 1000000) \
                 SELECT CAST(count(*) AS bigint) FROM i";
    assert_eq!(number(&db.reader(), count).await.unwrap(), 1_000_000);
    assert!(
        ticks.load(SeqCst) > before + 5,
        "the reader stopped the clock"
    );
    clock.abort();
}
