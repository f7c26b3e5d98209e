//! SIGKILL at any moment, forty times on each engine.

use acceptance::{Engine, Scratch, load::Way, on_both_engines};

use super::{
    checker::{compare, prepare},
    load::{Load, let_run},
};

/// How often the process is killed on each engine: so many databases, so many times each, every
/// time on what the last time has left.
const DATABASES: i64 = 4;
const KILLS: i64 = 10;

#[on_both_engines]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_has_lost_nothing_that_it_acknowledged(engine: Engine) {
    for _ in 0..DATABASES {
        let scratch = Scratch::empty(engine).await;
        prepare(scratch.url()).await;
        let mut outcomes = Vec::new();
        for run in 1..=KILLS {
            let load = Load::start(scratch.url(), Way::Units, run);
            load.wait_for_a_stored_one();
            let_run(120);
            outcomes.extend(load.kill());
            let wrong = compare(scratch.url(), &outcomes).await;
            assert!(wrong.is_empty(), "kill {run}: {wrong:?}");
        }
    }
}
