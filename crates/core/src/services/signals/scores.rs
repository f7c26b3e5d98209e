//! How a number of articles feel, in five figures, which can be pooled.

use entity::signals::sentiment_timeseries;
use sea_orm::DerivePartialModel;
use serde::Serialize;
use utoipa::ToSchema;

/// How a number of articles, at least one, feel about an entity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "sentiment_timeseries::Entity")]
pub struct Scores {
    /// The mean of their scores, from -1 to 1.
    #[schema(minimum = -1, maximum = 1, example = 0.25)]
    pub mean: f64,
    /// The least score.
    #[schema(minimum = -1, maximum = 1, example = -0.5)]
    pub min: f64,
    /// The greatest score.
    #[schema(minimum = -1, maximum = 1, example = 0.75)]
    pub max: f64,
    /// The standard deviation of the scores as a population.
    #[schema(minimum = 0, example = 0.3)]
    pub std: f64,
    /// How many articles there are.
    #[schema(minimum = 1, example = 12)]
    pub article_count: i64,
}

impl Scores {
    /// What the articles of all parts together give, which is what one would compute from the
    /// articles; `None` without any part.
    #[must_use]
    pub fn pooled(parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        parts.into_iter().reduce(Self::and)
    }

    /// Those of two sets as one (Chan, Golub and LeVeque, *Updating Formulae and a Pairwise
    /// Algorithm for Computing Sample Variances*, 1979). Rounding keeps the mean between the extremes.
    fn and(self, other: Self) -> Self {
        let (min, max) = (self.min.min(other.min), self.max.max(other.max));
        let article_count = self.article_count + other.article_count;
        let share = as_float(other.article_count) / as_float(article_count);
        let distance = other.mean - self.mean;
        let between = distance * distance * as_float(self.article_count) * share;
        let squares = self.squares() + other.squares() + between;
        Self {
            mean: (self.mean + distance * share).max(min).min(max),
            min,
            max,
            std: (squares / as_float(article_count)).sqrt().min(1.0),
            article_count,
        }
    }

    /// The sum of the squared distances to the mean.
    fn squares(&self) -> f64 {
        self.std * self.std * as_float(self.article_count)
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

    fn naive(scores: &[f64]) -> Scores {
        let count = scores.len() as f64;
        let mean = scores.iter().sum::<f64>() / count;
        let squares: f64 = scores.iter().map(|x| (x - mean).powi(2)).sum();
        Scores {
            mean,
            min: scores.iter().copied().fold(f64::INFINITY, f64::min),
            max: scores.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            std: (squares / count).sqrt(),
            article_count: scores.len() as i64,
        }
    }

    proptest! {
        #[test]
        fn parts_give_what_the_whole_gives(
            parts in prop::collection::vec(prop::collection::vec(-1.0..=1.0, 1..20), 1..20)
        ) {
            let whole = naive(&parts.concat());
            let pooled = Scores::pooled(parts.iter().map(|part| naive(part))).unwrap();
            prop_assert!((pooled.mean - whole.mean).abs() < 1e-9);
            prop_assert!((pooled.std - whole.std).abs() < 1e-9);
            prop_assert_eq!((pooled.min, pooled.max), (whole.min, whole.max));
            prop_assert_eq!(pooled.article_count, whole.article_count);
        }
    }

    proptest! {
        /// Nothing is lost where the deviation is tiny beside the mean.
        #[test]
        fn scores_close_to_each_other_keep_their_deviation(
            scores in prop::collection::vec(0.9..0.9 + 1e-7_f64, 2..100),
        ) {
            let pooled = Scores::pooled(scores.iter().map(|score| naive(&[*score]))).unwrap();
            prop_assert!((pooled.std - naive(&scores).std).abs() < 1e-13);
        }
    }

    #[test]
    fn equal_scores_do_not_deviate() {
        let pooled = Scores::pooled([naive(&[0.1]); 1_000]).unwrap();
        assert_eq!((pooled.mean, pooled.min, pooled.max), (0.1, 0.1, 0.1));
        assert!(pooled.std < 1e-15);
    }

    #[test]
    fn nothing_has_no_scores() {
        assert_eq!(Scores::pooled([]), None);
    }
}
