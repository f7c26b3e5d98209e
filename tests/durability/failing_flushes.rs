//! Flushes that fail in PostgreSQL's own processes: it stops rather than to acknowledge what may not
//! be on disk, and when the disk is well again, nothing that was acknowledged is missing.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    time::{Duration, Instant},
};

use acceptance::{
    PostgresServer, Stop,
    load::{UnitOutcome, Way},
};

use super::{
    checker::{prepare, require_right},
    disk::compiled,
    load::Load,
};

/// How long the disk goes on failing after the server has noticed.
const FAILING: Duration = Duration::from_millis(300);

#[cfg_attr(not(target_os = "linux"), ignore = "needs LD_PRELOAD, as Linux has it")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_flushes_fail_acknowledges_nothing_and_loses_nothing() {
    let (folder, library) = compiled("flush");
    // The server runs as another user.
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let failing = folder.path().join("failing");
    let mut server = PostgresServer::start_with(vec![
        ("LD_PRELOAD", library.into_os_string()),
        ("FAILING", failing.clone().into_os_string()),
    ]);
    prepare(&server.url()).await;
    let load = Load::start(&server.url(), Way::Writes, 1);
    for round in 1..=3 {
        load.wait_for_a_stored_one();
        fs::write(&failing, "").unwrap();
        let start = Instant::now();
        while server.log().matches("PANIC:  could not f").count() < round {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "{}",
                server.log()
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        // What was acknowledged before the first failure may still be on its way here.
        std::thread::sleep(Duration::from_millis(100));
        let before = load.stored();
        std::thread::sleep(FAILING);
        assert_eq!(load.stored(), before, "acknowledged while flushes fail");
        server.stop(Stop::Killed);
        fs::remove_file(&failing).unwrap();
        server.start_again();
    }
    load.wait_for_a_stored_one();
    let outcomes = load.kill();
    assert!(
        outcomes
            .iter()
            .any(|outcome| matches!(outcome, UnitOutcome::Stored(_)))
    );
    require_right(&server.url(), &outcomes).await;
}
