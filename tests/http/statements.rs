//! What the main routes cost: the statements that PostgreSQL itself writes to its log for each.
//! `studio::statements` counts on both engines.

use acceptance::{Engine, Home, PostgresServer, Program, Scratch, Server, Stop, production::PNG};

use super::api::{Api, scene};

/// A service over a server of its own that logs each statement.
struct Logged {
    postgres: PostgresServer,
    api: Api,
}

impl Logged {
    async fn start() -> Self {
        let mut postgres = PostgresServer::start();
        postgres.run("ALTER SYSTEM SET log_statement = 'all'").await;
        postgres.run("ALTER SYSTEM SET log_line_prefix = ''").await;
        postgres.stop(Stop::Fast);
        postgres.start_again();
        // For its folder.
        let mut home = Home::over(Scratch::empty(Engine::Sqlite).await);
        home.set_database_url(postgres.url());
        let api = Api {
            server: Server::start(home.command(Program::Groundwork, ["serve"])).await,
            home,
            client: reqwest::Client::new(),
        };
        Self { postgres, api }
    }

    /// The statements that were logged behind the first `start` bytes.
    fn since(&self, start: usize) -> Vec<String> {
        let log = self.postgres.log();
        let lines = log[start..].lines();
        let statements = lines.filter_map(|line| {
            let statement = line.strip_prefix("LOG:  ")?;
            let executed = statement
                .strip_prefix("execute ")
                .and_then(|it| it.split_once(": "));
            let text = executed.map(|(_, text)| text);
            text.or_else(|| statement.strip_prefix("statement: "))
        });
        statements
            // The sweeper of the file store works beside the requests.
            .filter(|text| !text.contains("file_trash"))
            .map(str::to_owned)
            .collect()
    }
}

/// Those between BEGIN and COMMIT.
fn within(statements: &[String]) -> &[String] {
    let is = |word: &'static str| move |text: &String| text.starts_with(word);
    let begin = statements.iter().position(is("BEGIN")).expect("a BEGIN");
    let commit = statements.iter().position(is("COMMIT")).expect("a COMMIT");
    &statements[begin + 1..commit]
}

#[tokio::test]
async fn the_main_routes_send_no_statement_too_many() {
    let logged = Logged::start().await;
    let api = &logged.api;
    let project = api.given_project().await;
    let first = api.given_scene(&project).await;
    let keyframe = format!("/api/scenes/{first}/keyframes/start");
    let keyframe = api.put(&keyframe, PNG).await;
    let content = format!("{}/content", keyframe.header("location"));
    let scenes = format!("/api/projects/{project}/scenes");

    let start = logged.postgres.log().len();
    let last = api.post(&scenes, &scene("the last")).await.id(201);
    let sent = logged.since(start);
    assert_eq!(within(&sent).len(), 5, "{sent:#?}");

    let start = logged.postgres.log().len();
    let path = format!("/api/projects/{project}");
    let details = api.get(&path).await.with(200);
    let sent = logged.since(start);
    assert_eq!(details["scenes"][1]["id"], last);
    assert_eq!(sent.len(), 1, "{sent:#?}");

    let start = logged.postgres.log().len();
    assert_eq!(api.get(&content).await.status, 200);
    let sent = logged.since(start);
    assert_eq!(sent.len(), 1, "{sent:#?}");

    let start = logged.postgres.log().len();
    api.delete(&format!("/api/scenes/{last}")).await.is_done();
    let sent = logged.since(start);
    assert_eq!(within(&sent).len(), 7, "{sent:#?}");
}
