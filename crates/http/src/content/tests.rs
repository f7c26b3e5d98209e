//! Conditions, ranges and names.

use std::{
    io::Cursor,
    time::{Duration, UNIX_EPOCH},
};

use axum::{Router, body::to_bytes, http::Request, routing::get};
use proptest::prelude::*;
use tower::ServiceExt;

use super::*;

const TEXT: &[u8] = b"0123456789";

async fn content(request: ContentRequest) -> Result<Response, ApiError> {
    let content = Content {
        media_type: "image/png".to_owned(),
        size_bytes: TEXT.len() as u64,
        blake3: "abc".to_owned(),
        // Sun, 06 Nov 1994 08:49:37 GMT, and a half.
        modified_at: Some(UNIX_EPOCH + Duration::from_millis(784_111_777_500)),
        name: "keyframes/01-start.png".to_owned(),
        reader: Cursor::new(TEXT),
    };
    request.answer(content).await
}

async fn ask(method: Method, headers: &[(&str, &str)]) -> (u16, HeaderMap, Vec<u8>) {
    let mut request = Request::builder().method(method).uri("/");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = Router::new()
        .route("/", get(content))
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (parts.status.as_u16(), parts.headers, body.to_vec())
}

#[tokio::test]
async fn the_whole_comes_with_type_length_and_tag() {
    let (status, headers, body) = ask(Method::GET, &[]).await;
    assert_eq!((status, body.as_slice()), (200, TEXT));
    assert_eq!(headers["content-type"], "image/png");
    assert_eq!(headers["content-length"], "10");
    assert_eq!(headers["etag"], "\"abc\"");
    assert_eq!(headers["accept-ranges"], "bytes");
    assert_eq!(
        headers["content-disposition"],
        "inline; filename=\"01-start.png\"; filename*=UTF-8''01-start.png"
    );
}

#[tokio::test]
async fn head_has_the_same_headers_and_no_body() {
    let (status, headers, body) = ask(Method::HEAD, &[]).await;
    assert_eq!((status, body.len()), (200, 0));
    assert_eq!(headers["content-length"], "10");
}

#[tokio::test]
async fn who_has_it_already_gets_304() {
    for tags in [
        "\"abc\"",
        "W/\"abc\"",
        "\"other\", \"abc\"",
        "\"with, comma\",\"abc\"",
        "*",
    ] {
        let (status, headers, body) = ask(Method::GET, &[("if-none-match", tags)]).await;
        assert_eq!((status, body.len()), (304, 0), "{tags}");
        assert_eq!(headers["etag"], "\"abc\"");
    }
    assert_eq!(
        ask(Method::GET, &[("if-none-match", "\"other\"")]).await.0,
        200
    );
}

#[tokio::test]
async fn several_lines_of_tags_are_one_list() {
    let lines = [
        ("if-none-match", "\"other\""),
        ("if-none-match", "W/\"abc\""),
    ];
    assert_eq!(ask(Method::GET, &lines).await.0, 304);
    let lines = [("if-match", "\"other\""), ("if-match", "\"abc\"")];
    assert_eq!(ask(Method::GET, &lines).await.0, 200);
    let within = [("if-none-match", "\"x, abc ,y\"")];
    assert_eq!(ask(Method::GET, &within).await.0, 200);
}

#[tokio::test]
async fn another_content_than_the_caller_means_is_refused() {
    for (name, value) in [
        ("if-match", "\"other\""),
        ("if-match", "W/\"abc\""),
        ("if-match", ""),
        ("if-unmodified-since", "Sun, 06 Nov 1994 08:49:36 GMT"),
    ] {
        let (status, _, body) = ask(Method::GET, &[(name, value)]).await;
        assert_eq!(status, 412, "{name}: {value}");
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["code"], "PRECONDITION_FAILED");
        assert_eq!(ask(Method::HEAD, &[(name, value)]).await.0, 412);
    }
    for (name, value) in [
        ("if-match", "*"),
        ("if-match", "\"abc\""),
        ("if-unmodified-since", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("if-unmodified-since", "yesterday"),
    ] {
        let status = ask(Method::GET, &[(name, value)]).await.0;
        assert_eq!(status, 200, "{name}: {value}");
    }
    // The tag counts, where there is one.
    let both = [
        ("if-match", "\"abc\""),
        ("if-unmodified-since", "Sun, 06 Nov 1994 08:49:36 GMT"),
    ];
    assert_eq!(ask(Method::GET, &both).await.0, 200);
    let both = [("if-match", "\"other\""), ("if-none-match", "\"abc\"")];
    assert_eq!(ask(Method::GET, &both).await.0, 412);
}

#[tokio::test]
async fn a_date_is_compared_by_its_seconds() {
    let since = |date| [("if-modified-since", date)];
    let (status, headers, _) = ask(Method::GET, &since("Sun, 06 Nov 1994 08:49:37 GMT")).await;
    assert_eq!(status, 304);
    assert_eq!(headers["last-modified"], "Sun, 06 Nov 1994 08:49:37 GMT");
    let earlier = since("Sun, 06 Nov 1994 08:49:36 GMT");
    assert_eq!(ask(Method::GET, &earlier).await.0, 200);
    let tag_counts = [
        ("if-none-match", "\"other\""),
        ("if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT"),
    ];
    assert_eq!(ask(Method::GET, &tag_counts).await.0, 200);
}

#[tokio::test]
async fn a_range_is_answered_with_its_part() {
    for (range, text, place) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=8-100", "89", "bytes 8-9/10"),
        ("bytes=0-0", "0", "bytes 0-0/10"),
        ("bytes=-10", "0123456789", "bytes 0-9/10"),
        ("bytes=-1000", "0123456789", "bytes 0-9/10"),
        ("bytes=-99999999999999999999", "0123456789", "bytes 0-9/10"),
        ("bytes=9-99999999999999999999", "9", "bytes 9-9/10"),
        ("Bytes=2-4", "234", "bytes 2-4/10"),
        ("BYTES= ,2-4, ", "234", "bytes 2-4/10"),
    ] {
        let (status, headers, body) = ask(Method::GET, &[("range", range)]).await;
        assert_eq!((status, body.as_slice()), (206, text.as_bytes()), "{range}");
        assert_eq!(headers["content-range"], place);
        assert_eq!(headers["content-length"], text.len().to_string());
    }
}

#[tokio::test]
async fn a_range_outside_is_refused() {
    for range in [
        "bytes=10-",
        "bytes=100-200",
        "bytes=-0",
        "bytes=99999999999999999999-",
    ] {
        let (status, headers, body) = ask(Method::GET, &[("range", range)]).await;
        assert_eq!(status, 416, "{range}");
        assert_eq!(headers["content-range"], "bytes */10");
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["code"], "RANGE_NOT_SATISFIABLE");
    }
}

#[tokio::test]
async fn other_ranges_are_answered_with_the_whole() {
    for range in [
        "bytes=0-1,3-4",
        "lines=1-2",
        "bytes=x",
        "bytes=4-2",
        "bytes=+1-2",
        "bytes=1--2",
        "bytes=-",
        "bytes=",
        "nonsense",
    ] {
        assert_eq!(
            ask(Method::GET, &[("range", range)]).await.0,
            200,
            "{range}"
        );
    }
    let twice = [("range", "bytes=0-1"), ("range", "bytes=3-4")];
    assert_eq!(ask(Method::GET, &twice).await.0, 200);
    let stale = [("range", "bytes=0-1"), ("if-range", "\"older\"")];
    assert_eq!(ask(Method::GET, &stale).await.0, 200);
    for tag in ["W/\"abc\"", "abc", "Tue, 15 Nov 1994 12:45:26 GMT", ""] {
        let weak = [("range", "bytes=0-1"), ("if-range", tag)];
        assert_eq!(ask(Method::GET, &weak).await.0, 200, "{tag}");
    }
    let current = [("range", "bytes=0-1"), ("if-range", "\"abc\"")];
    assert_eq!(ask(Method::GET, &current).await.0, 206);
}

#[test]
fn a_name_cannot_break_out_of_its_header() {
    assert_eq!(
        disposition("image/png", "../a\"b\r\nSet-Cookie: x/ü\".png"),
        "inline; filename=\"__.png\"; filename*=UTF-8''%C3%BC%22.png"
    );
    assert_eq!(
        disposition("image/png", "a\r\nb.png"),
        "inline; filename=\"a__b.png\"; filename*=UTF-8''a%0D%0Ab.png"
    );
}

#[test]
fn what_may_hold_scripts_is_saved_not_shown() {
    for media_type in ["text/html", "image/svg+xml", "application/pdf"] {
        assert!(
            disposition(media_type, "a").starts_with("attachment"),
            "{media_type}"
        );
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

proptest! {
    #[test]
    fn whatever_the_range_the_answer_is_true(
        range in "(bytes=)?[0-9]{0,3}-?[0-9]{0,3}(,[0-9]-)?|bytes=[0-9]{18,30}-[0-9]{0,25}|[ -~]{0,12}",
    ) {
        let (status, headers, body) = wait(ask(Method::GET, &[("range", &range)]));
        match status {
            200 => prop_assert_eq!(body, TEXT),
            206 => {
                let place = headers["content-range"].to_str().unwrap();
                let place = place.strip_prefix("bytes ").unwrap().strip_suffix("/10").unwrap();
                let (first, last) = place.split_once('-').unwrap();
                let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
                prop_assert_eq!(body, &TEXT[first..=last]);
            }
            416 => prop_assert_eq!(&headers["content-range"], "bytes */10"),
            other => prop_assert!(false, "{} for {}", other, range),
        }
    }

    #[test]
    fn whatever_the_name_the_header_is_whole(name in "\\PC*|[\u{0}-\u{7f}]*") {
        let header = disposition("image/png", &name);
        prop_assert!(HeaderValue::from_str(&header).is_ok());
        prop_assert_eq!(header.matches('"').count(), 2);
        prop_assert!(!header.contains('/') && header.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    }
}

#[tokio::test]
async fn content_of_a_time_that_no_header_can_have_is_sent_without_it() {
    let year = Duration::from_secs(366 * 24 * 60 * 60);
    for modified_at in [UNIX_EPOCH - year, UNIX_EPOCH + 9_000 * year] {
        let old = move |request: ContentRequest| async move {
            let content = Content {
                media_type: "image/png".to_owned(),
                size_bytes: TEXT.len() as u64,
                blake3: "abc".to_owned(),
                modified_at: Some(modified_at),
                name: "start.png".to_owned(),
                reader: Cursor::new(TEXT),
            };
            request.answer(content).await
        };
        let request = Request::get("/")
            .header("if-unmodified-since", "Sun, 06 Nov 1994 08:49:37 GMT")
            .body(Body::empty())
            .unwrap();
        let app = Router::new().route("/", get(old));
        let response = app.oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert!(!response.headers().contains_key("last-modified"));
    }
}
