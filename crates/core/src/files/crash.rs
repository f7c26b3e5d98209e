//! A model of crashes, in the style of ALICE (Pillai et al., OSDI 2014). The store's real calls are
//! recorded. Then, for a crash after each of them, every subset of what no flush had made durable
//! by then is taken to have survived; the real repair runs on it, and rows and files must agree.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
};

use super::{
    failpoint::{Effect, Failpoint},
    protocol::{Scene, given_a_store, options},
    repair::{RowLookup, Rows},
    *,
};

/// What happens, in order: on the disk, or durably in the database.
#[derive(Clone, Debug)]
enum Step {
    Disk(Effect),
    Commit(String),
    Delete(String),
    Forget(String),
}

/// Collects the steps of a store, with those of an imagined database between them.
struct Recording {
    failpoint: Failpoint,
    steps: Vec<Step>,
    taken: usize,
}

impl Recording {
    fn of(scene: &Scene) -> Self {
        Self {
            failpoint: scene.failpoint.clone(),
            steps: Vec::new(),
            taken: 0,
        }
    }

    fn note(&mut self, step: Step) {
        self.take();
        self.steps.push(step);
    }

    fn take(&mut self) {
        let effects = self.failpoint.effects();
        self.steps
            .extend(effects[self.taken..].iter().cloned().map(Step::Disk));
        self.taken = effects.len();
    }

    fn finish(mut self) -> Vec<Step> {
        self.take();
        self.steps
    }
}

async fn store_and_remove(times: usize) -> Vec<Step> {
    let scene = given_a_store().await;
    let mut recording = Recording::of(&scene);
    for _ in 0..times {
        let published = scene.published(&samples::png()).await;
        let key = published.key().clone();
        recording.note(Step::Commit(key.to_string()));
        published.acknowledge();
        recording.note(Step::Delete(key.to_string()));
        let root = &scene.store.shared.root;
        remove::unlink(root, [key.clone()])
            .flush(root)
            .into_result()
            .unwrap();
        recording.note(Step::Forget(key.to_string()));
    }
    recording.finish()
}

async fn store_and_take_back() -> Vec<Step> {
    let scene = given_a_store().await;
    scene
        .published(&samples::png())
        .await
        .discard()
        .await
        .unwrap();
    Recording::of(&scene).finish()
}

async fn die_and_be_repaired() -> Vec<Step> {
    let scene = given_a_store().await;
    let mut recording = Recording::of(&scene);
    let stored = scene.published(&samples::png()).await;
    recording.note(Step::Commit(stored.key().to_string()));
    let rows = Fixed([stored.key().clone()].into());
    let lost = scene.published(&samples::png()).await;
    drop((stored, lost));
    let after = scene.reopened().await;
    after.store.repair_by(&rows).await.unwrap();
    recording.finish()
}

async fn import_and_go_on() -> Vec<Step> {
    let scene = given_a_store().await;
    let mut recording = Recording::of(&scene);
    for _ in 0..2 {
        let staged = vec![
            scene.staged(&samples::png()).await,
            scene.staged(&samples::mp4()).await,
        ];
        let published = scene.store.publish_all(staged).await.unwrap();
        for published in &published {
            recording.note(Step::Commit(published.key().to_string()));
        }
        published.into_iter().for_each(Published::acknowledge);
    }
    recording.finish()
}

#[tokio::test]
async fn whatever_survives_a_crash_rows_and_files_agree() {
    for steps in [
        store_and_remove(1).await,
        store_and_remove(2).await,
        store_and_take_back().await,
        die_and_be_repaired().await,
        import_and_go_on().await,
    ] {
        let states = explore(&steps)
            .await
            .unwrap_or_else(|flaw| panic!("{flaw}"));
        assert!(states > 10, "only {states} states were looked at");
    }
}

#[tokio::test]
async fn no_flush_can_be_left_out() {
    let steps = store_and_remove(1).await;
    refuse_without_each_flush(&steps, 0).await;
    // Before anything is unlinked, a file that is taken back needs no flush at all.
    let steps = store_and_take_back().await;
    let unlinked = |step: &Step| matches!(step, Step::Disk(Effect::Unlink(_)));
    refuse_without_each_flush(&steps, steps.iter().position(unlinked).unwrap()).await;
}

async fn refuse_without_each_flush(steps: &[Step], from: usize) {
    for left_out in from..steps.len() {
        if let Step::Disk(effect @ (Effect::Sync(_) | Effect::SyncFile(_))) = &steps[left_out] {
            let mut fewer = steps.to_vec();
            fewer.remove(left_out);
            let explored = explore(&fewer).await;
            assert!(explored.is_err(), "{effect:?} does nothing in {steps:#?}");
        }
    }
}

#[tokio::test]
async fn no_row_may_be_committed_before_the_last_flush() {
    let steps = store_and_remove(1).await;
    let commit = steps
        .iter()
        .position(|step| matches!(step, Step::Commit(_)))
        .unwrap();
    let mut swapped = steps.clone();
    swapped.swap(commit - 1, commit);
    explore(&swapped).await.unwrap_err();
}

/// Looks at every state that a crash can leave, and gives how many there were, or what was wrong.
async fn explore(steps: &[Step]) -> Result<usize, String> {
    let mut seen = HashSet::new();
    for crash in 0..=steps.len() {
        let past = &steps[..crash];
        let open: Vec<usize> = (0..crash).filter(|&at| !is_durable(past, at)).collect();
        assert!(
            open.len() < 16,
            "too many unflushed effects to try all subsets"
        );
        for survivors in 0..1_u32 << open.len() {
            let survived = |at: usize| match open.iter().position(|&other| other == at) {
                Some(bit) => survivors & (1 << bit) != 0,
                None => true,
            };
            let state = State::after(past, survived);
            if seen.insert(state.clone()) {
                state.check().await.map_err(|flaw| {
                    format!("{flaw}, after a crash at step {crash} of {steps:#?}: {state:#?}")
                })?;
            }
        }
    }
    Ok(seen.len())
}

fn is_durable(past: &[Step], at: usize) -> bool {
    let Step::Disk(effect) = &past[at] else {
        return true;
    };
    let flushed_by = |wanted: Effect| {
        past[at..]
            .iter()
            .any(|step| matches!(step, Step::Disk(effect) if *effect == wanted))
    };
    match effect {
        Effect::Sync(_) | Effect::SyncFile(_) => true,
        Effect::Write(path) => flushed_by(Effect::SyncFile(path.clone())),
        Effect::Make(path)
        | Effect::Create(path)
        | Effect::Unlink(path)
        | Effect::Remove(path)
        | Effect::Link(_, path) => flushed_by(Effect::Sync(parent(path).to_owned())),
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// What a crash has left. Files are distinguished by the step that created them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct State {
    folders: BTreeSet<String>,
    names: BTreeMap<String, usize>,
    complete: BTreeSet<usize>,
    rows: BTreeSet<String>,
    trash: BTreeSet<String>,
}

impl State {
    fn after(past: &[Step], survived: impl Fn(usize) -> bool) -> Self {
        let mut state = Self::default();
        // Which file a path meant when the step was made, whatever of it survived.
        let mut meant = BTreeMap::new();
        for (at, step) in past.iter().enumerate() {
            match step {
                Step::Disk(Effect::Create(path)) => _ = meant.insert(path.clone(), at),
                Step::Disk(Effect::Link(from, to)) => _ = meant.insert(to.clone(), meant[from]),
                _ => {}
            }
            match step {
                Step::Disk(effect) if survived(at) => state.apply(effect, &meant),
                Step::Disk(_) => {}
                Step::Commit(key) => _ = state.rows.insert(key.clone()),
                Step::Delete(key) => {
                    state.rows.remove(key);
                    state.trash.insert(key.clone());
                }
                Step::Forget(key) => _ = state.trash.remove(key),
            }
        }
        state
    }

    fn apply(&mut self, effect: &Effect, meant: &BTreeMap<String, usize>) {
        match effect {
            Effect::Make(path) => _ = self.folders.insert(path.clone()),
            Effect::Create(path) | Effect::Link(_, path) => {
                self.names.insert(path.clone(), meant[path]);
            }
            Effect::Write(path) => _ = self.complete.insert(meant[path]),
            Effect::Unlink(path) => _ = self.names.remove(path),
            Effect::Remove(path) => _ = self.folders.remove(path),
            Effect::Sync(_) | Effect::SyncFile(_) => {}
        }
    }

    fn is_reachable(&self, path: &str) -> bool {
        let folder = parent(path);
        folder.is_empty() || (self.folders.contains(folder) && self.is_reachable(folder))
    }

    async fn check(&self) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        self.lay_out(folder.path());
        let store = FileStore::open(options(folder.path())).await.unwrap();
        let rows = Fixed(self.rows.iter().map(|key| key.parse().unwrap()).collect());
        store.repair_by(&rows).await.unwrap();
        let root = &store.shared.root;
        let trash = self.trash.iter().map(|key| key.parse().unwrap());
        remove::unlink(root, trash)
            .flush(root)
            .into_result()
            .unwrap();

        let left: BTreeSet<String> = protocol::files(folder.path()).into_iter().collect();
        if left != self.rows {
            return Err(format!("rows {:?} but files {left:?}", self.rows));
        }
        let whole = |key: &&String| fs::read_to_string(folder.path().join(key)).unwrap() == "whole";
        match left.iter().find(|key| !whole(key)) {
            Some(key) => Err(format!("{key} is not whole")),
            None => Ok(()),
        }
    }

    fn lay_out(&self, root: &Path) {
        fs::set_permissions(root, fs::Permissions::from_mode(0o700)).unwrap();
        for folder in self
            .folders
            .iter()
            .filter(|folder| self.is_reachable(folder))
        {
            fs::create_dir(root.join(folder)).unwrap();
        }
        let mut first_names: BTreeMap<usize, &str> = BTreeMap::new();
        for (path, file) in self
            .names
            .iter()
            .filter(|(path, _)| self.is_reachable(path))
        {
            if let Some(first) = first_names.get(file) {
                fs::hard_link(root.join(first), root.join(path)).unwrap();
                continue;
            }
            let content = if self.complete.contains(file) {
                "whole"
            } else {
                ""
            };
            fs::write(root.join(path), content).unwrap();
            first_names.insert(*file, path);
        }
    }
}

/// A table that has these rows and will get no others.
pub(super) struct Fixed(pub(super) HashSet<StorageKey>);

impl Rows for Fixed {
    async fn committed(&self, keys: &[StorageKey]) -> Result<RowLookup, FilesError> {
        Ok(RowLookup {
            committed: keys
                .iter()
                .filter(|key| self.0.contains(*key))
                .cloned()
                .collect(),
            is_final: true,
        })
    }
}
