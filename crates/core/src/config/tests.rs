//! Configuration from injected sources: precedence, origins, and the text of every error.

use std::{path::Path, time::Duration};

use super::*;

#[test]
fn the_defaults_stand_alone() {
    let loaded = load(&Sources::default()).unwrap();
    let config = &loaded.config;
    assert_eq!(config.database.url.expose(), "sqlite://var/groundwork.db");
    assert!(config.database.replica_url.is_none());
    assert!(config.database.migrate_on_start);
    assert_eq!(config.files.root, Path::new("var/files"));
    assert_eq!(config.http.bind.to_string(), "127.0.0.1:8000");
    assert_eq!(config.http.request_timeout, Duration::from_secs(30));
    assert!(config.auth.keys.is_empty());
    assert_eq!(config.pipeline.max_scenes, 15);
    assert_eq!(config.pipeline.retry_max_attempts, 5);
    assert_eq!(config.pipeline.retry_base_delay, Duration::from_secs(2));
    assert_eq!(config.log.format, LogFormat::Text);
    assert_eq!(loaded.environment.name, "development");
}

#[test]
fn every_key_of_the_defaults_is_read() {
    let mut problems = Vec::new();
    let layers = Layers::gather(&Sources::default(), &mut problems);
    let loaded = load(&Sources::default()).unwrap();
    let read: Vec<&str> = loaded
        .values
        .iter()
        .map(|value| value.key.as_str())
        .collect();
    assert_eq!(read, layers.keys);
}
