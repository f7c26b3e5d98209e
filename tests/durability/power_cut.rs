//! The power is cut at any moment: only what was flushed is left.

use acceptance::load::Way;

use super::{checker::compare, disk::Disk, load::let_run};

const CUTS: i64 = 12;

#[cfg_attr(
    not(target_os = "linux"),
    ignore = "needs LD_PRELOAD and /proc, as Linux has them"
)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_takes_nothing_that_was_acknowledged() {
    let disk = Disk::new().await;
    let mut outcomes = Vec::new();
    for run in 1..=CUTS {
        let load = disk.start(Way::Units, run);
        load.wait_for_a_stored_one();
        let_run(150);
        outcomes.extend(load.kill());
        disk.lose_power();
        let wrong = compare(&disk.url(), &outcomes).await;
        assert!(wrong.is_empty(), "cut {run}: {wrong:?}");
    }
}
