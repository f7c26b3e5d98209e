//! Clients that hang up at any moment leave nothing behind for others.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
};

use acceptance::{Engine, Home, Numbers, PostgresServer, cancellations, send};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};

fn request(method: &str, path: &str, body: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn project(title: &str) -> String {
    json!({"title": title, "prompt": "A lamp is lit", "style": "ink"}).to_string()
}

/// One of the things that clients ask for.
fn one(kind: usize, title: &str) -> String {
    match kind {
        0..=2 => request("POST", "/api/projects", &project(title)),
        3 => {
            let article = json!({
                "external_id": title, "title": title, "source_name": "The Quay",
                "url": format!("https://quay.example/{title}"), "content": "It rains.",
                "published_at": "2026-03-01T10:00:00Z", "sentiment_score": 0.5,
                "entities": [{"name": "Rain", "score": 0.5, "category": "model"}],
            });
            request("POST", "/api/articles", &article.to_string())
        }
        4 => request("GET", "/api/projects", ""),
        5 => request("GET", "/api/articles", ""),
        _ => request("GET", "/health/ready", ""),
    }
}

/// The answer, unless the client hangs up before it is whole.
async fn ask(address: &str, text: &str, numbers: &mut Numbers) -> Option<String> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    if numbers.below(2) == 0 {
        // Closed by a reset, as when the client is killed.
        stream.set_zero_linger().unwrap();
    }
    // Often while the request is on its way, sometimes when its answer is.
    let longest = numbers.one_of(&[2_000, 15_000, 60_000, 250_000]);
    let wait = numbers.micros_below(longest);
    let asked = async {
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    };
    timeout(wait, asked).await.ok()
}

/// Adds a project and reads it again, over and over; how often.
async fn goes_on(origin: String, name: String, done: Arc<AtomicBool>) -> usize {
    let client = Client::new();
    let mut rounds = 0;
    while !done.load(SeqCst) {
        let title = format!("{name} {rounds}");
        let added = client.post(format!("{origin}/api/projects"));
        let added = added.header("content-type", "application/json");
        let id = send(added.body(project(&title))).await.id(201);
        let found = send(client.get(format!("{origin}/api/projects/{id}"))).await;
        assert_eq!(found.with(200)["title"], title);
        rounds += 1;
    }
    rounds
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_hang_up_leave_no_transaction_and_no_answer_behind() {
    let postgres = PostgresServer::start();
    let mut home = Home::new(Engine::Sqlite).await;
    home.set_database_url(postgres.url());
    let server = home.serve().await;
    let (hung_up, done) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicBool::new(false)),
    );

    let mut clients = JoinSet::new();
    for client in 0..8 {
        let (address, hung_up) = (server.address().to_owned(), Arc::clone(&hung_up));
        clients.spawn(async move {
            let mut numbers = Numbers(client);
            let mut stored = Vec::new();
            let mut round = 0;
            while hung_up.load(SeqCst) < cancellations(800) {
                round += 1;
                let title = format!("c{client}-{round}");
                let text = one(numbers.below(7), &title);
                match ask(&address, &text, &mut numbers).await {
                    Some(answer) if answer.starts_with("HTTP/1.1 201 ") => {
                        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
                        let body: Value = serde_json::from_str(body).unwrap();
                        if text.starts_with("POST /api/projects ") {
                            assert_eq!(body["title"], title, "{answer}");
                            stored.push(body);
                        }
                    }
                    Some(answer) => assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}"),
                    None => {
                        hung_up.fetch_add(1, SeqCst);
                    }
                }
            }
            stored
        });
    }
    let mut others = JoinSet::new();
    for other in 0..2 {
        let name = format!("Beside {other}");
        others.spawn(goes_on(server.url(""), name, Arc::clone(&done)));
    }
    let mut stored = Vec::new();
    while let Some(client) = clients.join_next().await {
        stored.extend(client.unwrap());
    }
    done.store(true, SeqCst);
    while let Some(other) = others.join_next().await {
        assert!(other.unwrap() > 0);
    }

    assert!(!stored.is_empty(), "every client hung up");
    for project in stored {
        let path = format!("/api/projects/{}", project["id"].as_str().unwrap());
        let found = send(Client::new().get(server.url(&path))).await;
        assert_eq!(found.with(200)["title"], project["title"]);
    }
    let output = server.stop().await;
    assert!(!output.contains("panicked"), "{output}");
    let log = postgres.log();
    let warnings: Vec<_> = (log.lines())
        .filter(|line| line.contains("WARNING"))
        .collect();
    assert!(warnings.is_empty(), "{warnings:#?}");
}
