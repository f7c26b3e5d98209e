//! An atlas of a test's own.

use std::{
    fs,
    path::{Path, PathBuf},
};

use acceptance::{Engine, Scratch, given};
use groundwork_core::{
    clock::Clock,
    db::Database,
    page::PageLimit,
    services::atlas::{
        Atlas, Found, ImportReport, Language, NewSegment, NewTranscript, NewVideo, Query, Search,
        TranscriptOrigin,
    },
};
use sea_orm::{ConnectionTrait as _, Statement};

/// An atlas over an empty database.
pub(super) struct Fixture {
    pub(super) atlas: Atlas,
    pub(super) db: Database,
    pub(super) clock: Clock,
    pub(super) scratch: Scratch,
}

impl Fixture {
    pub(super) async fn new(engine: Engine) -> Self {
        let scratch = given::migrated(engine).await;
        let db = given::database(&scratch).await;
        let clock = given::clock();
        Self {
            atlas: Atlas::new(db.clone(), clock.clone()),
            db,
            clock,
            scratch,
        }
    }

    pub(super) fn engine(&self) -> Engine {
        self.db.engine()
    }

    /// A folder for files to import.
    pub(super) fn folder(&self) -> PathBuf {
        let folder = self.scratch.dir().join("import");
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    pub(super) async fn import(&self, path: &Path) -> ImportReport {
        let paths = [path.to_owned()];
        self.atlas.import(&paths, &|_| ()).await.unwrap()
    }

    pub(super) async fn search(&self, query: &str) -> Found {
        self.search_with(query, |_| ()).await
    }

    pub(super) async fn search_with(&self, query: &str, change: impl FnOnce(&mut Search)) -> Found {
        let mut search = Search {
            query: Query::parse(query).unwrap(),
            language: None,
            channel: None,
            limit: PageLimit::MAX,
        };
        change(&mut search);
        let reader = self.db.reader();
        self.atlas.search(&reader, &search).await.unwrap()
    }

    /// Keeps a video in a channel with one transcript.
    pub(super) async fn given_transcript(&self, id: &str, texts: &[&str]) {
        let work = self.db.begin().await.unwrap();
        let video = NewVideo {
            external_id: id.to_owned(),
            title: id.to_owned(),
            channel: "Coast Notes".to_owned(),
            url: Some(format!("https://example.org/watch?v={id}")),
            ..NewVideo::default()
        };
        let (video, _) = self.atlas.put_video(&work, &video).await.unwrap();
        let transcript = transcript("en", texts);
        let kept = self.atlas.put_transcript(&work, video, &transcript).await;
        kept.unwrap();
        work.commit().await.unwrap();
    }

    pub(super) async fn execute(&self, sql: &str) {
        let work = self.db.begin().await.unwrap();
        work.execute_unprepared(sql).await.unwrap();
        work.commit().await.unwrap();
    }

    pub(super) async fn number(&self, sql: &str) -> i64 {
        let reader = self.db.reader();
        let statement = Statement::from_string(reader.get_database_backend(), sql);
        let row = reader.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }
}

/// A transcript by hand, a segment for each text, every ten seconds.
pub(super) fn transcript(language: &str, texts: &[&str]) -> NewTranscript {
    let segment = |(number, text): (i64, &&str)| NewSegment {
        starts_ms: number * 10_000,
        ends_ms: number * 10_000 + 9_000,
        text: (*text).to_owned(),
    };
    NewTranscript {
        language: language.parse::<Language>().unwrap(),
        origin: TranscriptOrigin::Manual,
        segments: (0..).zip(texts).map(segment).collect(),
    }
}

/// The texts of what was found, without marks, the best first.
pub(super) fn texts(found: &Found) -> Vec<String> {
    let text = |parts: &[groundwork_core::services::atlas::snippet::Part]| {
        parts.iter().map(|part| part.text.as_str()).collect()
    };
    found.items.iter().map(|hit| text(&hit.snippet)).collect()
}

/// The samples of the repository.
pub(super) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/atlas")
}
