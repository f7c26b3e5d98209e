//! `groundwork studio list`

use anyhow::Result;
use groundwork_core::{
    page::{Page, PageLimit, PageRequest},
    studio::Project,
};

use crate::{
    cli::List,
    failure::Refusal,
    foundation::Foundation,
    output::{Output, instant, table},
};

/// Lists a page of projects, or all of them.
pub(super) async fn run(output: Output, parts: &Foundation, list: &List) -> Result<()> {
    let mut page = page(parts, request(list)?).await?;
    while list.all && page.next.is_some() {
        let request = PageRequest {
            after: page.next,
            limit: PageLimit::MAX,
        };
        let next = self::page(parts, request).await?;
        page.items.extend(next.items);
        page.next = next.next;
    }
    output.data(list.format, &page, text)?;
    if page.items.is_empty() && list.after.is_none() {
        output.note("no projects are stored yet: try `groundwork studio import DIR`");
    }
    if let Some(next) = page.next {
        output.note(format!("more: groundwork studio list --after {next}"));
    }
    Ok(())
}

fn request(list: &List) -> Result<PageRequest, Refusal> {
    let after = match &list.after {
        Some(text) => {
            let cursor = text.parse();
            Some(cursor.map_err(|_| Refusal::Argument(format!("{text:?} is no cursor")))?)
        }
        None => None,
    };
    let limit = match list.all {
        true => PageLimit::MAX,
        false => PageLimit::new(list.limit).unwrap_or(PageLimit::DEFAULT),
    };
    Ok(PageRequest { after, limit })
}

async fn page(parts: &Foundation, request: PageRequest) -> Result<Page<Project>> {
    let reader = parts.db.reader();
    Ok(parts.studio.list_projects(&reader, request).await?)
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
