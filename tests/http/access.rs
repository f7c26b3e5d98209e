//! API keys: who is refused, who has tried too often, and keys that change while the server runs.

use std::fs;

use acceptance::{Engine, Home, given, wait_until};
use groundwork_core::config::KeyHash;
use reqwest::{Client, Method};
use rustix::process::Signal;

use super::api::Api;

const KEY: &str = "open sesame";

/// `name:sha256`, as a variable has it.
fn entry(name: &str, key: &str) -> String {
    format!("{name}:{}", sha256(key))
}

fn sha256(key: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let hash = Sha256::digest(key.as_bytes());
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex.parse(), Ok(KeyHash::of(key)));
    hex
}

async fn status(api: &Api, key: &str, client: &str) -> u16 {
    let key = format!("Bearer {key}");
    let headers = [("authorization", key.as_str()), ("x-forwarded-for", client)];
    let answer = api.send(Method::GET, "/api/projects", &headers, "").await;
    if answer.status == 429 {
        let wait: u64 = answer.headers["retry-after"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        assert_eq!(answer.json()["code"], "AUTH_TOO_MANY_ATTEMPTS");
    }
    answer.status
}

#[tokio::test]
async fn an_address_with_many_wrong_keys_is_not_listened_to_for_a_while() {
    let keys = entry("laptop", KEY);
    let api = Api::start_with(Engine::Sqlite, &[("GROUNDWORK_AUTH__KEYS", &keys)]).await;
    for _ in 0..9 {
        assert_eq!(status(&api, "wrong", "").await, 401);
    }
    assert_eq!(status(&api, KEY, "").await, 200);
    assert_eq!(status(&api, "wrong", "").await, 401);
    // Whatever the client says of itself: nobody trusts it.
    for client in ["", "198.51.100.7"] {
        assert_eq!(status(&api, "wrong", client).await, 429);
        assert_eq!(status(&api, KEY, client).await, 429);
    }
    let log = api.server.output();
    assert!(log.contains("client.address=127.0.0.1"), "{log}");
    assert!(!log.contains("wrong\"") && !log.contains(KEY), "{log}");
    assert_eq!(api.get("/health").await.status, 200);
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_counts_by_itself() {
    let keys = entry("laptop", KEY);
    let variables = [
        ("GROUNDWORK_AUTH__KEYS", keys.as_str()),
        ("GROUNDWORK_HTTP__TRUSTED_PROXIES", "127.0.0.0/8"),
    ];
    let api = Api::start_with(Engine::Sqlite, &variables).await;
    for _ in 0..10 {
        assert_eq!(status(&api, "wrong", "198.51.100.7").await, 401);
    }
    assert_eq!(status(&api, KEY, "198.51.100.7").await, 429);
    assert_eq!(status(&api, KEY, "203.0.113.9").await, 200);
    let log = api.server.output();
    assert!(log.contains("client.address=198.51.100.7"), "{log}");
}

/// A server whose keys and level of the log are in a file.
async fn with_settings(settings: &str) -> Api {
    let home = Home::over(given::migrated(Engine::Sqlite).await);
    fs::create_dir(home.dir().join("config")).unwrap();
    fs::write(home.dir().join("config/default.yaml"), settings).unwrap();
    Api {
        server: home.serve().await,
        home,
        client: Client::new(),
    }
}

fn settings(key: &str, level: &str) -> String {
    let hash = sha256(key);
    format!(
        "auth:\n  keys:\n    - {{name: laptop, sha256: {hash}}}\nlog:\n  level: {level}\n\
         pipeline:\n  max_scenes: 7\n"
    )
}

#[tokio::test]
async fn a_hangup_reads_the_settings_again_and_ends_nothing() {
    let api = with_settings(&settings(KEY, "info")).await;
    let file = api.home.dir().join("config/default.yaml");
    assert_eq!(status(&api, "klaatu", "").await, 401);
    let refused = |log: &str| log.matches("refused a wrong API key").count();
    assert_eq!(refused(&api.server.output()), 1);

    let changed = settings("klaatu", "error").replace("max_scenes: 7", "max_scenes: 8");
    fs::write(&file, changed).unwrap();
    api.server.signal(Signal::HUP);
    let says = |text: &'static str| {
        let server = &api.server;
        move || server.output().contains(text)
    };
    let left = "these settings change at the next start only";
    wait_until("it is read again", says(left)).await;
    assert_eq!(status(&api, "klaatu", "").await, 200);
    assert_eq!(status(&api, KEY, "").await, 401);
    let log = api.server.output();
    assert!(log.contains("pipeline.max_scenes"), "{log}");
    assert_eq!(refused(&log), 1, "the level is in force: {log}");

    fs::write(&file, "auth:\n  keys: everybody\n").unwrap();
    api.server.signal(Signal::HUP);
    wait_until(
        "a fault is reported",
        says("the settings stay as they were"),
    )
    .await;
    assert_eq!(status(&api, "klaatu", "").await, 200);
}
