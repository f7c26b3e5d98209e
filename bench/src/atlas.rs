//! Works of the atlas: transcripts imported from their files, and searched.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use groundwork_core::{
    clock::Clock,
    db::{self, Database, Engine},
    page::PageLimit,
    services::atlas::{Atlas, Query, Search, words},
};
use groundwork_schema::run::{self, Goal, Settings};
use migration::CONVENTION;
use rusqlite::{Connection, params};
use sea_orm::ConnectionTrait as _;

use crate::{
    contender::settings,
    file,
    outcome::{End, Outcome, count, drive},
    signals::BenchDatabase,
    work::{AIM, OURS, READERS, RUSQLITE},
};

/// Segments of a transcript.
const SEGMENTS: u64 = 500;
/// Segments that a bare loop commits together, as the import does.
const TRANSCRIPTS_PER_COMMIT: u64 = 20;
/// The limit of a search, in milliseconds.
const SEARCH_LIMIT: f64 = 100.0;
/// Transcripts that are searched, in proportion to those that are imported.
const SEARCHED: u64 = 2;
/// Channels of the videos.
const CHANNELS: u64 = 50;
/// Segments that one statement stores on PostgreSQL.
const ROWS: usize = 1_000;
/// Different words of the transcripts.
const VOCABULARY: u64 = 20_000;

/// How many transcripts there are.
fn transcripts(length: Duration) -> u64 {
    if length < Duration::from_secs(1) {
        50
    } else {
        1_000
    }
}

/// Files on the disk become rows; a bare loop is handed the rows and only inserts them.
pub(crate) async fn import(
    folder: &Path,
    length: Duration,
) -> Result<Vec<(&'static str, Outcome)>> {
    let transcripts = transcripts(length);
    let files = write_files(folder, transcripts)?;
    let ours = migrated(folder, OURS).await?;
    let started = Instant::now();
    import_files(&ours, &files, transcripts).await?;
    let took = started.elapsed();
    let theirs = migrated(folder, RUSQLITE).await?;
    let bare = insert_all(&theirs, transcripts)?;
    ensure!(
        contents(&ours)? == contents(&theirs)?,
        "the import and the bare loop stored different rows"
    );
    file::remove(&ours)?;
    file::remove(&theirs)?;
    fs::remove_dir_all(files)?;
    let rate = |took: Duration| Outcome {
        amount: count(transcripts * SEGMENTS) / took.as_secs_f64(),
        ..Outcome::default()
    };
    Ok(vec![(OURS, rate(took)), (RUSQLITE, rate(bare))])
}

/// Eight callers search; the queries are made of the words that the transcripts are made of.
pub(crate) async fn search(
    folder: &Path,
    length: Duration,
) -> Result<Vec<(&'static str, Outcome)>> {
    let file = migrated(folder, OURS).await?;
    insert_all(&file, SEARCHED * transcripts(length))?;
    let db = Database::open(&settings(&file)?, CONVENTION).await?;
    let outcomes = search_all(db, length).await?;
    file::remove(&file)?;
    Ok(outcomes)
}

/// The same on PostgreSQL.
pub(crate) async fn search_postgres(
    folder: &Path,
    length: Duration,
) -> Result<Vec<(&'static str, Outcome)>> {
    let database = BenchDatabase::fresh(Engine::Postgres, folder).await?;
    insert_on_postgres(&database, SEARCHED * transcripts(length)).await?;
    let db = Database::open(&database.settings()?, CONVENTION).await?;
    search_all(db, length).await
}

async fn search_all(db: Database, length: Duration) -> Result<Vec<(&'static str, Outcome)>> {
    let atlas = Atlas::new(db.clone(), Clock::system());
    let outcome = drive(READERS, length, move |caller, call| {
        let atlas = atlas.clone();
        async move {
            let mut random = Random(caller as u64 * 1_000_003 + call);
            let search = Search {
                query: Query::parse(&question(&mut random))?,
                language: None,
                channel: (random.below(7) == 0).then(|| channel(random.below(CHANNELS))),
                limit: PageLimit::DEFAULT,
            };
            atlas.search(&atlas.db().reader(), &search).await?;
            Ok(End::Kept)
        }
    });
    let outcome = outcome.await?;
    db.close().await?;
    let limit = Outcome {
        p99_ms: Some(SEARCH_LIMIT),
        ..Outcome::default()
    };
    Ok(vec![(OURS, outcome), (AIM, limit)])
}

/// The rows of `insert_all`.
async fn insert_on_postgres(database: &BenchDatabase, transcripts: u64) -> Result<()> {
    let connection = database.connect().await?;
    let mut rows = Vec::with_capacity(ROWS);
    for number in 0..transcripts {
        let (name, channel) = (name(number), channel(number));
        let video = format!(
            "INSERT INTO videos (id, external_id, title, channel, created_at, updated_at)
             VALUES (md5('{name}')::uuid, '{name}', '{name}', '{channel}', now(), now())"
        );
        let transcript = format!(
            "INSERT INTO transcripts (id, video_id, language, origin, created_at, updated_at)
             VALUES (md5('{name}')::uuid, md5('{name}')::uuid, 'en', 'manual', now(), now())"
        );
        for sql in [video, transcript] {
            connection.execute_unprepared(&sql).await?;
        }
        for (position, text) in (0_u64..).zip(segments(number)) {
            let (starts, words) = (position * 2_000, words::written(&text));
            let ends = starts + 1_900;
            rows.push(format!(
                "(md5('{name}')::uuid, {position}, {starts}, {ends}, '{text}', '{words}')"
            ));
        }
        if rows.len() >= ROWS || number + 1 == transcripts {
            let all = rows.join(", ");
            let sql = format!(
                "INSERT INTO transcript_segments
                     (transcript_id, position, starts_ms, ends_ms, text, words)
                 VALUES {all}"
            );
            connection.execute_unprepared(&sql).await?;
            rows.clear();
        }
    }
    connection.execute_unprepared("VACUUM ANALYZE").await?;
    connection.close().await?;
    Ok(())
}

async fn import_files(file: &Path, files: &Path, transcripts: u64) -> Result<()> {
    let db = Database::open(&settings(file)?, CONVENTION).await?;
    let atlas = Atlas::new(db.clone(), Clock::system());
    let report = atlas.import(&[files.to_owned()], &|_| ()).await?;
    ensure!(
        report.problems.is_empty(),
        "a file was refused: {}",
        report.problems[0]
    );
    ensure!(
        report.segments as u64 == transcripts * SEGMENTS,
        "not every segment was imported"
    );
    Ok(db.close().await?)
}

/// A database at the newest schema, without rows.
async fn migrated(folder: &Path, who: &str) -> Result<PathBuf> {
    let file = folder.join(format!("atlas-{who}.db"));
    file::remove(&file)?;
    let connection = db::connect_for_migration(&settings(&file)?).await?;
    let migrations = migration::migrations();
    let settings = Settings::new(&CONVENTION);
    run::up(&connection, &migrations, Goal::All, &settings).await?;
    connection.close().await?;
    Ok(file)
}

/// What is stored, in a form that can be compared.
fn contents(file: &Path) -> Result<(i64, String)> {
    let connection = Connection::open(file)?;
    let sql = "SELECT count(*), group_concat(text || starts_ms || ends_ms || words, '')
               FROM (SELECT s.* FROM transcript_segments s
                     JOIN transcripts t ON t.id = s.transcript_id
                     JOIN videos v ON v.id = t.video_id
                     WHERE s.position % 97 = 0 ORDER BY v.external_id, s.position)";
    let stored = connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    connection.execute(
        "INSERT INTO segment_words (segment_words) VALUES ('integrity-check')",
        [],
    )?;
    Ok(stored)
}

/// A bare loop over the same rows; the time does not count what makes them.
fn insert_all(file: &Path, transcripts: u64) -> Result<Duration> {
    const INSTANT: &str = "2026-01-01T00:00:00.000000+00:00";
    let connection = Connection::open(file)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA recursive_triggers = ON;",
    )?;
    let mut video = connection.prepare(
        "INSERT INTO videos (id, external_id, title, channel, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
    )?;
    let mut transcript = connection.prepare(
        "INSERT INTO transcripts (id, video_id, language, origin, created_at, updated_at)
         VALUES (?1, ?1, 'en', 'manual', ?2, ?2)",
    )?;
    let mut segment = connection.prepare(
        "INSERT INTO transcript_segments (transcript_id, position, starts_ms, ends_ms, text, words)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let mut took = Duration::ZERO;
    for number in 0..transcripts {
        let (id, name) = (u128::from(number).to_be_bytes(), name(number));
        let rows: Vec<_> = segments(number)
            .map(|text| (words::written(&text), text))
            .collect();
        let started = Instant::now();
        if number % TRANSCRIPTS_PER_COMMIT == 0 {
            connection.execute_batch("BEGIN IMMEDIATE")?;
        }
        video.execute(params![id, name, name, channel(number), INSTANT])?;
        transcript.execute(params![id, INSTANT])?;
        for (position, (words, text)) in (0_i64..).zip(&rows) {
            let starts = position * 2_000;
            segment.execute(params![id, position, starts, starts + 1_900, text, words])?;
        }
        if (number + 1) % TRANSCRIPTS_PER_COMMIT == 0 || number + 1 == transcripts {
            connection.execute_batch("COMMIT")?;
        }
        took += started.elapsed();
    }
    Ok(took)
}

/// Descriptions and captions as yt-dlp leaves them.
fn write_files(folder: &Path, transcripts: u64) -> Result<PathBuf> {
    let files = folder.join("transcripts");
    fs::create_dir_all(&files).with_context(|| files.display().to_string())?;
    for number in 0..transcripts {
        let name = name(number);
        let info = format!(
            r#"{{"id": "{name}", "title": "{name}", "channel": "{}"}}"#,
            channel(number)
        );
        fs::write(files.join(format!("{name}.info.json")), info)?;
        let mut captions = "WEBVTT\nKind: captions\nLanguage: en\n".to_owned();
        for (position, text) in (0_u64..).zip(segments(number)) {
            let (minutes, seconds) = (position * 2 / 60, position * 2 % 60);
            write!(
                captions,
                "\n{minutes:02}:{seconds:02}.000 --> {minutes:02}:{:02}.900\n{text}\n",
                seconds + 1
            )?;
        }
        fs::write(files.join(format!("{name}.en.vtt")), captions)?;
    }
    Ok(files)
}

fn name(number: u64) -> String {
    format!("video-{number:06}")
}

fn channel(number: u64) -> String {
    format!("channel {}", number % CHANNELS)
}

/// The texts of a transcript's segments: the same at every call.
fn segments(number: u64) -> impl Iterator<Item = String> {
    let mut random = Random(number + 1);
    (0..SEGMENTS).map(move |_| {
        let length = 6 + random.below(7);
        let words: Vec<String> = (0..length).map(|_| word(&mut random)).collect();
        words.join(" ")
    })
}

/// One to three words, now and then a phrase, a beginning, or an exclusion.
fn question(random: &mut Random) -> String {
    let (one, other) = (word(random), word(random));
    match random.below(7) {
        0 => one,
        1 => format!("{one} {other}"),
        2 => format!("{one} {other} {}", word(random)),
        3 => format!("\"{one} {other}\""),
        4 => format!("{}*", one.get(..4).unwrap_or(&one)),
        5 => format!("{}*", one.get(..2).unwrap_or(&one)),
        _ => format!("{one} -{other}"),
    }
}

/// A word, the first of the vocabulary far more often than the last, as in any language (Zipf).
fn word(random: &mut Random) -> String {
    const SYLLABLES: [&str; 16] = [
        "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu",
        "wa",
    ];
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the numbers are small and positive"
    )]
    let rank = (VOCABULARY as f64).powf(random.fraction()) as u64;
    let mut rest = rank + 15;
    let mut word = String::new();
    while rest > 0 {
        word.push_str(SYLLABLES[usize::try_from(rest % 16).unwrap_or(0)]);
        rest /= 16;
    }
    word
}

/// `SplitMix64` (Steele, Lea, Flood 2014): the same numbers on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// From 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
