//! How a number of articles feel, in five figures, which can be pooled.

use entity::signals::sentiment_timeseries;
use sea_orm::DerivePartialModel;
use serde::Serialize;

use super::moments::Moments;

/// How a number of articles, at least one, feel about an entity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, DerivePartialModel)]
#[sea_orm(entity = "sentiment_timeseries::Entity")]
pub struct Scores {
    /// The mean of their scores, from -1 to 1.
    pub mean: f64,
    /// The least score.
    pub min: f64,
    /// The greatest score.
    pub max: f64,
    /// The standard deviation of the scores as a population.
    pub std: f64,
    /// How many articles there are.
    pub article_count: i64,
}

impl Scores {
    /// What the articles of all parts together give, which is what one would compute from the
    /// articles; `None` without any part.
    #[must_use]
    pub fn pooled(parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut all = Moments::NONE;
        for part in parts {
            let Self {
                mean,
                min,
                max,
                std,
                article_count,
            } = part;
            all.merge(Moments::of_point(article_count, mean, std, min, max));
        }
        (all.count > 0).then(|| Self {
            mean: all.mean(),
            min: all.min,
            max: all.max,
            std: all.std(),
            article_count: all.count,
        })
    }
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

    #[test]
    fn nothing_has_no_scores() {
        assert_eq!(Scores::pooled([]), None);
    }
}
