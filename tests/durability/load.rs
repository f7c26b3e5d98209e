//! The process that writes, and what it has told so far.

use std::{
    ffi::OsStr,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use acceptance::load::{Told, Way};

/// How long something may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many ids a run of the process has to itself.
const IDS: i64 = 1_000_000_000;

/// A process that writes until it is killed.
pub(crate) struct Load {
    child: Child,
    told: Arc<Mutex<Vec<Told>>>,
    listener: Option<JoinHandle<()>>,
}

impl Load {
    /// Starts the `run`-th process.
    pub(crate) fn start(url: &str, way: Way, run: i64) -> Self {
        Self::start_with(url, way, run, [])
    }

    /// The same with variables in its environment.
    pub(crate) fn start_with<'a>(
        url: &str,
        way: Way,
        run: i64,
        variables: impl IntoIterator<Item = (&'a str, &'a OsStr)>,
    ) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_database_writer"))
            .args(["load", url, &way.to_string(), &(run * IDS).to_string()])
            .envs(variables)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let told = Arc::<Mutex<Vec<Told>>>::default();
        let out = BufReader::new(child.stdout.take().unwrap());
        let heard = Arc::clone(&told);
        let listener = std::thread::spawn(move || {
            for line in out.lines() {
                heard.lock().unwrap().push(line.unwrap().parse().unwrap());
            }
        });
        Self {
            child,
            told,
            listener: Some(listener),
        }
    }

    /// Waits until it tells something of the kind that was not told among the first `after`.
    pub(crate) fn wait_for(&self, after: usize, kind: impl Fn(&Told) -> bool) {
        let start = Instant::now();
        while !self.told.lock().unwrap()[after..].iter().any(&kind) {
            assert!(start.elapsed() < PATIENCE, "the load tells nothing of it");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits until it tells that another unit is stored.
    pub(crate) fn wait_for_a_stored_one(&self) {
        self.wait_for(self.count(), |told| matches!(told, Told::Stored(_)));
    }

    /// How much it has told.
    pub(crate) fn count(&self) -> usize {
        self.told.lock().unwrap().len()
    }

    /// How many units it has told to be stored.
    pub(crate) fn stored(&self) -> usize {
        let told = self.told.lock().unwrap();
        told.iter()
            .filter(|told| matches!(told, Told::Stored(_)))
            .count()
    }

    /// Kills it with SIGKILL; what it has told.
    pub(crate) fn kill(mut self) -> Vec<Told> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.listener.take().unwrap().join().unwrap();
        std::mem::take(&mut *self.told.lock().unwrap())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A random number below `limit`.
pub(crate) fn random(limit: u64) -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(0) % limit
}

/// Lets the load run for up to so many milliseconds, at random.
pub(crate) fn let_run(at_most_ms: u64) {
    std::thread::sleep(Duration::from_millis(random(at_most_ms)));
}
