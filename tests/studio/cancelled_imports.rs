//! Imports that are cut off wherever they happen to be: nothing is visible, and after the next
//! repair nothing is left.

use std::{
    future::poll_fn,
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};

use acceptance::{
    Engine, given,
    production::{Production, files_below},
};
use rstest::rstest;

use super::world::World;

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

#[rstest]
#[tokio::test]
async fn an_import_that_is_cut_off_anywhere_leaves_nothing_or_everything(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut outcomes = [0, 0];
    let mut polls = 0;
    // Until an import comes to its end: about as many polls as it has places to be cut off at.
    loop {
        let world = World::new(engine).await;
        let folder = world.scratch.dir().join("production");
        Production::with_scenes(2).write_to(&folder);
        let finished = polled(polls, world.studio.import_production(&folder, &|_| {})).await;
        let projects = settled(&world, finished.is_some()).await;
        outcomes[projects] += 1;
        if let Some(imported) = finished {
            imported.unwrap();
            assert_eq!(projects, 1);
            break;
        }
        polls += 1 + polls / 8;
    }
    assert!(outcomes[0] > 5, "{outcomes:?} after {polls} polls");
}

/// Waits until what was cut off has come to rest, and starts the store anew. Gives the number of
/// projects, which all files must belong to.
async fn settled(world: &World, finished: bool) -> usize {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        // A store of its own stands for the next start. Staging folders that are still in use are
        // left alone by it, as they are beside a running server.
        let restarted = given::file_store(&world.scratch).await;
        restarted.repair(&world.db).await.unwrap();
        let inventory = world.inventory().await;
        let projects = usize::try_from(inventory.rows["projects"]).unwrap();
        let whole = [0, 7][projects];
        assert!(
            [0, 7].contains(&inventory.rows["artifacts"]),
            "half an import is visible: {inventory:?}"
        );
        let files = files_below(world.files.root());
        let at_rest = inventory.rows["artifacts"] == i64::try_from(whole).unwrap()
            && files
                .keys()
                .filter(|path| !path.starts_with("staging"))
                .count()
                == whole;
        if at_rest && (finished || no_staged_orphans(&files, projects)) {
            return projects;
        }
        assert!(Instant::now() < deadline, "{inventory:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Nothing is staged, or only what a cut-off acknowledgement of a stored import left.
fn no_staged_orphans(
    files: &std::collections::BTreeMap<std::path::PathBuf, Vec<u8>>,
    projects: usize,
) -> bool {
    projects == 1 || !files.keys().any(|path| path.starts_with("staging"))
}
