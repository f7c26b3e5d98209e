//! Files on their way out.

use acceptance::{Engine, on_both_engines, production::png};
use reqwest::Method;

use super::api::Api;

/// A stored picture and the path of its content.
async fn given_picture(api: &Api) -> (Vec<u8>, String) {
    let picture = png(&"a longer comment ".repeat(2000));
    let project = api.given_project().await;
    let scene = api.given_scene(&project).await;
    let path = format!("/api/scenes/{scene}/keyframes/start?name=dusk.png");
    let made = api.put(&path, picture.clone()).await;
    made.with(201);
    (picture, format!("{}/content", made.header("location")))
}

#[on_both_engines]
async fn content_comes_back_byte_for_byte_and_says_what_it_is(engine: Engine) {
    let api = Api::start(engine).await;
    let (picture, path) = given_picture(&api).await;
    let whole = api.get(&path).await;
    assert_eq!((whole.status, &whole.body[..]), (200, &picture[..]));
    assert_eq!(whole.header("content-type"), "image/png");
    assert_eq!(whole.header("content-length"), picture.len().to_string());
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(whole.header("x-content-type-options"), "nosniff");
    assert!(whole.header("content-disposition").contains("dusk.png"));

    let head = api.send(Method::HEAD, &path, &[], "").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), picture.len().to_string());
    assert_eq!(head.header("etag"), whole.header("etag"));
    let head = path.trim_end_matches("/content");
    let head = api.send(Method::HEAD, head, &[], "").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[on_both_engines]
async fn who_has_the_content_is_not_sent_it_again(engine: Engine) {
    let api = Api::start(engine).await;
    let (_, path) = given_picture(&api).await;
    let etag = api.get(&path).await.header("etag").to_owned();
    assert!(etag.len() > 60, "{etag}");
    let again = api
        .send(Method::GET, &path, &[("if-none-match", &etag)], "")
        .await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), etag);
    let request = format!(
        "HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         If-None-Match: \"another\"\r\nIf-None-Match: {etag}\r\n\r\n"
    );
    let head = api.raw(request).await.to_lowercase();
    assert!(head.starts_with("http/1.1 304"), "{head}");
    assert!(!head.contains("content-length"), "{head}");
    let other = [("if-none-match", "\"another\"")];
    assert_eq!(api.send(Method::GET, &path, &other, "").await.status, 200);
}

#[on_both_engines]
async fn a_range_is_exactly_that_range(engine: Engine) {
    let api = Api::start(engine).await;
    let (picture, path) = given_picture(&api).await;
    let size = picture.len();
    for (range, expected) in [
        ("bytes=0-0".to_owned(), 0..1),
        ("bytes=10-99".to_owned(), 10..100),
        (format!("bytes={}-", size - 7), size - 7..size),
        ("bytes=-7".to_owned(), size - 7..size),
        (format!("bytes=-{}", size + 1000), 0..size),
        ("BYTES=10-99".to_owned(), 10..100),
        (format!("bytes=5-{}", size * 2), 5..size),
    ] {
        let part = api.send(Method::GET, &path, &[("range", &range)], "").await;
        assert_eq!(part.status, 206, "{range}");
        assert_eq!(part.body, picture[expected.clone()], "{range}");
        let header = format!("bytes {}-{}/{size}", expected.start, expected.end - 1);
        assert_eq!(part.header("content-range"), header, "{range}");
    }
    let beyond = format!("bytes={size}-");
    let refused = api
        .send(Method::GET, &path, &[("range", &beyond)], "")
        .await;
    refused.refuses(416, "RANGE_NOT_SATISFIABLE");
    assert_eq!(refused.header("content-range"), format!("bytes */{size}"));
    for (name, value) in [
        ("range", "bytes=9-1"),
        ("range", "lines=1-2"),
        ("range", "bytes=0-1,4-5"),
    ] {
        let whole = api.send(Method::GET, &path, &[(name, value)], "").await;
        assert_eq!((whole.status, whole.body.len()), (200, size), "{value}");
    }
    let other_version = [("range", "bytes=0-9"), ("if-range", "\"another\"")];
    let whole = api.send(Method::GET, &path, &other_version, "").await;
    assert_eq!((whole.status, whole.body.len()), (200, size));
}

#[on_both_engines]
async fn another_content_than_the_caller_means_is_not_sent(engine: Engine) {
    let api = Api::start(engine).await;
    let (_, path) = given_picture(&api).await;
    let whole = api.get(&path).await;
    let (etag, modified) = (whole.header("etag"), whole.header("last-modified"));
    for (name, value) in [
        ("if-match", "\"another\""),
        ("if-unmodified-since", "Sun, 06 Nov 1994 08:49:37 GMT"),
    ] {
        let refused = api.send(Method::GET, &path, &[(name, value)], "").await;
        refused.refuses(412, "PRECONDITION_FAILED");
    }
    for (name, value) in [("if-match", etag), ("if-unmodified-since", modified)] {
        let sent = api.send(Method::GET, &path, &[(name, value)], "").await;
        assert_eq!((sent.status, &sent.body), (200, &whole.body), "{name}");
    }
    let since = [("if-modified-since", modified)];
    assert_eq!(api.send(Method::GET, &path, &since, "").await.status, 304);
}

#[on_both_engines]
async fn no_path_leads_out_of_the_store(engine: Engine) {
    let api = Api::start(engine).await;
    let secret = "a secret outside of the store";
    std::fs::write(api.home.dir().join("secret"), secret).unwrap();
    for path in [
        "/../secret",
        "/api/artifacts/../../secret/content",
        "/api/artifacts/..%2f..%2fsecret/content",
        "/api/artifacts/%2e%2e%2f%2e%2e%2fsecret",
        "/api/artifacts/..%5c..%5csecret/content",
        "/api/artifacts/secret%00/content",
        "/api/artifacts/%ff%fe/content",
        "//secret",
        "/api//projects",
        "/var/files",
    ] {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = api.raw(request).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{path}: {answer}");
        assert!(!answer.contains(secret), "{path}: {answer}");
        assert!(answer.contains("\"code\":"), "{path}: {answer}");
    }
}
