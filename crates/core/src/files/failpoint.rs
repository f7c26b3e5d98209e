//! Every change the store makes on its disk passes here. The program lets all of them through;
//! tests record them, and make chosen ones fail.

use std::io;

/// A change on the disk, with paths relative to the root. `Sync` makes the changes of a folder's
/// names durable, `SyncFile` the content of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Make(String),
    Create(String),
    Write(String),
    SyncFile(String),
    Link(String, String),
    Sync(String),
    Unlink(String),
    Remove(String),
}

#[cfg(not(test))]
#[derive(Clone, Debug)]
pub(super) struct Failpoint;

#[cfg(not(test))]
impl Failpoint {
    pub(super) fn new() -> Self {
        Self
    }

    pub(super) fn run<T, E>(
        &self,
        _effect: impl FnOnce() -> Effect,
        call: impl FnOnce() -> Result<T, E>,
    ) -> io::Result<T>
    where
        io::Error: From<E>,
    {
        Ok(call()?)
    }
}

#[cfg(test)]
pub(super) use recording::Failpoint;

#[cfg(test)]
mod recording {
    use std::sync::{Arc, Mutex};

    use rustix::io::Errno;

    use super::{Effect, io};

    type Fault = Box<dyn Fn(&Effect) -> Option<Errno> + Send>;

    /// Clones share one recording.
    #[derive(Clone, Default)]
    pub(in crate::files) struct Failpoint {
        effects: Arc<Mutex<Vec<Effect>>>,
        fault: Arc<Mutex<Option<Fault>>>,
    }

    impl Failpoint {
        pub(in crate::files) fn new() -> Self {
            Self::default()
        }

        pub(in crate::files) fn run<T, E>(
            &self,
            effect: impl FnOnce() -> Effect,
            call: impl FnOnce() -> Result<T, E>,
        ) -> io::Result<T>
        where
            io::Error: From<E>,
        {
            let effect = effect();
            if let Some(errno) = self.fault.lock().unwrap().as_ref().and_then(|f| f(&effect)) {
                return Err(errno.into());
            }
            let done = call()?;
            self.effects.lock().unwrap().push(effect);
            Ok(done)
        }

        /// Every change made so far, oldest first.
        pub(in crate::files) fn effects(&self) -> Vec<Effect> {
            self.effects.lock().unwrap().clone()
        }

        /// From now on, changes for which `fault` names an error fail with it and do not happen.
        pub(in crate::files) fn fail(
            &self,
            fault: impl Fn(&Effect) -> Option<Errno> + Send + 'static,
        ) {
            *self.fault.lock().unwrap() = Some(Box::new(fault));
        }

        /// From now on, all changes happen.
        pub(in crate::files) fn heal(&self) {
            *self.fault.lock().unwrap() = None;
        }
    }

    impl std::fmt::Debug for Failpoint {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Failpoint")
        }
    }
}
