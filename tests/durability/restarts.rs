//! PostgreSQL goes away and comes back in the middle of a load.

use acceptance::{
    PostgresServer, Stop,
    load::{Told, Way},
};

use super::{
    checker::{prepare, require_right},
    load::{Load, let_run},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_or_crashes_loses_nothing_and_is_found_again() {
    let mut server = PostgresServer::start();
    prepare(&server.url()).await;
    let load = Load::start(&server.url(), Way::Writes, 1);
    for how in [
        Stop::Fast,
        Stop::Immediate,
        Stop::Killed,
        Stop::Immediate,
        Stop::Killed,
    ] {
        load.wait_for_a_stored_one();
        let_run(150);
        server.stop(how);
        server.start_again();
    }
    load.wait_for_a_stored_one();
    let told = load.kill();
    require_right(&server.url(), &told).await;
    let refused = told.iter().filter(|told| matches!(told, Told::Refused(..)));
    let refused: Vec<_> = refused.take(3).collect();
    assert!(
        refused.is_empty(),
        "a unit that can be repeated is repeated: {refused:?}"
    );
}
