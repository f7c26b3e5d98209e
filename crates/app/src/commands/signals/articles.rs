//! `groundwork signals articles`

use groundwork_cli::{
    Output, Result,
    text::{instant, table},
};
use groundwork_core::{
    page::{Cursor, Page},
    services::signals::{Article, ArticleAbout},
};

use super::args;
use super::argument::{self, score_or_dash};
use crate::{commands::listing, state::AppState};

/// Lists articles, newest first.
pub(super) async fn run(output: Output, state: &AppState, asked: &args::Articles) -> Result {
    let (signals, reader) = (&state.signals, state.db.reader());
    let list = &asked.list;
    let (next, is_empty) = match &asked.name {
        Some(name) => {
            let entity = argument::entity(state, name).await?.id;
            let read = async |page| Ok(signals.list_articles_about(&reader, entity, page).await?);
            let page = listing::read(list, read).await?;
            output.data(list.format, &page, about)?;
            (page.next, page.items.is_empty())
        }
        None => {
            let read = async |page| Ok(signals.list_articles(&reader, page).await?);
            let page = listing::read(list, read).await?;
            output.data(list.format, &page, all)?;
            (page.next, page.items.is_empty())
        }
    };
    if is_empty && list.after.is_none() {
        output.note("no articles are stored yet");
    }
    more(output, asked.name.as_deref(), next);
    Ok(())
}

/// Says how to go on.
fn more(output: Output, name: Option<&str>, next: Option<Cursor>) {
    let Some(next) = next else { return };
    let name = name.map_or_else(String::new, |name| format!(" {name:?}"));
    output.note(format!(
        "more: groundwork signals articles{name} --after {next}"
    ));
}

fn all(page: &Page<Article>) -> String {
    let rows = page.items.iter();
    rows_of(rows.map(|article| (article, article.sentiment_score)))
}

fn about(page: &Page<ArticleAbout>) -> String {
    let rows = page.items.iter();
    rows_of(rows.map(|about| (&about.article, Some(about.entity_score))))
}

fn rows_of<'a>(articles: impl Iterator<Item = (&'a Article, Option<f64>)>) -> String {
    let mut rows = articles.peekable();
    if rows.peek().is_none() {
        return String::new();
    }
    let rows = rows.map(|(article, score)| {
        vec![
            instant(article.published_at),
            score_or_dash(score),
            article
                .source_name
                .clone()
                .unwrap_or_else(|| "-".to_owned()),
            article.title.clone(),
        ]
    });
    table(&["published", "score", "source", "title"], rows)
}
