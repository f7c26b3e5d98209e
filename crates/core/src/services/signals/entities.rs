//! The models and tools that are tracked.

use std::collections::HashMap;

use entity::signals::{EntityCategory, TrackedEntityId, tracked_entities};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, DerivePartialModel, EntityTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use super::{Signals, SignalsError};
use crate::{
    db::{Doing as _, UnitOfWork, ViolationKind},
    page::{Page, PageRequest},
};

/// The most characters of a name.
const MOST_CHARACTERS: usize = 200;

/// How many names are looked through for one that was meant.
const NAMES_COMPARED: u64 = 10_000;

/// How alike a name must be to be suggested, from 0 to 1 (Jaro and Winkler).
const ALIKE: f64 = 0.7;

/// A model or tool whose mentions are tracked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "tracked_entities::Entity")]
pub struct TrackedEntity {
    /// Its id; those tracked later have greater ones.
    pub id: TrackedEntityId,
    /// What articles call it.
    #[schema(example = "Quillon 2")]
    pub name: String,
    /// What it is.
    pub category: EntityCategory,
}

/// An entity to be tracked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateEntity {
    /// What articles call it: one line, 1 to 200 characters, not begun or ended by a blank.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = "^[^\\s\\u0000-\\u001f\\u007f-\\u009f]([^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f])?$",
        example = "Quillon 2"
    )]
    pub name: String,
    /// What it is.
    pub category: EntityCategory,
}

impl Signals {
    /// Begins to track an entity.
    ///
    /// # Errors
    /// [`SignalsError::EntityExists`] if one has this name; [`SignalsError::InvalidValue`] if it
    /// breaks its rule.
    pub async fn add_entity(
        &self,
        work: &UnitOfWork,
        new: CreateEntity,
    ) -> Result<TrackedEntity, SignalsError> {
        check_name(&new.name)?;
        let entity = TrackedEntity {
            id: self.clock().new_id().into(),
            name: new.name,
            category: new.category,
        };
        let row = tracked_entities::ActiveModel {
            id: Set(entity.id),
            name: Set(entity.name.clone()),
            category: Set(entity.category),
        };
        let inserted = tracked_entities::Entity::insert(row)
            .exec_without_returning(work)
            .await;
        match inserted {
            Ok(_) => {}
            Err(error) if is_taken(work, &error) => {
                return Err(SignalsError::EntityExists { name: entity.name });
            }
            Err(error) => {
                return Err(error)
                    .doing("adding a tracked entity")
                    .map_err(Into::into);
            }
        }
        info!(entity.id = %entity.id, "added tracked entity");
        Ok(entity)
    }

    /// The entity, or `None` if there is none of this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn find_entity(
        &self,
        connection: &impl ConnectionTrait,
        entity: TrackedEntityId,
    ) -> Result<Option<TrackedEntity>, SignalsError> {
        tracked_entities::Entity::find_by_id(entity)
            .into_partial_model::<TrackedEntity>()
            .one(connection)
            .await
            .doing("reading a tracked entity")
            .map_err(Into::into)
    }

    /// The entity.
    ///
    /// # Errors
    /// [`SignalsError::EntityNotFound`].
    pub async fn entity(
        &self,
        connection: &impl ConnectionTrait,
        entity: TrackedEntityId,
    ) -> Result<TrackedEntity, SignalsError> {
        self.find_entity(connection, entity)
            .await?
            .ok_or(SignalsError::EntityNotFound { entity })
    }

    /// The entity of this name.
    ///
    /// # Errors
    /// [`SignalsError::EntityUnknown`], with the name that was perhaps meant.
    pub async fn entity_named(
        &self,
        connection: &impl ConnectionTrait,
        name: &str,
    ) -> Result<TrackedEntity, SignalsError> {
        let found = tracked_entities::Entity::find()
            .filter(tracked_entities::Column::Name.eq(name))
            .into_partial_model::<TrackedEntity>()
            .one(connection)
            .await
            .doing("looking for a tracked entity")?;
        match found {
            Some(entity) => Ok(entity),
            None => Err(SignalsError::EntityUnknown {
                name: name.to_owned(),
                suggestion: self.suggestion(connection, name).await?,
            }),
        }
    }

    /// A page of entities, those tracked last first; those of one category, if it is given.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_entities(
        &self,
        connection: &impl ConnectionTrait,
        category: Option<EntityCategory>,
        page: PageRequest,
    ) -> Result<Page<TrackedEntity>, SignalsError> {
        let mut query = tracked_entities::Entity::find();
        if let Some(category) = category {
            query = query.filter(tracked_entities::Column::Category.eq(category));
        }
        if let Some(cursor) = page.after {
            query = query.filter(tracked_entities::Column::Id.lt(cursor.id()));
        }
        let rows = query
            .order_by_desc(tracked_entities::Column::Id)
            .limit(page.limit.items() + 1)
            .into_partial_model::<TrackedEntity>()
            .all(connection)
            .await
            .doing("listing tracked entities")?;
        Ok(Page::of_surplus(rows, page.limit, |row| row.id.into()))
    }

    /// Those of the entities that exist.
    pub(super) async fn entities_by_id(
        &self,
        connection: &impl ConnectionTrait,
        entities: &[TrackedEntityId],
    ) -> Result<HashMap<TrackedEntityId, TrackedEntity>, SignalsError> {
        let rows = tracked_entities::Entity::find()
            .filter(tracked_entities::Column::Id.is_in(entities.iter().copied()))
            .into_partial_model::<TrackedEntity>()
            .all(connection)
            .await
            .doing("reading tracked entities")?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }

    /// The name that is most like this one, if any is.
    async fn suggestion(
        &self,
        connection: &impl ConnectionTrait,
        name: &str,
    ) -> Result<Option<String>, SignalsError> {
        let names: Vec<String> = tracked_entities::Entity::find()
            .select_only()
            .column(tracked_entities::Column::Name)
            .order_by_asc(tracked_entities::Column::Name)
            .limit(NAMES_COMPARED)
            .into_tuple()
            .all(connection)
            .await
            .doing("looking for similar names")?;
        Ok(most_like(name, names))
    }
}

fn is_taken(work: &UnitOfWork, error: &DbErr) -> bool {
    let violation = work.violation(error);
    violation.is_some_and(|violation| violation.kind == ViolationKind::Unique)
}

fn most_like(name: &str, names: Vec<String>) -> Option<String> {
    let name = name.to_lowercase();
    let alike = |other: String| (strsim::jaro_winkler(&name, &other.to_lowercase()), other);
    let most = names
        .into_iter()
        .map(alike)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    most.filter(|(alike, _)| *alike >= ALIKE)
        .map(|(_, name)| name)
}

fn check_name(name: &str) -> Result<(), SignalsError> {
    let expected = if name.is_empty() {
        "must not be empty".to_owned()
    } else if name.trim() != name {
        "must not begin or end with a blank".to_owned()
    } else if name.chars().any(char::is_control) {
        "must be a single line without control characters".to_owned()
    } else if name.chars().count() > MOST_CHARACTERS {
        format!(
            "has {} characters; at most {MOST_CHARACTERS} are allowed",
            name.chars().count()
        )
    } else {
        return Ok(());
    };
    let field = "name".to_owned();
    Err(SignalsError::InvalidValue { field, expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_was_meant_is_suggested() {
        let names = || {
            ["Quillon 2", "Brindle Chat", "Ostler"]
                .map(str::to_owned)
                .to_vec()
        };
        assert_eq!(most_like("quilon 2", names()).as_deref(), Some("Quillon 2"));
        assert_eq!(
            most_like("BRINDLE", names()).as_deref(),
            Some("Brindle Chat")
        );
        assert_eq!(most_like("xyz", names()), None);
        assert_eq!(most_like("Ostler", Vec::new()), None);
    }

    #[test]
    fn a_name_is_one_line_that_can_be_typed_again() {
        for name in ["Q", "Quillon 2", "語", &"é".repeat(200)] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", " ", " Q", "Q ", "Q\n2", "Q\u{0}", &"é".repeat(201)] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
    }
}
