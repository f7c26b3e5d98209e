//! The recipes of CONTRIBUTING as migrations, behind those of the project.

mod m20261201_000000_add_mood_to_scenes;
mod m20261201_000100_require_duration_of_scenes;
mod m20261201_000200_create_captions;

pub use migration::CONVENTION;
use sea_orm_migration::MigrationTrait;

/// The migrations of the project, and the recipes.
#[must_use]
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut list = migration::migrations();
    list.push(Box::new(m20261201_000000_add_mood_to_scenes::Migration));
    list.push(Box::new(
        m20261201_000100_require_duration_of_scenes::Migration,
    ));
    list.push(Box::new(m20261201_000200_create_captions::Migration));
    list
}
