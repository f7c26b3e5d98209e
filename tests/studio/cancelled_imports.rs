//! Imports that are cut off wherever they happen to be: nothing is visible, and after the next
//! repair nothing is left.

use std::{
    future::poll_fn,
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};

use acceptance::{Engine, given, on_both_engines, production::Production};
use groundwork_core::{
    page::PageRequest,
    services::studio::{ImportOutcome, Studio},
};

use super::fixture::Fixture;

/// Drives a future for so many polls; `None` if it is not done by then.
async fn polled<F: Future>(polls: u32, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

#[on_both_engines]
async fn an_import_that_is_cut_off_anywhere_leaves_nothing_or_everything(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let folder = fixture.scratch.dir().join("production");
    Production::with_scenes(2).write_to(&folder);
    let mut outcomes = [0, 0];
    let mut polls = 0;
    // Until an import comes to its end: about as many polls as it has places to be cut off at.
    loop {
        let files = given::file_store(&fixture.scratch).await;
        let (db, clock) = (fixture.db.clone(), fixture.clock.clone());
        let studio = Studio::new(db, files, clock, given::pipeline());
        let finished = polled(polls, studio.import_production(&folder, &|_| {})).await;
        drop(studio);
        let projects = after_a_restart(&fixture).await;
        outcomes[projects] += 1;
        if let Some(imported) = finished {
            assert_eq!(imported.unwrap().outcome, ImportOutcome::Stored);
            assert_eq!(projects, 1);
            break;
        }
        remove_projects(&fixture).await;
        polls += 1 + polls / 8;
    }
    assert!(outcomes[0] > 5, "{outcomes:?} after {polls} polls");
}

/// Waits until what was cut off has come to rest, starts anew and gives the number of projects.
/// All files and rows must then be theirs.
async fn after_a_restart(fixture: &Fixture) -> usize {
    const ARTIFACTS: usize = 7;
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let restarted = given::file_store(&fixture.scratch).await;
        restarted.repair(&fixture.db).await.unwrap();
        drop(restarted);
        let inventory = fixture.inventory().await;
        let projects = usize::try_from(inventory.rows["projects"]).unwrap();
        let artifacts = usize::try_from(inventory.rows["artifacts"]).unwrap();
        assert_eq!(artifacts, projects * ARTIFACTS, "{inventory:?}");
        if inventory.files.len() == artifacts {
            return projects;
        }
        // A thread may still be writing what nobody waits for any more.
        assert!(Instant::now() < deadline, "{inventory:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn remove_projects(fixture: &Fixture) {
    let reader = fixture.db.reader();
    let projects = fixture
        .studio
        .list_projects(&reader, PageRequest::FIRST)
        .await;
    for project in projects.unwrap().items {
        let work = fixture.db.begin().await.unwrap();
        fixture
            .studio
            .remove_project(&work, project.id)
            .await
            .unwrap();
        work.commit().await.unwrap();
    }
    fixture.files.sweep(&fixture.db).await.unwrap();
}
