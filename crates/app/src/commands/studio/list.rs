//! `groundwork studio list`

use groundwork_cli::{
    Output, Result,
    text::{instant, table},
};
use groundwork_core::{page::Page, services::studio::Project};

use crate::commands::listing::List;
use crate::{commands::listing, state::AppState};

/// Lists a page of projects, or all of them.
pub(super) async fn run(output: Output, state: &AppState, list: &List) -> Result {
    let reader = state.db.reader();
    let read = async |page| Ok(state.studio.list_projects(&reader, page).await?);
    let page = listing::read(list, read).await?;
    output.data(list.format, &page, text)?;
    if page.items.is_empty() && list.after.is_none() {
        output.note("no projects are stored yet: try `groundwork studio import DIR`");
    }
    if let Some(next) = page.next {
        output.note(format!("more: groundwork studio list --after {next}"));
    }
    Ok(())
}

fn text(page: &Page<Project>) -> String {
    if page.items.is_empty() {
        return String::new();
    }
    let rows = page.items.iter().map(|project| {
        vec![
            project.id.to_string(),
            project.status.to_string(),
            instant(project.created_at),
            project.style.clone(),
            project.title.clone(),
        ]
    });
    table(&["id", "status", "created", "style", "title"], rows)
}
