//! `groundwork signals entities`

use groundwork_cli::{
    Output, Result,
    text::{printable, table},
};
use groundwork_core::{
    page::Page,
    services::signals::{CreateEntity, TrackedEntity},
};

use super::args::{AddEntity, Entities, EntitiesCommand};
use crate::{commands::listing, state::AppState};

/// Lists the tracked entities, or tracks another one.
pub(super) async fn run(output: Output, state: &AppState, asked: &Entities) -> Result {
    match &asked.command {
        Some(EntitiesCommand::Add(new)) => add(output, state, new).await,
        None => list(output, state, asked).await,
    }
}

async fn list(output: Output, state: &AppState, asked: &Entities) -> Result {
    let (signals, reader) = (&state.signals, state.db.reader());
    let category = asked.category;
    let read = async |page| Ok(signals.list_entities(&reader, category, page).await?);
    let page = listing::read(&asked.list, read).await?;
    output.data(asked.list.format, &page, text)?;
    if page.items.is_empty() && asked.list.after.is_none() {
        output.note("nothing is tracked yet: try `groundwork signals entities add NAME`");
    }
    if let Some(next) = page.next {
        let category = category.map_or_else(String::new, |it| format!(" --category {it}"));
        output.note(format!(
            "more: groundwork signals entities{category} --after {next}"
        ));
    }
    Ok(())
}

async fn add(output: Output, state: &AppState, asked: &AddEntity) -> Result {
    let new = CreateEntity {
        name: asked.name.clone(),
        category: asked.category,
    };
    let work = state.db.begin().await?;
    let entity = state.signals.add_entity(&work, new).await?;
    work.commit().await?;
    output.data(asked.format, &entity, |entity| {
        format!(
            "tracking the {} \"{}\" as {}\n",
            entity.category,
            printable(&entity.name),
            entity.id
        )
    })
}

fn text(page: &Page<TrackedEntity>) -> String {
    if page.items.is_empty() {
        return String::new();
    }
    let rows = page.items.iter().map(|entity| {
        vec![
            entity.id.to_string(),
            entity.category.to_string(),
            entity.name.clone(),
        ]
    });
    table(&["id", "category", "name"], rows)
}
