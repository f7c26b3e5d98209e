//! Finds who listens on a port.

use listeners::{Protocol, SocketState};

/// The process that listens on a TCP port of this machine, such as `groundwork (process 4711)`;
/// `None` if nobody does, or a process of another user.
pub(crate) fn find(port: u16) -> Option<String> {
    // Not `listeners::get_process_by_port`, which also finds connections that begin at the port.
    let listeners = listeners::get_all().ok()?;
    let listener = listeners.into_iter().find(|listener| {
        listener.protocol == Protocol::TCP
            && listener.state == SocketState::Listen
            && listener.socket.port() == port
    })?;
    let process = listener.process;
    Some(format!("{} (process {})", process.name, process.pid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_listens_on_the_port_holds_it() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let client = std::net::TcpStream::connect(address).unwrap();
        let holder = find(address.port()).unwrap();
        let process = format!("(process {})", std::process::id());
        assert!(holder.ends_with(&process), "{holder}");
        let port_of_the_client = client.local_addr().unwrap().port();
        assert_eq!(find(port_of_the_client), None);
        drop(listener);
        assert_eq!(find(address.port()), None);
    }
}
