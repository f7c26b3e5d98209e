//! Migrations written from edited entities: the edit is made as a person makes it, in the text.

mod commands;
mod decisions;
mod edits;
mod random;
mod random_edits;
mod random_schema;
mod written;

use std::{
    fs,
    path::{Path, PathBuf},
};

use acceptance::{Engine, Scratch, production::copy_of};
use groundwork_migrate::{
    entities::{TypeMap, generate},
    evolve::{Decisions, Evolution, EvolveError, Sources, evolve},
    scratch::Place,
};
use sea_orm_migration::MigrationTrait;
use tempfile::TempDir;

/// A crate of entities, to be edited.
struct Entities {
    dir: TempDir,
}

impl Entities {
    /// A copy of the crate `entity`.
    fn copy() -> Self {
        let dir = copy_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../entity"));
        Self { dir }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn replace(&self, file: &str, old: &str, new: &str) {
        let text = self.read(file);
        assert!(text.contains(old), "{file} holds no {old}");
        self.write(file, &text.replacen(old, new, 1));
    }

    /// The migration that the edits give, with these decisions.
    async fn evolve(
        &self,
        engine: Engine,
        name: &str,
        decisions: &Decisions,
    ) -> Result<Evolution, EvolveError> {
        self.evolve_from(&migration::migrations(), engine, name, decisions)
            .await
    }

    async fn evolve_from(
        &self,
        migrations: &[Box<dyn MigrationTrait>],
        engine: Engine,
        name: &str,
        decisions: &Decisions,
    ) -> Result<Evolution, EvolveError> {
        let beside = Scratch::empty(engine).await;
        let server =
            (engine == Engine::Postgres).then(|| Place::Postgres(beside.url().parse().unwrap()));
        let sources = Sources {
            migrations,
            convention: &migration::CONVENTION,
            entity: Some(self.dir.path().to_owned()),
            server,
            sources: Path::new(env!("CARGO_MANIFEST_DIR")),
        };
        evolve(&sources, name, "Change something", decisions).await
    }
}

/// The entities of the database that migrations make, written into a folder.
async fn write_entities(migrations: &[Box<dyn MigrationTrait>], map: &str, folder: &Path) {
    let scratch = groundwork_migrate::scratch::Scratch::open(&Place::Sqlite)
        .await
        .unwrap();
    let settings = groundwork_schema::run::Settings::new(&migration::CONVENTION);
    let goal = groundwork_schema::run::Goal::All;
    groundwork_schema::run::up(scratch.connection(), migrations, goal, &settings)
        .await
        .unwrap();
    let tree = generate(scratch.connection(), &TypeMap::parse(map).unwrap())
        .await
        .unwrap();
    scratch.close().await.unwrap();
    for (file, text) in &tree.files {
        let path = folder.join("src").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
