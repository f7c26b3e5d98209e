/// A generator of numbers that gives the same ones each time (Knuth's MMIX).
#[derive(Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    /// The next number, from 0 to one less than `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % limit
    }

    /// Whether it happens this time: once in so many.
    pub fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    /// One of a list; `None` if it is empty.
    pub fn pick<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        (!list.is_empty()).then(|| list[self.below(list.len())].clone())
    }

    /// One of a list that is not empty.
    pub fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// A time of less than so many microseconds.
    pub fn micros_below(&mut self, limit: usize) -> std::time::Duration {
        std::time::Duration::from_micros(self.below(limit) as u64)
    }
}

/// How many callers are to go away at random: `usual`, or what `CANCELLATIONS` says for the long form.
#[must_use]
pub fn cancellations(usual: usize) -> usize {
    let wanted = std::env::var_os("CANCELLATIONS").and_then(|text| text.into_string().ok());
    wanted.map_or(usual, |text| text.parse().expect("a number"))
}
