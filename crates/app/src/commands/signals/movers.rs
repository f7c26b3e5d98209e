//! `groundwork signals movers`

use groundwork_cli::{
    Output, Result,
    text::{instant, table},
};
use groundwork_core::{
    page::PageLimit,
    services::signals::{Mover, Movers, MoversRequest, Window},
};

use super::args;
use super::argument::{parsed, score};
use crate::state::AppState;

/// Shows whose sentiment moved most.
pub(super) async fn run(output: Output, state: &AppState, asked: &args::Movers) -> Result {
    let request = MoversRequest {
        window: parsed("--window", Some(&asked.window))?.unwrap_or(Window::WEEK),
        at: parsed("--at", asked.at.as_deref())?,
        limit: PageLimit::new(asked.limit).unwrap_or(PageLimit::DEFAULT),
    };
    let movers = state.signals.movers(&state.db.reader(), request).await?;
    output.data(asked.format, &movers, text)?;
    if movers.items.is_empty() {
        output.note("no entity is mentioned in both windows");
    }
    Ok(())
}

fn text(movers: &Movers) -> String {
    let heading = format!(
        "from {} to {}, beside {} to {}\n",
        instant(movers.after.from),
        instant(movers.after.to),
        instant(movers.before.from),
        instant(movers.before.to),
    );
    if movers.items.is_empty() {
        return heading;
    }
    let header = [
        "entity", "category", "change", "before", "after", "articles",
    ];
    format!(
        "{heading}\n{}",
        table(&header, movers.items.iter().map(row))
    )
}

fn row(mover: &Mover) -> Vec<String> {
    let arrow = if mover.change < 0.0 { '▼' } else { '▲' };
    let (before, after) = (mover.before, mover.after);
    vec![
        mover.entity.name.clone(),
        mover.entity.category.to_string(),
        format!("{arrow} {}", score(mover.change)),
        score(before.mean),
        score(after.mean),
        format!("{} then {}", before.article_count, after.article_count),
    ]
}
