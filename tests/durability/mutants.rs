//! The tests are tested: each wrong way of working is found by the check that lets the right ones
//! pass.

use acceptance::{Engine, Scratch, load::Way, on_both_engines};

use super::{
    checker::{Wrong, compare, prepare, require_right},
    disk::Disk,
    load::{Load, let_run},
};

/// A wrong way is found in one of so many kills; mostly in one of the first.
const KILLS: i64 = 400;

#[on_both_engines]
#[case::reporting_before_the_commit(Way::AcksTooEarly)]
#[case::storing_by_halves(Way::Halves)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_works_wrongly_is_found_out_by_killing_it(engine: Engine, #[case] way: Way) {
    let scratch = Scratch::empty(engine).await;
    prepare(scratch.url()).await;
    for run in 1..=KILLS {
        let load = Load::start(scratch.url(), way, run);
        load.wait_for_a_stored_one();
        let_run(40);
        let wrong = compare(scratch.url(), &load.kill()).await;
        let is_found = wrong.iter().any(|wrong| match way {
            Way::Halves => matches!(wrong, Wrong::Half(..)),
            _ => matches!(wrong, Wrong::Lost(_)),
        });
        if is_found {
            return;
        }
    }
    panic!("{KILLS} kills did not find out who works like this: {way}");
}

#[cfg_attr(
    not(target_os = "linux"),
    ignore = "needs LD_PRELOAD and /proc, as Linux has them"
)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_without_a_flush_is_found_out_by_a_power_cut() {
    for way in [Way::Flushed, Way::Unflushed] {
        let disk = Disk::new().await;
        let load = disk.start(way, 1);
        load.wait_for_a_stored_one();
        let_run(100);
        let outcomes = load.kill();
        disk.lose_power();
        if way == Way::Flushed {
            require_right(&disk.url(), &outcomes).await;
        } else {
            let wrong = compare(&disk.url(), &outcomes).await;
            let is_lost = wrong.iter().any(|wrong| matches!(wrong, Wrong::Lost(_)));
            assert!(is_lost, "{wrong:?}");
        }
    }
}
