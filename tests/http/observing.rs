//! What a server says about its requests: metrics, and a line in its log for each.

use acceptance::{Engine, on_both_engines, production::PNG, wait_until};

use super::api::{Api, NOBODY};

#[on_both_engines]
async fn requests_are_counted_by_route_method_and_status(engine: Engine) {
    let api = Api::start(engine).await;
    let project = api.given_project().await;
    let scene = api.given_scene(&project).await;
    let picture = format!("/api/scenes/{scene}/keyframes/start");
    let content = api.put(&picture, PNG).await;
    let content = format!("{}/content", content.header("location"));
    api.get(&content).await;
    api.get(&format!("/api/projects/{NOBODY}")).await;
    api.get("/nowhere").await;
    api.raw("nonsense\r\n\r\n").await;
    let metrics = api.get("/metrics").await;
    let text = String::from_utf8_lossy(&metrics.body).into_owned();
    let length = PNG.len();
    for line in [
        r#"groundwork_http_requests_total{method="POST",route="/api/projects",status="201"} 1"#.to_owned(),
        r#"groundwork_http_requests_total{method="GET",route="/api/projects/{project}",status="404"} 1"#.to_owned(),
        r#"groundwork_http_requests_total{method="GET",route="none",status="404"} 1"#.to_owned(),
        r#"groundwork_http_requests_total{method="other",route="none",status="400"} 1"#.to_owned(),
        r#"groundwork_http_request_seconds_count{method="POST",route="/api/projects"} 1"#.to_owned(),
        format!(r#"groundwork_http_received_bytes_total{{route="/api/scenes/{{scene}}/keyframes/{{position}}"}} {length}"#),
        format!(r#"groundwork_http_sent_bytes_total{{route="/api/artifacts/{{artifact}}/content"}} {length}"#),
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing:\n{text}");
    }
    assert!(!text.contains(&project), "no series for each id:\n{text}");
    let connections = text
        .lines()
        .find_map(|line| line.strip_prefix("groundwork_http_connections "));
    let connections: u32 = connections.unwrap().parse().unwrap();
    assert!((1..=20).contains(&connections), "{connections}");
}

#[tokio::test]
async fn a_request_is_one_short_line_in_the_log() {
    let api = Api::start(Engine::Sqlite).await;
    let path = format!("/api/projects/{}", "x".repeat(5_000));
    let answer = api.get(&path).await;
    let id = answer.header("x-request-id").to_owned();
    wait_until("it is logged", || api.server.output().contains(&id)).await;
    let log = api.server.output();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains(&id)).collect();
    assert_eq!(lines.len(), 1, "{log}");
    assert!(lines[0].len() < 150, "{}", lines[0]);
    assert!(
        lines[0].contains(" http: GET /api/projects/xxx"),
        "{}",
        lines[0]
    );
}
