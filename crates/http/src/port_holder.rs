//! Finds who listens on a port, from what Linux tells in `/proc`.

use std::{fmt, fs, path::Path};

/// A process that listens on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PortHolder {
    pid: u32,
    command: String,
}

impl fmt::Display for PortHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (process {})", self.command, self.pid)
    }
}

impl PortHolder {
    /// The holder of a TCP port on this machine; `None` if it belongs to another user, and on
    /// systems without `/proc`.
    pub(crate) fn find(port: u16) -> Option<Self> {
        let sockets: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
            .iter()
            .filter_map(|table| fs::read_to_string(table).ok())
            .flat_map(|table| listening_inodes(&table, port))
            .map(|inode| format!("socket:[{inode}]"))
            .collect();
        if sockets.is_empty() {
            return None;
        }
        fs::read_dir("/proc").ok()?.flatten().find_map(|process| {
            let pid = process.file_name().to_str()?.parse().ok()?;
            holds(&process.path(), &sockets).then(|| Self {
                pid,
                command: command(&process.path()),
            })
        })
    }
}

/// The inodes of sockets in the state LISTEN (0A) on the port, of a table such as `/proc/net/tcp`:
/// columns are `sl local_address rem_address st … inode`, numbers hexadecimal but for the inode.
fn listening_inodes(table: &str, port: u16) -> Vec<u64> {
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let columns: Vec<&str> = line.split_whitespace().collect();
            let (_, local_port) = columns.get(1)?.rsplit_once(':')?;
            let is_it = u16::from_str_radix(local_port, 16) == Ok(port)
                && columns.get(3).is_some_and(|state| *state == "0A");
            is_it.then(|| columns.get(9)?.parse().ok()).flatten()
        })
        .collect()
}

fn holds(process: &Path, sockets: &[String]) -> bool {
    fs::read_dir(process.join("fd")).is_ok_and(|descriptors| {
        descriptors.flatten().any(|descriptor| {
            fs::read_link(descriptor.path()).is_ok_and(|target| {
                sockets
                    .iter()
                    .any(|socket| target.as_os_str() == socket.as_str())
            })
        })
    })
}

fn command(process: &Path) -> String {
    fs::read_to_string(process.join("comm"))
        .map_or_else(|_| "a process".to_owned(), |name| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listening_sockets_of_the_port_count() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
             0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0\n\
             1: 0100007F:1F40 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0\n\
             2: 0100007F:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0\n";
        assert_eq!(listening_inodes(table, 8000), [4711]);
    }

    #[test]
    #[cfg_attr(not(target_os = "linux"), ignore = "needs the /proc of Linux")]
    fn a_port_of_this_process_is_found() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(
            PortHolder::find(port).map(|holder| holder.pid),
            Some(std::process::id())
        );
        drop(listener);
        assert_eq!(PortHolder::find(port), None);
    }
}
