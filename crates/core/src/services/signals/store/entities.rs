//! The tracked entities that articles mention.

use std::collections::HashMap;

use entity::signals::{EntityCategory, TrackedEntityId, tracked_entities};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{LockType, OnConflict},
};

use super::LIST;
use crate::{
    clock::Clock,
    db::{Doing as _, UnitOfWork},
    services::signals::{SignalsError, batch::Incoming},
};

/// Entities by their names.
#[derive(Default)]
pub(super) struct Entities {
    pub(super) ids: HashMap<String, TrackedEntityId>,
    /// How many were not tracked before.
    pub(super) added: u64,
}

/// Finds the entities that these articles mention, and tracks those that are not tracked yet.
pub(super) async fn resolve(
    work: &UnitOfWork,
    clock: &Clock,
    articles: &[&Incoming],
    category: EntityCategory,
) -> Result<Entities, SignalsError> {
    let mut wanted: HashMap<&str, EntityCategory> = HashMap::new();
    for mention in articles.iter().flat_map(|it| &it.article.mentions) {
        let known = wanted.entry(&mention.name).or_insert(category);
        if let Some(category) = mention.category {
            *known = category;
        }
    }
    let mut entities = Entities::default();
    find(work, &mut wanted, &mut entities).await?;
    if wanted.is_empty() {
        return Ok(entities);
    }
    let mut missing: Vec<(&str, EntityCategory)> = wanted.iter().map(|(k, v)| (*k, *v)).collect();
    // In one order, so that nobody waits in a circle.
    missing.sort_unstable_by_key(|(name, _)| *name);
    for missing in missing.chunks(LIST) {
        entities.added += add(work, clock, missing).await?;
    }
    find(work, &mut wanted, &mut entities).await?;
    Ok(entities)
}

/// Finds those of the wanted that are there, and keeps them from being removed.
async fn find(
    work: &UnitOfWork,
    wanted: &mut HashMap<&str, EntityCategory>,
    entities: &mut Entities,
) -> Result<(), SignalsError> {
    let mut names: Vec<String> = wanted.keys().map(|name| (*name).to_owned()).collect();
    names.sort_unstable();
    for names in names.chunks(LIST) {
        let rows: Vec<(TrackedEntityId, String)> = tracked_entities::Entity::find()
            .select_only()
            .columns([tracked_entities::Column::Id, tracked_entities::Column::Name])
            .filter(tracked_entities::Column::Name.is_in(names))
            .order_by_asc(tracked_entities::Column::Name)
            .lock(LockType::KeyShare)
            .into_tuple()
            .all(work)
            .await
            .doing("looking for tracked entities")?;
        for (id, name) in rows {
            wanted.remove(name.as_str());
            entities.ids.insert(name, id);
        }
    }
    Ok(())
}

async fn add(
    work: &UnitOfWork,
    clock: &Clock,
    missing: &[(&str, EntityCategory)],
) -> Result<u64, SignalsError> {
    let rows = missing
        .iter()
        .map(|(name, category)| tracked_entities::ActiveModel {
            id: Set(clock.new_id().into()),
            name: Set((*name).to_owned()),
            category: Set(*category),
        });
    let unless_there = OnConflict::column(tracked_entities::Column::Name)
        .do_nothing()
        .to_owned();
    tracked_entities::Entity::insert_many(rows)
        .on_conflict(unless_there)
        .exec_without_returning(work)
        .await
        .doing("tracking entities")
        .map_err(Into::into)
}
