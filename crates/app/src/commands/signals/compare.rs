//! `groundwork signals compare`

use groundwork_cli::{
    Output, Result,
    text::{instant, printable, table},
};
use groundwork_core::services::signals::{Compared, Comparison, sparkline};

use super::args;
use super::{
    argument::{self, score, score_or_dash},
    csv,
};
use crate::state::AppState;

/// The most characters of a sparkline.
const SPARKLINE: usize = 40;

/// Shows several entities over the same time.
pub(super) async fn run(output: Output, state: &AppState, asked: &args::Compare) -> Result {
    let request = argument::request(&asked.range)?;
    let mut entities = Vec::with_capacity(asked.names.len());
    for name in &asked.names {
        entities.push(argument::entity(state, name).await?.id);
    }
    let reader = state.db.reader();
    let comparison = state
        .signals
        .comparison(&reader, &entities, request)
        .await?;
    match asked.csv {
        true => output.text(&values(&comparison)?)?,
        false => output.data(asked.format, &comparison, text)?,
    }
    if comparison.entities.iter().all(|it| it.total.is_none()) {
        output.note("no articles mention them in this range");
    }
    Ok(())
}

fn text(comparison: &Comparison) -> String {
    let range = comparison.range;
    let mut text = format!(
        "{} from {} to {}\n\n{}\n",
        comparison.period,
        instant(range.from),
        instant(range.to),
        totals(comparison),
    );
    let rows = comparison.rows();
    if !rows.is_empty() {
        let names = comparison.entities.iter().map(|it| it.entity.name.as_str());
        let header: Vec<&str> = std::iter::once("starts").chain(names).collect();
        let rows = rows.into_iter().map(|(starts_at, means)| {
            let means = means.into_iter().map(score_or_dash);
            std::iter::once(instant(starts_at))
                .chain(means)
                .collect::<Vec<_>>()
        });
        text.push('\n');
        text.push_str(&table(&header, rows));
    }
    text
}

fn totals(comparison: &Comparison) -> String {
    let row = |compared: &Compared| {
        let total = compared.total;
        vec![
            compared.entity.name.clone(),
            compared.entity.category.to_string(),
            total.map_or(0, |it| it.article_count).to_string(),
            total.map_or_else(|| "-".to_owned(), |it| score(it.mean)),
            total.map_or_else(|| "-".to_owned(), |it| format!("{:.2}", it.std)),
            sparkline(
                &compared.points,
                comparison.range,
                comparison.period,
                SPARKLINE,
            ),
        ]
    };
    let rows = comparison.entities.iter().map(row);
    table(
        &[
            "entity",
            "category",
            "articles",
            "mean",
            "std",
            "means over time",
        ],
        rows,
    )
}

fn values(comparison: &Comparison) -> Result<String> {
    let names = comparison
        .entities
        .iter()
        .map(|it| printable(&it.entity.name));
    let header = std::iter::once("starts_at".to_owned()).chain(names);
    let lines = comparison.rows().into_iter().map(|(starts_at, means)| {
        let means = means.into_iter().map(csv::number);
        std::iter::once(instant(starts_at)).chain(means)
    });
    csv::text(header, lines)
}
