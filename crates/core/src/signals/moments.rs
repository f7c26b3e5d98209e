//! Count, mean, extremes and deviation of scores, which can be put together from those of parts.

/// What is known of a set of scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moments {
    pub(super) count: i64,
    mean: f64,
    /// The sum of the squared distances to the mean.
    squares: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Moments {
    /// Those of no score.
    pub(super) const NONE: Self = Self {
        count: 0,
        mean: 0.0,
        squares: 0.0,
        min: f64::INFINITY,
        max: f64::NEG_INFINITY,
    };

    /// Those of a point of the time series.
    pub(super) fn of_point(count: i64, mean: f64, std: f64, min: f64, max: f64) -> Self {
        Self {
            count,
            mean,
            squares: std * std * as_float(count),
            min,
            max,
        }
    }

    /// Takes one more score in (Welford, *Technometrics* 4, 1962).
    pub(super) fn add(&mut self, score: f64) {
        self.count += 1;
        let distance = score - self.mean;
        self.mean += distance / as_float(self.count);
        self.squares += distance * (score - self.mean);
        self.min = self.min.min(score);
        self.max = self.max.max(score);
    }

    /// Takes the scores of another set in (Chan, Golub and LeVeque, *Updating Formulae and a
    /// Pairwise Algorithm for Computing Sample Variances*, 1979).
    pub(super) fn merge(&mut self, other: Self) {
        let count = self.count + other.count;
        if count == 0 {
            return;
        }
        let distance = other.mean - self.mean;
        let share = as_float(other.count) / as_float(count);
        self.squares += other.squares + distance * distance * as_float(self.count) * share;
        self.mean += distance * share;
        self.count = count;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// The mean, which rounding keeps between the extremes. There must be a score.
    pub(super) fn mean(&self) -> f64 {
        self.mean.max(self.min).min(self.max)
    }

    /// The standard deviation as a population.
    pub(super) fn std(&self) -> f64 {
        (self.squares / as_float(self.count)).sqrt().min(1.0)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "nobody has 2^53 articles in a day"
)]
fn as_float(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(scores: &[f64]) -> Moments {
        let mut moments = Moments::NONE;
        scores.iter().for_each(|score| moments.add(*score));
        moments
    }

    /// Two passes, as the definition has it.
    fn naive(scores: &[f64]) -> (f64, f64) {
        let count = as_float(i64::try_from(scores.len()).unwrap());
        let mean = scores.iter().sum::<f64>() / count;
        let squares: f64 = scores.iter().map(|score| (score - mean).powi(2)).sum();
        (mean, (squares / count).sqrt())
    }

    fn assert_close(moments: &Moments, scores: &[f64]) {
        let (mean, std) = naive(scores);
        assert!((moments.mean() - mean).abs() < 1e-12, "{moments:?} {mean}");
        assert!((moments.std() - std).abs() < 1e-9, "{moments:?} {std}");
        assert_eq!(usize::try_from(moments.count), Ok(scores.len()));
    }

    proptest! {
        #[test]
        fn parts_put_together_are_the_whole(
            scores in proptest::collection::vec(-1.0..=1.0_f64, 1..200),
            cut in any::<prop::sample::Index>(),
        ) {
            let (left, right) = scores.split_at(cut.index(scores.len()));
            let mut merged = of(left);
            merged.merge(of(right));
            assert_close(&of(&scores), &scores);
            assert_close(&merged, &scores);
        }

        /// Nothing is lost where the deviation is tiny beside the mean.
        #[test]
        fn scores_close_to_each_other_keep_their_deviation(
            scores in proptest::collection::vec(0.9..0.9 + 1e-7_f64, 2..100),
        ) {
            let (_, std) = naive(&scores);
            prop_assert!((of(&scores).std() - std).abs() < 1e-13);
        }
    }

    #[test]
    fn equal_scores_do_not_deviate() {
        let moments = of(&[0.1; 1_000]);
        assert_eq!((moments.mean(), moments.min, moments.max), (0.1, 0.1, 0.1));
        assert!(moments.std() < 1e-15);
    }
}
