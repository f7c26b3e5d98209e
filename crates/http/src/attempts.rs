//! How often an address may come with a wrong API key.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// After so many wrong keys within [`WINDOW`], an address is not listened to until its end.
const MOST: u32 = 10;
const WINDOW: Duration = Duration::from_secs(60);

/// The most addresses that are remembered. Beyond, the one that came first is forgotten.
const REMEMBERED: usize = 10_000;

/// The wrong keys that addresses came with lately. Clones share the same memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempts(Arc<Mutex<HashMap<IpAddr, Wrong>>>);

#[derive(Clone, Copy, Debug)]
struct Wrong {
    since: Instant,
    count: u32,
}

impl Wrong {
    fn is_over(self) -> bool {
        self.since.elapsed() >= WINDOW
    }
}

impl Attempts {
    /// How long an address has to wait until its key is looked at again; `None` if it need not.
    pub(crate) fn wait(&self, address: IpAddr) -> Option<Duration> {
        let wrong = *self.lock().get(&address)?;
        let is_blocked = wrong.count >= MOST && !wrong.is_over();
        is_blocked.then(|| WINDOW.saturating_sub(wrong.since.elapsed()))
    }

    /// Notes a wrong key; whether it was the last that is looked at for a while.
    pub(crate) fn note(&self, address: IpAddr) -> bool {
        let mut known = self.lock();
        if known.len() >= REMEMBERED && !known.contains_key(&address) {
            known.retain(|_, wrong| !wrong.is_over());
            let oldest = known.iter().min_by_key(|(_, wrong)| wrong.since);
            if let Some((&oldest, _)) = oldest.filter(|_| known.len() >= REMEMBERED) {
                known.remove(&oldest);
            }
        }
        let fresh = Wrong {
            since: Instant::now(),
            count: 0,
        };
        let wrong = known.entry(address).or_insert(fresh);
        if wrong.is_over() {
            *wrong = fresh;
        }
        wrong.count += 1;
        wrong.count == MOST
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, Wrong>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_blocked_after_its_last_attempt_and_no_other_with_it() {
        let attempts = Attempts::default();
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let ends: Vec<bool> = (0..MOST).map(|_| attempts.note(one)).collect();
        assert_eq!(ends.iter().position(|end| *end), Some(MOST as usize - 1));
        assert!(attempts.wait(one).is_some_and(|wait| wait <= WINDOW));
        assert_eq!(attempts.wait(other), None);
    }

    #[test]
    fn no_more_addresses_are_remembered_than_fit() {
        let attempts = Attempts::default();
        for number in 0..u32::try_from(REMEMBERED).unwrap() + 10 {
            attempts.note(IpAddr::from(number.to_be_bytes()));
        }
        assert_eq!(attempts.lock().len(), REMEMBERED);
        assert!(!attempts.lock().contains_key(&IpAddr::from([0, 0, 0, 0])));
    }
}
