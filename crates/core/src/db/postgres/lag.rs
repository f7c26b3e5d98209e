//! How far a replica is behind, from how far both servers are in the log.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::replica::Position;

/// How many places are remembered. Beyond that a late replica is taken to be a little later than it
/// is.
const REMEMBERED: usize = 4096;

/// What is assumed of a replica that has replayed nothing yet.
const FOR_EVER: Duration = Duration::from_secs(24 * 60 * 60);

/// Where the primary server was, and since when it may have been there.
#[derive(Default)]
pub(super) struct Lag {
    /// In the order of the log: only what the replica may not have yet.
    places: VecDeque<Place>,
    /// When the primary server was last asked, and where it was.
    last: Option<(Instant, i64)>,
}

struct Place {
    /// In the log, in bytes.
    place: i64,
    /// When the primary server was seen there, or before it.
    seen: Instant,
    /// How long before that it may have been there.
    before: Duration,
}

impl Lag {
    /// Notes where the primary server is. It may be there since it was asked before.
    pub(super) fn wrote(&mut self, now: Instant, place: i64, replica: Position) {
        let (seen, before) = match self.last {
            Some((_, last)) if last == place => return self.last = Some((now, place)),
            Some((before, _)) => (before, Duration::ZERO),
            // Nothing is known of the time before: the replica says how old its newest change is.
            None => (now, replica.age.unwrap_or(FOR_EVER)),
        };
        self.last = Some((now, place));
        if self.places.len() >= REMEMBERED {
            // The oldest one stays: it says since when the replica is late.
            self.places.remove(1);
        }
        self.places.push_back(Place {
            place,
            seen,
            before,
        });
    }

    /// How far a replica at this place is behind.
    pub(super) fn at(&mut self, now: Instant, place: i64) -> Duration {
        while self
            .places
            .front()
            .is_some_and(|known| known.place <= place)
        {
            self.places.pop_front();
        }
        self.places.front().map_or(Duration::ZERO, |first| {
            now.saturating_duration_since(first.seen) + first.before
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(place: i64, age_s: u64) -> Position {
        Position {
            place,
            age: Some(Duration::from_secs(age_s)),
        }
    }

    #[test]
    fn a_replica_is_late_since_the_first_place_that_it_lacks() {
        let start = Instant::now();
        let second = |n| start + Duration::from_secs(n);
        let mut lag = Lag::default();
        lag.wrote(second(0), 100, at(100, 7));
        assert_eq!(lag.at(second(0), 100), Duration::ZERO);
        for n in 1..=5 {
            let written = 100 + i64::try_from(n).unwrap();
            lag.wrote(second(n), written, at(100, 7));
        }
        // 101 may have been written just after second 0.
        assert_eq!(lag.at(second(5), 100), Duration::from_secs(5));
        assert_eq!(lag.at(second(5), 103), Duration::from_secs(2));
        assert_eq!(lag.at(second(5), 105), Duration::ZERO);
        // Nobody writes: it does not get later.
        lag.wrote(second(60), 105, at(105, 60));
        assert_eq!(lag.at(second(60), 105), Duration::ZERO);
    }

    #[test]
    fn a_replica_that_is_late_from_the_start_is_as_late_as_it_says() {
        let start = Instant::now();
        let mut lag = Lag::default();
        lag.wrote(start, 100, at(90, 12));
        assert_eq!(lag.at(start, 90), Duration::from_secs(12));
        let mut lag = Lag::default();
        let never = Position {
            place: 0,
            age: None,
        };
        lag.wrote(start, 100, never);
        assert_eq!(lag.at(start, 0), FOR_EVER);
    }
}
