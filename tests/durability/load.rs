//! The process that writes, and what it has reported so far.

use std::{
    ffi::OsStr,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use acceptance::load::{UnitOutcome, Way};

/// How long a test waits for a report.
const TIMEOUT: Duration = Duration::from_secs(60);

/// How many ids a run of the process has to itself.
const IDS: i64 = 1_000_000_000;

/// A process that writes until it is killed.
pub(crate) struct Load {
    child: Child,
    outcomes: Arc<Mutex<Vec<UnitOutcome>>>,
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
        let outcomes = Arc::<Mutex<Vec<UnitOutcome>>>::default();
        let out = BufReader::new(child.stdout.take().unwrap());
        let received = Arc::clone(&outcomes);
        let listener = std::thread::spawn(move || {
            for line in out.lines() {
                received
                    .lock()
                    .unwrap()
                    .push(line.unwrap().parse().unwrap());
            }
        });
        Self {
            child,
            outcomes,
            listener: Some(listener),
        }
    }

    /// Waits for an outcome of the kind that is not among the first `after`.
    pub(crate) fn wait_for(&self, after: usize, kind: impl Fn(&UnitOutcome) -> bool) {
        let start = Instant::now();
        while !self.outcomes.lock().unwrap()[after..].iter().any(&kind) {
            assert!(
                start.elapsed() < TIMEOUT,
                "the load reports nothing of the kind"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits until it reports another unit as stored.
    pub(crate) fn wait_for_a_stored_one(&self) {
        self.wait_for(self.count(), |outcome| {
            matches!(outcome, UnitOutcome::Stored(_))
        });
    }

    /// How many outcomes it has reported.
    pub(crate) fn count(&self) -> usize {
        self.outcomes.lock().unwrap().len()
    }

    /// How many units it has reported as stored.
    pub(crate) fn stored(&self) -> usize {
        let outcomes = self.outcomes.lock().unwrap();
        outcomes
            .iter()
            .filter(|outcome| matches!(outcome, UnitOutcome::Stored(_)))
            .count()
    }

    /// Kills it with SIGKILL, and returns what it has reported.
    pub(crate) fn kill(mut self) -> Vec<UnitOutcome> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.listener.take().unwrap().join().unwrap();
        std::mem::take(&mut *self.outcomes.lock().unwrap())
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
