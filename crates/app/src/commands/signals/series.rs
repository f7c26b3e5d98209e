//! `groundwork signals series`

use std::path::Path;

use groundwork_cli::{
    CliError, Output, Result,
    text::{counted, instant, printable, table},
};
use groundwork_core::services::signals::{Scores, Series, sparkline};

use super::args;
use super::{
    argument::{self, score, score_or_dash},
    csv,
};
use crate::state::AppState;

/// The most characters of a sparkline.
const SPARKLINE: usize = 72;

/// Shows how articles feel about an entity over time.
pub(super) async fn run(output: Output, state: &AppState, asked: &args::Series) -> Result {
    let request = argument::request(&asked.range)?;
    let entity = argument::entity(state, &asked.name).await?;
    let reader = state.db.reader();
    let series = state.signals.series(&reader, entity.id, request).await?;
    if let Some(file) = &asked.svg {
        return draw(output, &series, file).await;
    }
    if asked.csv {
        output.text(&values(&series)?)?;
    } else {
        output.data(asked.format, &series, text)?;
    }
    if series.total.is_none() {
        output.note(format!(
            "no articles mention {} in this range",
            printable(&entity.name)
        ));
    }
    Ok(())
}

/// Writes the chart, or prints it if the file is `-`.
async fn draw(output: Output, series: &Series, file: &Path) -> Result {
    let svg = series.svg();
    if file == Path::new("-") {
        return output.text(&svg);
    }
    if let Err(error) = tokio::fs::write(file, svg).await {
        let problem = format!("cannot write the chart to {}: {error}", file.display());
        return Err(CliError::bad_input(problem));
    }
    output.note(format!("drew {}", file.display()));
    Ok(())
}

fn text(series: &Series) -> String {
    let mut text = heading(series);
    if !series.points.is_empty() {
        let rows = series.points.iter().map(|point| {
            let of = |value: fn(Scores) -> f64| score_or_dash(point.scores.map(value));
            vec![
                instant(point.starts_at),
                of(|scores| scores.mean),
                of(|scores| scores.min),
                of(|scores| scores.max),
                of(|scores| scores.std),
                point.scores.map_or(0, |it| it.article_count).to_string(),
            ]
        });
        text.push('\n');
        text.push_str(&table(
            &["starts", "mean", "min", "max", "std", "articles"],
            rows,
        ));
    }
    text
}

fn heading(series: &Series) -> String {
    let range = series.range;
    let mut text = format!(
        "{} ({}), {} from {} to {}\n",
        printable(&series.entity.name),
        series.entity.category,
        series.period,
        instant(range.from),
        instant(range.to),
    );
    if let Some(total) = series.total {
        text.push_str(&format!(
            "  {}, mean {}, from {} to {}\n  {}\n",
            counted(usize::try_from(total.article_count).unwrap_or(0), "article"),
            score(total.mean),
            score(total.min),
            score(total.max),
            sparkline(&series.points, range, series.period, SPARKLINE),
        ));
    }
    text
}

fn values(series: &Series) -> Result<String> {
    let header = ["starts_at", "mean", "min", "max", "std", "article_count"];
    let lines = series.points.iter().map(|point| {
        let of = |value: fn(Scores) -> f64| csv::number(point.scores.map(value));
        [
            instant(point.starts_at),
            of(|scores| scores.mean),
            of(|scores| scores.min),
            of(|scores| scores.max),
            of(|scores| scores.std),
            point.scores.map_or(0, |it| it.article_count).to_string(),
        ]
    });
    csv::text(header, lines)
}
