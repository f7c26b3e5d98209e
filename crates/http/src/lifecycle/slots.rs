//! How many connections may be open, and which of them makes room for the next.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

use super::busy::Busy;

/// The open connections, by their age.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    most: usize,
    open: Arc<Mutex<Open>>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    connections: BTreeMap<u64, (Busy, CancellationToken)>,
}

/// The place of a connection, until it is dropped.
#[derive(Debug)]
pub(super) struct Slot {
    number: u64,
    slots: Slots,
    gives_way: CancellationToken,
}

impl Slots {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            open: Arc::default(),
        }
    }

    /// A place for a connection. If there is none, the oldest connection without a request under
    /// way gives its place up: silent ones must not keep out those that have something to ask.
    pub(super) fn take(&self, busy: &Busy) -> Option<Slot> {
        let mut open = self.lock();
        if open.connections.len() >= self.most {
            let mut all = open.connections.iter();
            let (&idle, _) = all.find(|(_, (busy, _))| !busy.is_under_way())?;
            let (_, gives_way) = open.connections.remove(&idle)?;
            gives_way.cancel();
        }
        let number = open.next;
        open.next += 1;
        let gives_way = CancellationToken::new();
        let connection = (busy.clone(), gives_way.clone());
        open.connections.insert(number, connection);
        measure(&open);
        Some(Slot {
            number,
            slots: self.clone(),
            gives_way,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// Whether the connection has to end for another one.
    pub(super) fn gives_way(&self) -> CancellationToken {
        self.gives_way.clone()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.slots.lock();
        open.connections.remove(&self.number);
        measure(&open);
    }
}

fn measure(open: &Open) {
    let connections = u32::try_from(open.connections.len()).unwrap_or(u32::MAX);
    metrics::gauge!("groundwork_http_connections").set(connections);
}
