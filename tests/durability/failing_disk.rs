//! A disk that fails or is full while the load goes on: no unit is acknowledged that is not stored,
//! callers learn why, and when the disk is well again, so is the service, by itself.

use acceptance::load::{UnitOutcome, Way};
use rstest::rstest;

use super::{
    checker::require_right,
    disk::{Disk, State},
};

#[rstest]
#[case::flushes_fail(State::Failing, "disk I/O error")]
#[case::no_space_left(State::Full, "database or disk is full")]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "needs LD_PRELOAD and /proc, as Linux has them"
)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_takes_nothing_is_reported_and_the_service_recovers(
    #[case] state: State,
    #[case] reason: &str,
) {
    let disk = Disk::new().await;
    let mut outcomes = Vec::new();
    for run in 1..=3 {
        let load = disk.start(Way::Units, run);
        load.wait_for_a_stored_one();
        for _ in 0..3 {
            disk.turn(state);
            let before = load.count();
            load.wait_for(before, |outcome| match outcome {
                UnitOutcome::Refused(_, why) | UnitOutcome::Unknown(_, why) => why.contains(reason),
                _ => false,
            });
            disk.recover_from(state);
            load.wait_for_a_stored_one();
        }
        outcomes.extend(load.kill());
        disk.lose_power();
        require_right(&disk.url(), &outcomes).await;
    }
}

#[rstest]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "needs LD_PRELOAD and /proc, as Linux has them"
)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_while_the_disk_takes_nothing_has_acknowledged_nothing_more(
    #[values(State::Failing, State::Full)] state: State,
) {
    let disk = Disk::new().await;
    let load = disk.start(Way::Units, 1);
    load.wait_for_a_stored_one();
    disk.turn(state);
    load.wait_for(load.count(), |outcome| {
        matches!(outcome, UnitOutcome::Refused(..) | UnitOutcome::Unknown(..))
    });
    let outcomes = load.kill();
    disk.recover_from(state);
    disk.lose_power();
    require_right(&disk.url(), &outcomes).await;
}
