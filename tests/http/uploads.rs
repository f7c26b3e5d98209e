//! Files on their way in.

use acceptance::{
    Engine, on_both_engines,
    production::{MP4, PNG, png},
    wait_until,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::api::{Api, read_to_end};

#[on_both_engines]
async fn a_keyframe_is_stored_as_it_is_and_replaced_by_the_next(engine: Engine) {
    let api = Api::start(engine).await;
    let project = api.given_project().await;
    let scene = api.given_scene(&project).await;
    let path = format!("/api/scenes/{scene}/keyframes/start");
    let made = api.put(&format!("{path}?name=dusk.png"), PNG).await;
    let first = made.with(201);
    assert_eq!(first["position"], "start");
    assert_eq!(first["artifact"]["original_name"], "dusk.png");
    assert_eq!(first["artifact"]["media_type"], "image/png");
    assert_eq!(first["artifact"]["size_bytes"], PNG.len());
    let location = made.header("location").to_owned();
    let content = api.get(&format!("{location}/content")).await;
    assert_eq!((content.status, &content.body[..]), (200, PNG));

    let second_picture = png("another");
    let second = api.put(&path, second_picture.clone()).await.with(200);
    assert_eq!(second["artifact"]["original_name"], "start");
    let details = api.get(&format!("/api/projects/{project}")).await.with(200);
    let keyframes = details["scenes"][0]["keyframes"].as_array().unwrap();
    assert_eq!(keyframes.len(), 1);
    assert_eq!(keyframes[0]["artifact"], second["artifact"]);
    api.get(&location).await.refuses(404, "ARTIFACT_NOT_FOUND");
    wait_until("the replaced file is removed", || api.stored().len() == 1).await;
    let file = std::fs::read(&api.stored()[0]).unwrap();
    assert_eq!(file, second_picture);

    api.delete(&path).await.is_done();
    api.get(&path).await.refuses(404, "KEYFRAME_NOT_FOUND");
    wait_until("the removed file is removed", || api.stored().is_empty()).await;
}

#[on_both_engines]
async fn a_clip_and_an_output_are_films(engine: Engine) {
    let api = Api::start(engine).await;
    let project = api.given_project().await;
    let scene = api.given_scene(&project).await;
    let planned = api
        .post(&format!("/api/scenes/{scene}/clips"), &json!({}))
        .await;
    let path = format!(
        "{}/content?duration_ms=250&name=a.mp4",
        planned.header("location")
    );
    let clip = api.put(&path, MP4).await.with(201);
    assert_eq!(
        (&clip["status"], &clip["duration_ms"]),
        (&json!("complete"), &json!(250))
    );
    assert_eq!(clip["artifact"]["media_type"], "video/mp4");
    api.put(&path, MP4).await.refuses(409, "CLIP_FINISHED");

    let output = format!("/api/projects/{project}/output");
    let refused = api.put(&output, PNG).await;
    refused.refuses(422, "FILE_TYPE_NOT_ALLOWED");
    let film = api.put(&output, MP4).await.with(201);
    let details = api.get(&format!("/api/projects/{project}")).await.with(200);
    assert_eq!(details["output"], film);
    let film = api.put(&output, MP4).await.with(200);
    let details = api.get(&format!("/api/projects/{project}")).await.with(200);
    assert_eq!(details["output"], film);
    api.delete(&output).await.is_done();
    let details = api.get(&format!("/api/projects/{project}")).await.with(200);
    assert_eq!(details["output"], Value::Null);
}

#[on_both_engines]
async fn a_file_that_is_refused_leaves_nothing(engine: Engine) {
    let api = Api::start_with(engine, &[("GROUNDWORK_FILES__MAX_FILE_BYTES", "100000")]).await;
    let project = api.given_project().await;
    let scene = api.given_scene(&project).await;
    let path = format!("/api/scenes/{scene}/keyframes/end");
    let mut without_width = PNG.to_vec();
    without_width[16..20].fill(0);
    let mut long = PNG.to_vec();
    long.resize(100_001, 0);
    for (file, status, code) in [
        (Vec::new(), 422, "FILE_EMPTY"),
        (b"this is no picture".to_vec(), 422, "FILE_TYPE_NOT_ALLOWED"),
        (MP4.to_vec(), 422, "FILE_TYPE_NOT_ALLOWED"),
        (without_width, 422, "FILE_DAMAGED"),
        (long, 413, "FILE_TOO_LARGE"),
    ] {
        api.put(&path, file).await.refuses(status, code);
    }
    let form = [("content-type", "multipart/form-data; boundary=x")];
    let answer = api.send(Method::PUT, &path, &form, "--x--").await;
    answer.refuses(415, "UNSUPPORTED_MEDIA_TYPE");
    api.get(&path).await.refuses(404, "KEYFRAME_NOT_FOUND");
    assert!(api.stored().is_empty(), "{:?}", api.stored());
}

#[on_both_engines]
async fn half_a_picture_and_half_a_clip_are_refused(engine: Engine) {
    let api = Api::start(engine).await;
    let project = api.given_project().await;
    let scene = api.given_scene(&project).await;
    let keyframe = format!("/api/scenes/{scene}/keyframes/start");
    let mut wrong_checksum = PNG.to_vec();
    wrong_checksum[30] ^= 1;
    for picture in [
        &PNG[..33],
        &PNG[..PNG.len() / 2],
        &PNG[..PNG.len() - 1],
        &wrong_checksum,
    ] {
        let refused = api.put(&keyframe, picture.to_vec()).await;
        refused.refuses(422, "FILE_DAMAGED");
    }
    let output = format!("/api/projects/{project}/output");
    // Its list of tracks ends at 887, the media begins at 895.
    for cut in [32, MP4.len() / 2, 887, 895, MP4.len() - 1] {
        let refused = api.put(&output, MP4[..cut].to_vec()).await;
        refused.refuses(422, "FILE_DAMAGED");
    }
    let gif = b"GIF89a\x01\0\x01\0\0\0\0;".to_vec();
    let refused = api.put(&keyframe, gif).await;
    let body = refused.refuses(422, "FILE_TYPE_NOT_ALLOWED");
    let detail = body["detail"].as_str().unwrap();
    assert!(
        detail.contains("image/gif") && detail.contains("ffmpeg"),
        "{detail}"
    );
    assert!(api.stored().is_empty(), "{:?}", api.stored());
}

#[on_both_engines]
async fn a_file_larger_than_other_bodies_may_be_is_stored(engine: Engine) {
    let api = Api::start_with(engine, &[("GROUNDWORK_HTTP__MAX_BODY_BYTES", "1024")]).await;
    let project = api.given_project().await;
    let scene = api.given_scene(&project).await;
    let picture = png(&"long ".repeat(400_000));
    let path = format!("/api/scenes/{scene}/keyframes/end");
    let keyframe = api.put(&path, picture.clone()).await.with(201);
    let artifact = keyframe["artifact"]["id"].as_str().unwrap();
    let content = api.get(&format!("/api/artifacts/{artifact}/content")).await;
    assert_eq!(content.body, picture);
}

#[on_both_engines]
async fn an_upload_that_is_cut_off_leaves_nothing(engine: Engine) {
    let api = Api::start(engine).await;
    let project = api.given_project().await;
    let scene = api.given_scene(&project).await;
    let path = format!("/api/scenes/{scene}/keyframes/start");
    let picture = png(&"long ".repeat(400_000));
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {}\r\n\r\n",
        picture.len()
    );
    let half = [head.as_bytes(), &picture[..picture.len() / 2]].concat();
    let connection = api.connect(half).await;
    wait_until("the upload is under way", || !api.stored().is_empty()).await;
    drop(connection);
    wait_until("what came of it is removed", || api.stored().is_empty()).await;
    api.get(&path).await.refuses(404, "KEYFRAME_NOT_FOUND");
}

#[on_both_engines]
async fn a_name_never_reaches_the_disk(engine: Engine) {
    let api = Api::start(engine).await;
    let project = api.given_project().await;
    let scene = api.given_scene(&project).await;
    let path = format!("/api/scenes/{scene}/keyframes/start");
    let hostile = "..%2F..%2F..%2Fescaped%22%3B.png";
    let made = api.put(&format!("{path}?name={hostile}"), PNG).await;
    made.with(201);
    for stored in api.stored() {
        assert!(!stored.to_string_lossy().contains("escaped"), "{stored:?}");
    }
    for beyond in ["escaped.png", "../escaped.png", "var/escaped.png"] {
        assert!(!api.home.dir().join(beyond).exists());
    }
    let content = api
        .get(&format!("{}/content", made.header("location")))
        .await;
    let disposition = content.header("content-disposition");
    assert!(!disposition.contains(".."), "{disposition}");
    let too_long = format!("{path}?name={}", "n".repeat(2000));
    api.put(&too_long, PNG)
        .await
        .refuses(422, "VALIDATION_FAILED");
}

/// The path of a keyframe that a project has no picture for yet.
async fn given_place(api: &Api) -> String {
    let project = api.given_project().await;
    let scene = api.given_scene(&project).await;
    format!("/api/scenes/{scene}/keyframes/start")
}

#[on_both_engines]
async fn a_file_that_is_announced_as_too_large_is_refused_before_it_is_sent(engine: Engine) {
    let api = Api::start_with(engine, &[("GROUNDWORK_FILES__MAX_FILE_BYTES", "100000")]).await;
    let path = given_place(&api).await;
    let head = |length: usize, more: &str| {
        format!("PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n{more}\r\n")
    };
    // Not a byte of the body is sent.
    for more in ["", "Expect: 100-continue\r\n"] {
        let answer = api.raw(head(100_001, more)).await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        assert!(answer.contains("FILE_TOO_LARGE"), "{answer}");
    }
    // One that sends it nevertheless sees the answer.
    let whole = [head(20_000_000, "").into_bytes(), vec![0; 20_000_000]].concat();
    let answer = api.raw(whole).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");

    let mut connection = api
        .connect(head(
            PNG.len(),
            "Connection: close\r\nExpect: 100-continue\r\n",
        ))
        .await;
    let mut buffer = [0; 25];
    connection.read_exact(&mut buffer).await.unwrap();
    assert_eq!(&buffer[..], b"HTTP/1.1 100 Continue\r\n\r\n");
    connection.write_all(PNG).await.unwrap();
    let answer = read_to_end(connection).await;
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

#[on_both_engines]
async fn a_file_is_stored_only_if_it_is_what_its_head_announces(engine: Engine) {
    let api = Api::start(engine).await;
    let path = given_place(&api).await;
    let empty = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
    for (name, value, status, code) in [
        (
            "content-range",
            "bytes 0-9/100",
            400,
            "CONTENT_RANGE_NOT_SUPPORTED",
        ),
        ("content-digest", empty, 400, "DIGEST_MISMATCH"),
        ("content-digest", "sha-256=abc", 400, "DIGEST_INVALID"),
        (
            "content-md5",
            "1B2M2Y8AsgTpgAmY7PhCfg==",
            400,
            "DIGEST_MISMATCH",
        ),
        (
            "content-encoding",
            "gzip",
            415,
            "CONTENT_ENCODING_NOT_SUPPORTED",
        ),
    ] {
        let answer = api.send(Method::PUT, &path, &[(name, value)], PNG).await;
        answer.refuses(status, code);
        api.get(&path).await.refuses(404, "KEYFRAME_NOT_FOUND");
    }
    wait_until("nothing is left", || api.stored().is_empty()).await;
    let project = json!({"title": "a", "prompt": "b", "style": "c"}).to_string();
    let headers = [
        ("content-type", "application/json"),
        ("content-digest", empty),
    ];
    let answer = api
        .send(Method::POST, "/api/projects", &headers, project)
        .await;
    answer.refuses(400, "DIGEST_MISMATCH");

    let sha_256 = STANDARD.encode(Sha256::digest(PNG));
    let right = format!("sha-256=:{sha_256}:");
    let headers = [
        ("content-digest", right.as_str()),
        ("content-encoding", "identity"),
    ];
    api.send(Method::PUT, &path, &headers, PNG).await.with(201);
}

#[on_both_engines]
async fn a_body_that_stalls_is_answered(engine: Engine) {
    let api = Api::start_with(engine, &[("GROUNDWORK_HTTP__REQUEST_TIMEOUT_S", "1")]).await;
    let path = given_place(&api).await;
    let length = PNG.len();
    let upload =
        format!("PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n");
    let upload = [upload.as_bytes(), &PNG[..length / 2]].concat();
    let json = "POST /api/projects HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\
                Content-Type: application/json\r\n\r\n{\"title\":";
    for stalled in [upload, json.as_bytes().to_vec()] {
        let answer = api.raw(stalled).await;
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains("BODY_STALLED"), "{answer}");
    }
    wait_until("nothing is left", || api.stored().is_empty()).await;
}
