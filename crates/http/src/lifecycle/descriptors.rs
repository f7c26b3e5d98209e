//! The limit of open files and connections of this process.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What else is open: the database, its files, the log, files that are stored and read.
const OTHERS: u64 = 256;

/// Raises the limit to the most that this process may have. The usual 1,024 is for programs that
/// use `select`.
pub(super) fn raise(max_connections: usize) {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let raised = Rlimit {
            current: limit.maximum,
            ..limit
        };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!(%error, "cannot raise the limit of open files");
        }
    }
    let needed = (max_connections as u64).saturating_add(OTHERS);
    let allowed = getrlimit(Resource::Nofile).current;
    if let Some(allowed) = allowed.filter(|allowed| *allowed < needed) {
        tracing::warn!(
            allowed,
            needed,
            "fewer files may be open than http.max_connections needs: raise the hard limit (ulimit -Hn)"
        );
    }
}
