//! Stored files that are not what their rows say any more.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use acceptance::{Engine, Outcome, on_both_engines, production::png};
use reqwest::Method;
use serde_json::Value;

use super::api::Api;

/// A stored picture.
struct Stored {
    /// The path of its content in the API.
    path: String,
    file: PathBuf,
    bytes: Vec<u8>,
    etag: String,
}

impl Stored {
    async fn new(api: &Api, comment: &str) -> Self {
        let before: BTreeSet<PathBuf> = api.stored().into_iter().collect();
        let bytes = png(comment);
        let scene = api.given_scene(&api.given_project().await).await;
        let path = format!("/api/scenes/{scene}/keyframes/start");
        let made = api.put(&path, bytes.clone()).await;
        made.with(201);
        let path = format!("{}/content", made.header("location"));
        let etag = api.get(&path).await.header("etag").to_owned();
        let file = api.stored().into_iter().find(|file| !before.contains(file));
        Self {
            path,
            file: file.expect("a new file"),
            bytes,
            etag,
        }
    }

    fn key(&self, api: &Api) -> String {
        let root = api.home.dir().join("var/files");
        let key = self.file.strip_prefix(root).unwrap();
        key.to_str().unwrap().to_owned()
    }
}

fn flip(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(file, bytes).unwrap();
}

async fn readiness(api: &Api) -> (u16, Value) {
    let answer = api.get("/health/ready").await;
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

/// What the doctor says of the stored files, and its exit code.
async fn doctor(api: &Api) -> (Value, Option<i32>) {
    let outcome = api.home.groundwork(["doctor", "--json"]).await;
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let mut checks = report["checks"].as_array().unwrap().iter();
    let check = checks.find(|check| check["name"] == "stored");
    (check.expect("a check").clone(), outcome.code)
}

async fn verify(api: &Api) -> (Outcome, Value) {
    let outcome = api.home.groundwork(["files", "verify", "--json"]).await;
    let report = serde_json::from_str(&outcome.stdout).unwrap_or_default();
    (outcome, report)
}

#[on_both_engines]
async fn a_file_of_another_length_than_its_row_says_is_not_served(engine: Engine) {
    let api = Api::start(engine).await;
    for (name, harm) in [
        ("cut", b"XXXX".to_vec()),
        ("emptied", Vec::new()),
        ("longer", [png("longer"), b"and more".to_vec()].concat()),
    ] {
        let stored = Stored::new(&api, name).await;
        fs::write(&stored.file, &harm).unwrap();
        for (method, headers) in [
            (Method::GET, vec![]),
            (Method::GET, vec![("range", "bytes=0-3")]),
            (Method::GET, vec![("if-none-match", stored.etag.as_str())]),
            (Method::HEAD, vec![]),
        ] {
            let is_get = method == Method::GET;
            let refused = api.send(method, &stored.path, &headers, "").await;
            assert_eq!(refused.status, 500, "{name} {headers:?}");
            assert!(refused.headers.get("etag").is_none(), "{name} {headers:?}");
            if is_get {
                refused.refuses(500, "FILE_DAMAGED");
                let body = String::from_utf8_lossy(&refused.body);
                assert!(!body.contains(&stored.key(&api)), "{body}");
            }
        }
        assert_eq!(fs::read(&stored.file).unwrap(), harm, "it was touched");
        let output = api.server.output();
        assert!(output.contains(&stored.key(&api)), "{output}");
    }
}

#[on_both_engines]
async fn a_file_that_is_gone_is_said_to_be_missing_without_its_key(engine: Engine) {
    let api = Api::start(engine).await;
    let stored = Stored::new(&api, "gone").await;
    fs::remove_file(&stored.file).unwrap();
    let refused = api.get(&stored.path).await;
    refused.refuses(404, "FILE_MISSING");
    let body = String::from_utf8_lossy(&refused.body);
    assert!(!body.contains(&stored.key(&api)), "{body}");
    let output = api.server.output();
    assert!(output.contains(&stored.key(&api)), "{output}");
}

#[on_both_engines]
async fn what_was_found_damaged_is_counted_and_shown_until_it_is_whole_again(engine: Engine) {
    let api = Api::start(engine).await;
    let (cut, gone) = (Stored::new(&api, "a").await, Stored::new(&api, "b").await);
    assert_eq!(
        readiness(&api).await.1["checks"]["stored_files"]["status"],
        "ok"
    );
    fs::write(&cut.file, "XXXX").unwrap();
    fs::remove_file(&gone.file).unwrap();
    api.get(&cut.path).await.refuses(500, "FILE_DAMAGED");
    api.get(&gone.path).await.refuses(404, "FILE_MISSING");

    let (status, body) = readiness(&api).await;
    let check = &body["checks"]["stored_files"];
    assert_eq!((status, &check["status"]), (200, &"warn".into()), "{body}");
    assert_eq!(check["detail"], "2 stored files are damaged or missing");
    let metrics = api.get("/metrics").await;
    let metrics = String::from_utf8_lossy(&metrics.body).into_owned();
    assert!(
        metrics.contains("groundwork_files_damaged_total 2"),
        "{metrics}"
    );

    for stored in [&cut, &gone] {
        fs::write(&stored.file, &stored.bytes).unwrap();
        let back = api.get(&stored.path).await;
        assert_eq!((back.status, &back.body[..]), (200, &stored.bytes[..]));
    }
    let (_, body) = readiness(&api).await;
    assert_eq!(body["checks"]["stored_files"]["status"], "ok", "{body}");
}

#[on_both_engines]
async fn the_doctor_compares_the_length_of_every_file_with_its_row(engine: Engine) {
    let api = Api::start(engine).await;
    let (cut, gone) = (Stored::new(&api, "a").await, Stored::new(&api, "b").await);
    let _whole = Stored::new(&api, "c").await;
    let (well, _) = doctor(&api).await;
    assert_eq!(well["outcome"], "ok", "{well}");
    assert!(
        well["found"].as_str().unwrap().starts_with("3 files"),
        "{well}"
    );
    fs::write(&cut.file, "XXXX").unwrap();
    fs::remove_file(&gone.file).unwrap();
    let (check, code) = doctor(&api).await;
    assert_eq!((code, &check["outcome"]), (Some(1), &"fail".into()));
    let found = check["found"].as_str().unwrap();
    assert!(found.starts_with("2 of 3 files"), "{found}");
    assert!(found.contains(&cut.key(&api)), "{found}");
    assert!(found.contains(&gone.key(&api)), "{found}");
}

#[on_both_engines]
async fn verify_reads_the_content_and_what_it_finds_is_not_served_until_it_is_whole(
    engine: Engine,
) {
    let api = Api::start(engine).await;
    let (flipped, gone) = (Stored::new(&api, "a").await, Stored::new(&api, "b").await);
    let whole = Stored::new(&api, "c").await;
    let (well, report) = verify(&api).await;
    assert_eq!((well.code, &report["files"]), (Some(0), &3.into()));

    flip(&flipped.file);
    fs::remove_file(&gone.file).unwrap();
    let (ill, report) = verify(&api).await;
    assert_eq!(ill.code, Some(1), "{}", ill.stderr);
    let mut damaged: Vec<(String, String)> = report["damaged"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            assert_eq!(row["table"], "artifacts");
            let id = row["row"].as_str().unwrap();
            let path = format!("/api/artifacts/{id}/content");
            assert!([&flipped.path, &gone.path].contains(&&path), "{path}");
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            (text("key"), text("damage"))
        })
        .collect();
    damaged.sort();
    let mut expected = vec![
        (flipped.key(&api), "content".to_owned()),
        (gone.key(&api), "missing".to_owned()),
    ];
    expected.sort();
    assert_eq!(damaged, expected);
    api.get(&flipped.path).await.refuses(500, "FILE_DAMAGED");
    assert_eq!(api.get(&whole.path).await.status, 200);
    assert!(flipped.file.exists());
    let text = api.home.groundwork(["files", "verify"]).await;
    assert!(text.stdout.contains("2 of 3 files"), "{}", text.stdout);

    for stored in [&flipped, &gone] {
        fs::write(&stored.file, &stored.bytes).unwrap();
    }
    api.get(&flipped.path).await.refuses(500, "FILE_DAMAGED");
    let (well, report) = verify(&api).await;
    assert_eq!((well.code, &report["restored"]), (Some(0), &2.into()));
    assert_eq!(api.get(&flipped.path).await.status, 200);
}

#[on_both_engines]
async fn a_damaged_file_goes_with_its_row_and_is_then_not_shown_any_more(engine: Engine) {
    let api = Api::start(engine).await;
    let stored = Stored::new(&api, "a").await;
    flip(&stored.file);
    assert_eq!(verify(&api).await.0.code, Some(1));
    let key = stored.key(&api);
    let project = key.split('/').next().unwrap();
    let removed = api.home.groundwork(["studio", "remove", project]).await;
    let _ = removed.succeeded();
    assert!(!stored.file.exists());
    assert_eq!(api.stored(), Vec::<PathBuf>::new());
    assert_eq!(
        readiness(&api).await.1["checks"]["stored_files"]["status"],
        "ok"
    );
    assert_eq!(verify(&api).await.0.code, Some(0));
}
