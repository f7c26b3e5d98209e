//! `groundwork atlas search`

use groundwork_cli::{CliError, Output, Result, Stream, Style, text::printable};
use groundwork_core::{
    page::PageLimit,
    services::atlas::{Found, Hit, Query, Search},
};

use super::args::AtlasSearch;
use super::clock;
use crate::state::AppState;

/// Prints what was found, the best first.
pub(super) async fn run(output: Output, state: &AppState, asked: &AtlasSearch) -> Result {
    let language = asked.language.as_deref().map(str::parse).transpose();
    let search = Search {
        query: Query::parse(&asked.words.join(" "))?,
        language: language.map_err(|error| CliError::bad_input(format!("{error}")))?,
        channel: asked.channel.clone(),
        limit: PageLimit::new(asked.limit).unwrap_or(PageLimit::DEFAULT),
    };
    let found = state.atlas.search(&state.db.reader(), &search).await?;
    output.data(asked.format, &found, |found| text(output, found))?;
    if found.items.is_empty() {
        output.note("nothing was found");
    }
    if found.is_cut {
        output.note(format!(
            "more than {} matches: the newest were ranked; add a word to see the others",
            found.matches
        ));
    }
    Ok(())
}

fn text(output: Output, found: &Found) -> String {
    let hits: Vec<String> = found
        .items
        .iter()
        .map(|hit| described(output, hit))
        .collect();
    hits.join("\n")
}

/// Where it is, what is said there, and the link.
fn described(output: Output, hit: &Hit) -> String {
    let title = format!("{} ({})", hit.title, hit.channel);
    let title = output.styled(Stream::Stdout, Style::Strong, &printable(&title));
    let (at, language, origin) = (clock(hit.starts_ms), &hit.language, hit.origin);
    let snippet: String = hit
        .snippet
        .iter()
        .map(|part| marked(output, part))
        .collect();
    let link = match &hit.link {
        Some(link) => format!("  {}\n", printable(link)),
        None => String::new(),
    };
    format!("{title}  {at}  {language}, {origin}\n  {snippet}\n{link}")
}

/// What matches is in colour, or in brackets where there are none.
fn marked(output: Output, part: &groundwork_core::services::atlas::snippet::Part) -> String {
    let text = printable(&part.text);
    if !part.is_match {
        return text;
    }
    let tinted = output.styled(Stream::Stdout, Style::Good, &text);
    match tinted == text {
        true => format!("[{text}]"),
        false => tinted,
    }
}
