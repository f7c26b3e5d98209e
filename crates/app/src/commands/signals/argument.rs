//! What arguments of several commands mean, and how their figures are shown.

use std::{fmt, str::FromStr};

use groundwork_cli::{CliError, Result};
use groundwork_core::services::signals::{Gaps, SeriesRequest, TrackedEntity};
use uuid::Uuid;

use super::args::Range;
use crate::state::AppState;

/// The entity with this id, or of this name.
pub(super) async fn entity(state: &AppState, argument: &str) -> Result<TrackedEntity> {
    let (signals, reader) = (&state.signals, state.db.reader());
    Ok(match Uuid::try_parse(argument) {
        Ok(id) => signals.entity(&reader, id.into()).await?,
        Err(_) => signals.entity_named(&reader, argument).await?,
    })
}

/// The part of a series that the flags ask for.
pub(super) fn request(range: &Range) -> Result<SeriesRequest> {
    Ok(SeriesRequest {
        period: range.period,
        from: parsed("--from", range.from.as_deref())?,
        to: parsed("--to", range.to.as_deref())?,
        gaps: match range.fill {
            true => Gaps::Filled,
            false => Gaps::LeftOut,
        },
    })
}

/// The value of a flag, if it is given.
pub(super) fn parsed<T>(flag: &str, text: Option<&str>) -> Result<Option<T>>
where
    T: FromStr<Err: fmt::Display>,
{
    let parse = |text: &str| {
        let fault = |error| CliError::bad_input(format!("{flag} {error}, not {text:?}"));
        text.parse().map_err(fault)
    };
    text.map(parse).transpose()
}

/// `+0.25`, `-0.10`, ` 0.00`: as wide as every other score.
pub(super) fn score(score: f64) -> String {
    match format!("{score:+.2}").as_str() {
        "+0.00" | "-0.00" => " 0.00".to_owned(),
        text => text.to_owned(),
    }
}

/// A score, or a dash where there are no articles.
pub(super) fn score_or_dash(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), score)
}
