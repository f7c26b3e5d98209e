//! A studio of a test's own, and what can be seen of it from outside.

use std::{collections::BTreeMap, fs, path::PathBuf};

use acceptance::{Engine, Scratch, given};
use groundwork_core::{
    clock::Clock,
    db::Database,
    files::FileStore,
    services::studio::{CreateProject, CreateScene, Pipeline, Position, Project, Scene, Studio},
};
use sea_orm::{ConnectionTrait as _, Statement};

/// A studio over an empty database and an empty store.
pub(crate) struct Fixture {
    pub(crate) studio: Studio,
    pub(crate) db: Database,
    pub(crate) files: FileStore,
    pub(crate) clock: Clock,
    pub(crate) scratch: Scratch,
}

/// How many rows each table has, and which files are under the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Inventory {
    pub(crate) rows: BTreeMap<&'static str, i64>,
    pub(crate) files: Vec<PathBuf>,
}

const TABLES: [&str; 8] = [
    "projects",
    "scenes",
    "keyframes",
    "video_clips",
    "artifacts",
    "pipeline_runs",
    "pipeline_steps",
    "file_trash",
];

impl Fixture {
    pub(crate) async fn new(engine: Engine) -> Self {
        Self::with(engine, given::pipeline()).await
    }

    pub(crate) async fn with(engine: Engine, limits: Pipeline) -> Self {
        let scratch = given::migrated(engine).await;
        let db = given::database(&scratch).await;
        let files = given::file_store(&scratch).await;
        let clock = given::clock();
        Self {
            studio: Studio::new(db.clone(), files.clone(), clock.clone(), limits),
            db,
            files,
            clock,
            scratch,
        }
    }

    /// A project without scenes.
    pub(crate) async fn project(&self) -> Project {
        let work = self.db.begin().await.unwrap();
        let project = self.studio.add_project(&work, new_project()).await.unwrap();
        work.commit().await.unwrap();
        project
    }

    /// A project with `count` scenes, called by their first places.
    pub(crate) async fn project_with_scenes(&self, count: usize) -> (Project, Vec<Scene>) {
        let project = self.project().await;
        let work = self.db.begin().await.unwrap();
        let mut scenes = Vec::new();
        for index in 0..count {
            let new = new_scene(Position::Last, &index.to_string());
            let added = self.studio.add_scene(&work, project.id, new).await;
            scenes.push(added.unwrap());
        }
        work.commit().await.unwrap();
        (project, scenes)
    }

    pub(crate) async fn inventory(&self) -> Inventory {
        let mut rows = BTreeMap::new();
        for table in TABLES {
            rows.insert(table, self.count(table).await);
        }
        Inventory {
            rows,
            files: self.stored_files(),
        }
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        let reader = self.db.reader();
        let sql = format!("SELECT count(*) AS n FROM {table}");
        let statement = Statement::from_string(reader.get_database_backend(), sql);
        let row = reader.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get("", "n").unwrap()
    }

    /// The files under the root of the store, staged files included. Files may come and go
    /// meanwhile.
    pub(crate) fn stored_files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.files.root().to_owned()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(&folder) else {
                continue;
            };
            for path in entries.flatten().map(|entry| entry.path()) {
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let within = path.strip_prefix(self.files.root()).unwrap();
                    found.push(within.to_owned());
                }
            }
        }
        found.sort();
        found
    }
}

pub(crate) fn new_project() -> CreateProject {
    CreateProject {
        title: "Lighthouse".to_owned(),
        prompt: "A keeper lights the lamp.".to_owned(),
        style: "watercolour".to_owned(),
        style_guide: None,
    }
}

pub(crate) fn new_scene(position: Position, description: &str) -> CreateScene {
    CreateScene {
        position,
        description: description.to_owned(),
        start_prompt: "dark".to_owned(),
        end_prompt: "bright".to_owned(),
        motion_prompt: String::new(),
        duration_ms: Some(4_000),
    }
}
