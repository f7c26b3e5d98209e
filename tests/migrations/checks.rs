//! Each rule of the schema from both sides: what it admits and what it refuses.

use acceptance::{Engine, on_both_engines};
use sea_orm_migration::{prelude::*, sea_orm::TransactionTrait};

use super::{execute, migrated};

/// A project with a scene, an artifact, and a run, and an article that mentions an entity: what the
/// rows of the cases are, or refer to.
const GIVEN: &str = "
INSERT INTO projects (id, title, prompt, style, status, created_at, updated_at)
VALUES ('p', 't', 'p', 's', 'draft', 'now', 'now');
INSERT INTO scenes (id, project_id, scene_index, description, start_prompt, end_prompt, motion_prompt)
VALUES ('s', 'p', 0, '', '', '', '');
INSERT INTO artifacts (id, project_id, kind, media_type, size_bytes, blake3, original_name, storage_key, created_at)
VALUES ('a', 'p', 'clip', 'video/mp4', 0, 'digest', 'n', 'k', 'now');
INSERT INTO pipeline_runs (id, project_id, status, started_at) VALUES ('r', 'p', 'running', 'now');
INSERT INTO pipeline_steps (id, run_id, stage, scene_id, status, attempt, next_attempt_at)
VALUES ('t', 'r', 'clips', 's', 'pending', 0, 'now'), ('u', 'r', 'output', NULL, 'pending', 0, 'now');
INSERT INTO videos (id, external_id, title, channel, created_at, updated_at)
VALUES ('v', 'e1', '', '', 'now', 'now');
INSERT INTO transcripts (id, video_id, language, origin, created_at, updated_at)
VALUES ('w', 'v', 'en', 'manual', 'now', 'now');
INSERT INTO transcript_segments (transcript_id, position, starts_ms, ends_ms, text, words)
VALUES ('w', 0, 5, 7, '', '');
INSERT INTO tracked_entities (id, name, category) VALUES ('t', 'GPT-5', 'model');
INSERT INTO articles (id, external_id, url, title, published_at) VALUES ('a', 'one', 'https://a', 'T', 'now');
INSERT INTO article_mentions (article_id, tracked_entity_id, published_at, sentiment_score)
VALUES ('a', 't', 'now', 0);
INSERT INTO sentiment_timeseries (tracked_entity_id, period, starts_at, mean, min, max, std, article_count)
VALUES ('t', 'hourly', 'now', 0, -0.5, 0.5, 0, 1);
INSERT INTO knowledge_graphs (id, name, title, video_id, is_directed, created_at, updated_at)
VALUES ('g', 'g1', '', 'v', TRUE, 'now', 'now'), ('h', 'g2', '', NULL, FALSE, 'now', 'now');
INSERT INTO graph_nodes (id, graph_id, key, label) VALUES ('m', 'g', 'k1', ''), ('o', 'h', 'k1', '');
INSERT INTO file_roots (id, root_id, claimed_at) VALUES (1, 'x', 'now');
INSERT INTO graph_edges (id, graph_id, source_id, target_id, label, weight)
VALUES ('q', 'g', 'm', 'm', '', 1);
";

/// A rule by its name, values that it admits and values that it refuses. Each is the end of
/// `UPDATE {table} SET …`.
struct Rule {
    name: &'static str,
    table: &'static str,
    admits: &'static [&'static str],
    refuses: &'static [&'static str],
}

const RULES: &[Rule] = &[
    Rule {
        name: "ck_file_roots_only_one",
        table: "file_roots",
        admits: &["id = 1"],
        refuses: &["id = 0", "id = 2"],
    },
    Rule {
        name: "ck_projects_status",
        table: "projects",
        admits: &[
            "status = 'draft'",
            "status = 'running'",
            "status = 'complete'",
            "status = 'failed'",
            "status = 'cancelled'",
        ],
        refuses: &["status = 'pending'", "status = 'Draft'", "status = ''"],
    },
    Rule {
        name: "ck_projects_style_length",
        table: "projects",
        admits: &[
            "style = ''",
            "style = '12345678901234567890123456789012345678901234567890'",
            "style = 'ääääääääääääääääääääääääääääääääääääääääääääääääää'",
        ],
        refuses: &["style = '123456789012345678901234567890123456789012345678901'"],
    },
    Rule {
        name: "ck_projects_content_digest_length",
        table: "projects",
        admits: &["content_digest = NULL", "content_digest = 'digest'"],
        refuses: &["content_digest = 'digest0'", "content_digest = ''"],
    },
    Rule {
        name: "ck_scenes_scene_index",
        table: "scenes",
        admits: &["scene_index = 0", "scene_index = 1000000"],
        refuses: &["scene_index = -1"],
    },
    Rule {
        name: "ck_scenes_duration_ms",
        table: "scenes",
        admits: &["duration_ms = NULL", "duration_ms = 1"],
        refuses: &["duration_ms = 0", "duration_ms = -1"],
    },
    Rule {
        name: "ck_artifacts_kind",
        table: "artifacts",
        admits: &["kind = 'keyframe'", "kind = 'clip'", "kind = 'output'"],
        refuses: &["kind = 'clips'"],
    },
    Rule {
        name: "ck_artifacts_size_bytes",
        table: "artifacts",
        admits: &["size_bytes = 0", "size_bytes = 9007199254740993"],
        refuses: &["size_bytes = -1"],
    },
    Rule {
        name: "ck_artifacts_blake3_length",
        table: "artifacts",
        admits: &["blake3 = 'digest'"],
        refuses: &["blake3 = 'digest0'", "blake3 = ''"],
    },
    Rule {
        name: "ck_keyframes_position",
        table: "keyframes",
        admits: &["position = 'start'", "position = 'end'"],
        refuses: &["position = 'middle'"],
    },
    Rule {
        name: "ck_video_clips_attempt",
        table: "video_clips",
        admits: &["attempt = 1", "attempt = 99"],
        refuses: &["attempt = 0", "attempt = -1"],
    },
    Rule {
        name: "ck_video_clips_status",
        table: "video_clips",
        admits: &[
            "status = 'pending'",
            "status = 'running'",
            "status = 'complete'",
            "status = 'failed'",
        ],
        refuses: &["status = 'cancelled'"],
    },
    Rule {
        name: "ck_video_clips_complete_has_artifact",
        table: "video_clips",
        admits: &[
            "artifact_id = NULL, status = 'running'",
            "status = 'complete'",
        ],
        refuses: &["artifact_id = NULL, status = 'complete'"],
    },
    Rule {
        name: "ck_video_clips_duration_ms",
        table: "video_clips",
        admits: &["duration_ms = NULL", "duration_ms = 1"],
        refuses: &["duration_ms = 0"],
    },
    Rule {
        name: "ck_pipeline_runs_status",
        table: "pipeline_runs",
        admits: &[
            "status = 'running'",
            "status = 'complete', finished_at = 'now'",
            "status = 'failed', finished_at = 'now'",
            "status = 'cancelled', finished_at = 'now'",
        ],
        refuses: &["status = 'pending', finished_at = 'now'"],
    },
    Rule {
        name: "ck_pipeline_runs_finished_unless_running",
        table: "pipeline_runs",
        admits: &[
            "finished_at = NULL",
            "status = 'failed', finished_at = 'now'",
        ],
        refuses: &["finished_at = 'now'", "status = 'failed'"],
    },
    Rule {
        name: "ck_pipeline_steps_stage",
        table: "pipeline_steps",
        admits: &[
            "stage = 'storyboard'",
            "stage = 'keyframes'",
            "stage = 'clips'",
            "stage = 'output'",
        ],
        refuses: &["stage = 'clip'"],
    },
    Rule {
        name: "ck_pipeline_steps_status",
        table: "pipeline_steps",
        admits: &[
            "status = 'pending'",
            "status = 'running', lease_owner = 'w', lease_expires_at = 'now'",
            "status = 'complete'",
            "status = 'failed'",
            "status = 'cancelled'",
        ],
        refuses: &["status = 'draft'"],
    },
    Rule {
        name: "ck_pipeline_steps_attempt",
        table: "pipeline_steps",
        admits: &["attempt = 0", "attempt = 5"],
        refuses: &["attempt = -1"],
    },
    Rule {
        name: "ck_pipeline_steps_lease_pair",
        table: "pipeline_steps",
        admits: &["status = 'running', lease_owner = 'w', lease_expires_at = 'now'"],
        refuses: &[
            "status = 'running', lease_owner = 'w'",
            "lease_expires_at = 'now'",
        ],
    },
    Rule {
        name: "ck_pipeline_steps_leased_while_running",
        table: "pipeline_steps",
        admits: &["lease_owner = NULL, lease_expires_at = NULL"],
        refuses: &[
            "status = 'running'",
            "lease_owner = 'w', lease_expires_at = 'now'",
        ],
    },
    Rule {
        name: "ck_videos_external_id",
        table: "videos",
        admits: &["external_id = 'e'"],
        refuses: &["external_id = ''"],
    },
    Rule {
        name: "ck_videos_duration_ms",
        table: "videos",
        admits: &["duration_ms = 0", "duration_ms = NULL"],
        refuses: &["duration_ms = -1"],
    },
    Rule {
        name: "ck_transcripts_language",
        table: "transcripts",
        admits: &[
            "language = 'e'",
            "language = '12345678901234567890123456789012345'",
        ],
        refuses: &[
            "language = ''",
            "language = '123456789012345678901234567890123456'",
        ],
    },
    Rule {
        name: "ck_transcripts_origin",
        table: "transcripts",
        admits: &["origin = 'manual'", "origin = 'automatic'"],
        refuses: &["origin = 'spoken'", "origin = ''"],
    },
    Rule {
        name: "ck_transcript_segments_position",
        table: "transcript_segments",
        admits: &["position = 0", "position = 9"],
        refuses: &["position = -1"],
    },
    Rule {
        name: "ck_transcript_segments_starts_ms",
        table: "transcript_segments",
        admits: &["starts_ms = 0"],
        refuses: &["starts_ms = -1"],
    },
    Rule {
        name: "ck_transcript_segments_ends_ms",
        table: "transcript_segments",
        admits: &["ends_ms = 5", "ends_ms = 6"],
        refuses: &["ends_ms = 4"],
    },
    Rule {
        name: "ck_tracked_entities_name_length",
        table: "tracked_entities",
        admits: &["name = LONG(200)"],
        refuses: &["name = LONG(201)"],
    },
    Rule {
        name: "ck_tracked_entities_category",
        table: "tracked_entities",
        admits: &["category = 'model'", "category = 'tool'"],
        refuses: &["category = 'person'", "category = ''"],
    },
    Rule {
        name: "ck_articles_external_id_length",
        table: "articles",
        admits: &["external_id = LONG(512)"],
        refuses: &["external_id = LONG(513)"],
    },
    Rule {
        name: "ck_articles_url_length",
        table: "articles",
        admits: &["url = LONG(2048)"],
        refuses: &["url = LONG(2049)"],
    },
    Rule {
        name: "ck_articles_sentiment_score",
        table: "articles",
        admits: &[
            "sentiment_score = NULL",
            "sentiment_score = -1",
            "sentiment_score = 1",
        ],
        refuses: &["sentiment_score = -1.001", "sentiment_score = 1.001"],
    },
    Rule {
        name: "ck_article_mentions_sentiment_score",
        table: "article_mentions",
        admits: &["sentiment_score = -1", "sentiment_score = 1"],
        refuses: &["sentiment_score = -1.001", "sentiment_score = 1.001"],
    },
    Rule {
        name: "ck_sentiment_timeseries_period",
        table: "sentiment_timeseries",
        admits: &["period = 'hourly'", "period = 'daily'"],
        refuses: &["period = 'weekly'"],
    },
    Rule {
        name: "ck_sentiment_timeseries_mean",
        table: "sentiment_timeseries",
        admits: &["mean = -0.5", "mean = 0.5"],
        refuses: &["mean = -0.6", "mean = 0.6"],
    },
    Rule {
        name: "ck_sentiment_timeseries_min",
        table: "sentiment_timeseries",
        admits: &["min = -1"],
        refuses: &["min = -1.001"],
    },
    Rule {
        name: "ck_sentiment_timeseries_max",
        table: "sentiment_timeseries",
        admits: &["max = 1"],
        refuses: &["max = 1.001"],
    },
    Rule {
        name: "ck_sentiment_timeseries_std",
        table: "sentiment_timeseries",
        admits: &["std = 0", "std = 1"],
        refuses: &["std = -0.001", "std = 1.001"],
    },
    Rule {
        name: "ck_sentiment_timeseries_article_count",
        table: "sentiment_timeseries",
        admits: &["article_count = 1"],
        refuses: &["article_count = 0"],
    },
    Rule {
        name: "ck_knowledge_graphs_name",
        table: "knowledge_graphs",
        admits: &["name = name"],
        refuses: &["name = ''"],
    },
    Rule {
        name: "ck_graph_nodes_key",
        table: "graph_nodes",
        admits: &["key = 'k2'"],
        refuses: &["key = ''"],
    },
    Rule {
        name: "ck_graph_edges_weight",
        table: "graph_edges",
        admits: &[
            "weight = 1e-300",
            "weight = 1",
            "weight = 1.7976931348623157e308",
        ],
        refuses: &["weight = 0", "weight = -1"],
    },
];

/// Unique rules, and the rows that they admit beside the given ones, or refuse.
const UNIQUES: &[Rule] = &[
    Rule {
        name: "uq_scenes_project_id_scene_index",
        table: "scenes (id, project_id, scene_index, description, start_prompt, end_prompt, motion_prompt)",
        admits: &["'x', 'p', 1, '', '', '', ''"],
        refuses: &["'x', 'p', 0, '', '', '', ''"],
    },
    Rule {
        name: "uq_artifacts_storage_key",
        table: "artifacts (id, project_id, kind, media_type, size_bytes, blake3, original_name, created_at, storage_key)",
        admits: &["'x', 'p', 'clip', 'm', 0, 'digest', 'n', 'now', 'other'"],
        refuses: &["'x', 'p', 'clip', 'm', 0, 'digest', 'n', 'now', 'k'"],
    },
    Rule {
        name: "uq_keyframes_scene_id_position",
        table: "keyframes (id, scene_id, artifact_id, position)",
        admits: &["'x', 's', 'b', 'end'"],
        refuses: &["'x', 's', 'b', 'start'"],
    },
    Rule {
        name: "uq_keyframes_artifact_id",
        table: "keyframes (id, scene_id, position, artifact_id)",
        admits: &["'x', 's', 'end', 'b'"],
        refuses: &["'x', 's', 'end', 'a'"],
    },
    Rule {
        name: "uq_video_clips_scene_id_attempt",
        table: "video_clips (id, scene_id, status, attempt)",
        admits: &["'x', 's', 'pending', 2"],
        refuses: &["'x', 's', 'pending', 1"],
    },
    Rule {
        name: "uq_video_clips_artifact_id",
        table: "video_clips (id, scene_id, status, attempt, artifact_id)",
        admits: &[
            "'x', 's', 'pending', 2, 'b'",
            "'x', 's', 'pending', 2, NULL",
        ],
        refuses: &["'x', 's', 'pending', 2, 'a'"],
    },
    Rule {
        name: "uq_pipeline_runs_project_id",
        table: "pipeline_runs (id, project_id, started_at, status, finished_at)",
        admits: &["'x', 'p', 'now', 'failed', 'now'"],
        refuses: &["'x', 'p', 'now', 'running', NULL"],
    },
    Rule {
        name: "uq_pipeline_steps_run_id_stage",
        table: "pipeline_steps (id, run_id, status, attempt, next_attempt_at, stage, scene_id)",
        admits: &["'x', 'r', 'pending', 0, 'now', 'storyboard', NULL"],
        refuses: &["'x', 'r', 'pending', 0, 'now', 'output', NULL"],
    },
    Rule {
        name: "uq_pipeline_steps_run_id_stage_scene_id",
        table: "pipeline_steps (id, run_id, status, attempt, next_attempt_at, stage, scene_id)",
        admits: &["'x', 'r', 'pending', 0, 'now', 'keyframes', 's'"],
        refuses: &["'x', 'r', 'pending', 0, 'now', 'clips', 's'"],
    },
    Rule {
        name: "uq_videos_external_id",
        table: "videos (id, title, channel, created_at, updated_at, external_id)",
        admits: &["'x', '', '', 'now', 'now', 'e2'"],
        refuses: &["'x', '', '', 'now', 'now', 'e1'"],
    },
    Rule {
        name: "uq_transcripts_video_id_language_origin",
        table: "transcripts (id, created_at, updated_at, video_id, language, origin)",
        admits: &[
            "'x', 'now', 'now', 'v', 'en', 'automatic'",
            "'x', 'now', 'now', 'v', 'de', 'manual'",
        ],
        refuses: &["'x', 'now', 'now', 'v', 'en', 'manual'"],
    },
    Rule {
        name: "uq_transcript_segments_transcript_id_position",
        table: "transcript_segments (starts_ms, ends_ms, text, words, transcript_id, position)",
        admits: &["0, 0, '', '', 'w', 1"],
        refuses: &["0, 0, '', '', 'w', 0"],
    },
    Rule {
        name: "uq_tracked_entities_name",
        table: "tracked_entities (id, category, name)",
        admits: &["'x', 'model', 'GPT-6'"],
        refuses: &["'x', 'tool', 'GPT-5'"],
    },
    Rule {
        name: "uq_articles_external_id",
        table: "articles (id, url, title, published_at, external_id)",
        admits: &["'x', 'https://b', 'T', 'now', 'two'"],
        refuses: &["'x', 'https://b', 'T', 'now', 'one'"],
    },
    Rule {
        name: "uq_articles_url",
        table: "articles (id, external_id, title, published_at, url)",
        admits: &["'x', 'two', 'T', 'now', 'https://b'"],
        refuses: &["'x', 'two', 'T', 'now', 'https://a'"],
    },
    Rule {
        name: "uq_knowledge_graphs_name",
        table: "knowledge_graphs (id, title, is_directed, created_at, updated_at, name)",
        admits: &["'x', '', TRUE, 'now', 'now', 'g3'"],
        refuses: &["'x', '', TRUE, 'now', 'now', 'g1'"],
    },
    Rule {
        name: "uq_graph_nodes_graph_id_key",
        table: "graph_nodes (id, label, graph_id, key)",
        admits: &["'x', '', 'g', 'k2'"],
        refuses: &["'x', '', 'g', 'k1'"],
    },
    Rule {
        name: "uq_graph_edges_graph_id_source_id_target_id_label",
        table: "graph_edges (id, weight, graph_id, source_id, target_id, label)",
        admits: &["'x', 1, 'g', 'm', 'm', 'knows'"],
        refuses: &["'x', 1, 'g', 'm', 'm', ''"],
    },
];

#[on_both_engines]
async fn each_check_admits_and_refuses(engine: Engine) {
    let (_scratch, connection) = migrated(engine).await;
    given(&connection).await;
    for rule in RULES {
        let only = match rule.table {
            "pipeline_steps" => " WHERE scene_id IS NOT NULL",
            _ => "",
        };
        let update = |values: &str| format!("UPDATE {} SET {values}{only}", rule.table);
        assert_rule(&connection, rule, update).await;
    }
}

#[on_both_engines]
async fn each_unique_rule_admits_and_refuses(engine: Engine) {
    let (_scratch, connection) = migrated(engine).await;
    given(&connection).await;
    for rule in UNIQUES {
        let insert = |values: &str| format!("INSERT INTO {} VALUES ({values})", rule.table);
        assert_rule(&connection, rule, insert).await;
    }
}

#[on_both_engines]
async fn every_check_of_the_schema_has_its_case(engine: Engine) {
    let (_scratch, connection) = migrated(engine).await;
    let mut all = Vec::new();
    for table in super::tables(&connection).await {
        all.extend(super::catalog::names_of(&connection, &table).await);
    }
    all.retain(|name| name.starts_with("ck_"));
    let mut tested: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    all.sort();
    tested.sort_unstable();
    assert_eq!(all, tested);
}

async fn given(connection: &sea_orm::DatabaseConnection) {
    execute(connection, &concrete(GIVEN)).await;
    let more = "
        INSERT INTO artifacts (id, project_id, kind, media_type, size_bytes, blake3, original_name, storage_key, created_at)
        VALUES ('b', 'p', 'clip', 'video/mp4', 0, 'digest', 'n', 'l', 'now');
        INSERT INTO keyframes (id, scene_id, position, artifact_id) VALUES ('k', 's', 'start', 'a');
        INSERT INTO video_clips (id, scene_id, attempt, status, artifact_id)
        VALUES ('c', 's', 1, 'pending', 'a');";
    execute(connection, &concrete(more)).await;
}

async fn assert_rule(
    connection: &sea_orm::DatabaseConnection,
    rule: &Rule,
    statement: impl Fn(&str) -> String,
) {
    for values in rule.admits {
        let result = attempt(connection, &concrete(&statement(values))).await;
        assert!(result.is_ok(), "{} refuses {values}: {result:?}", rule.name);
    }
    for values in rule.refuses {
        let result = attempt(connection, &concrete(&statement(values))).await;
        let error = result.expect_err(&format!("{} admits {values}", rule.name));
        let message = error.to_string();
        // SQLite names a unique constraint by its columns.
        let by_columns = message.contains("UNIQUE constraint failed");
        assert!(
            message.contains(rule.name) || (by_columns && rule.name.starts_with("uq_")),
            "{}: {values}: {message}",
            rule.name
        );
    }
}

/// Tries a statement and takes it back.
async fn attempt(connection: &sea_orm::DatabaseConnection, sql: &str) -> Result<(), DbErr> {
    let transaction = connection.begin().await?;
    let result = transaction.execute_unprepared(sql).await;
    transaction.rollback().await?;
    result.map(drop)
}

/// Puts values of the right shape in the place of the short words above: an id for a letter, a
/// digest of 64 digits, an instant, a text of so many characters.
fn concrete(sql: &str) -> String {
    let mut sql = sql
        .replace("'now'", "'2026-01-01T00:00:00+00:00'")
        .replace("'digest", &format!("'{}", "d".repeat(64)));
    for length in [200, 201, 512, 513, 2048, 2049] {
        let text = format!("'{}'", "é".repeat(length));
        sql = sql.replace(&format!("LONG({length})"), &text);
    }
    for letter in "abcghkmopqrstuvwx".chars() {
        let id = format!(
            "'00000000-0000-7000-8000-0000000000{:02x}'",
            u32::from(letter)
        );
        sql = sql.replace(&format!("'{letter}'"), &id);
    }
    sql
}

#[on_both_engines]
async fn both_ends_of_an_edge_are_in_its_graph(engine: Engine) {
    let (_scratch, connection) = migrated(engine).await;
    given(&connection).await;
    let insert = |values: &str| {
        concrete(&format!(
            "INSERT INTO graph_edges (id, weight, label, graph_id, source_id, target_id) VALUES ('x', 1, 'knows', {values})"
        ))
    };
    for (values, admitted) in [
        ("'g', 'm', 'm'", true),
        ("'h', 'o', 'o'", true),
        ("'g', 'm', 'o'", false),
        ("'g', 'o', 'm'", false),
        ("'h', 'm', 'm'", false),
    ] {
        let result = attempt(&connection, &insert(values)).await;
        assert_eq!(result.is_ok(), admitted, "{values}: {result:?}");
    }
}

#[on_both_engines]
async fn the_weight_of_an_edge_is_finite(engine: Engine) {
    let (_scratch, connection) = migrated(engine).await;
    given(&connection).await;
    let weights: &[&str] = match engine {
        Engine::Sqlite => &["9e999", "-9e999"],
        Engine::Postgres => &["'Infinity'", "'-Infinity'", "'NaN'"],
    };
    for weight in weights {
        let sql = format!("UPDATE graph_edges SET weight = {weight}");
        let refused = attempt(&connection, &sql).await.unwrap_err().to_string();
        assert!(refused.contains("ck_graph_edges_weight"), "{refused}");
    }
}
