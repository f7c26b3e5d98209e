//! A server whose disk is full, and one that may open no more files.

use std::{fs::File, io::Write as _, path::PathBuf};

use acceptance::{
    Engine, Home, PostgresServer, Program, Server, production::png, send, wait_until,
};
use groundwork_test::TestResponse;
use reqwest::{Client, Method};
use serde_json::json;
use tokio::process::Command;

/// A server over a small disk that holds its database and its files.
struct SmallDisk {
    server: Server,
    _home: Home,
    /// As this process sees the disk, which is mounted for the server alone.
    disk: PathBuf,
}

impl SmallDisk {
    async fn new() -> Self {
        let home = Home::new(Engine::Sqlite).await;
        std::fs::create_dir(home.dir().join("small")).unwrap();
        let script = "mount -t tmpfs -o size=48m small small && exec \"$0\" serve";
        let unshare = ["unshare", "--mount", "--map-root-user", "sh", "-c", script];
        let mut command = within(&home, &unshare);
        command
            .env("GROUNDWORK_DATABASE__URL", "sqlite://small/groundwork.db")
            .env("GROUNDWORK_FILES__ROOT", "small/files");
        let server = Server::start(command).await;
        let root = PathBuf::from(format!("/proc/{}/root", server.pid()));
        let small = home.dir().join("small");
        let disk = root.join(small.strip_prefix("/").unwrap());
        Self {
            server,
            _home: home,
            disk,
        }
    }

    async fn send(&self, method: Method, path: &str, body: Vec<u8>) -> TestResponse {
        let request = Client::new().request(method, self.server.url(path));
        let request = request.header("content-type", "application/json");
        send(request.body(body)).await
    }

    async fn add_project(&self, prompt: &str) -> TestResponse {
        let body = json!({"title": "Dusk", "prompt": prompt, "style": "ink"});
        let body = body.to_string().into_bytes();
        self.send(Method::POST, "/api/projects", body).await
    }

    /// Adds projects until one is refused, which takes up what is left in the log.
    async fn add_projects_until_refused(&self) -> TestResponse {
        for _ in 0..2000 {
            let added = self.add_project(&"a lamp ".repeat(1000)).await;
            if added.status != 201 {
                return added;
            }
        }
        panic!("the full disk takes everything");
    }

    /// Stores a picture of this size, and gives the path of its project.
    async fn add_picture(&self, bytes: usize) -> String {
        let project = self.add_project("a lamp").await.id(201);
        let scene = super::api::scene("dark").to_string().into_bytes();
        let scenes = format!("/api/projects/{project}/scenes");
        let scene = self.send(Method::POST, &scenes, scene).await.id(201);
        let path = format!("/api/scenes/{scene}/keyframes/start");
        let put = self.send(Method::PUT, &path, picture(bytes)).await;
        put.with(201);
        format!("/api/projects/{project}")
    }

    /// Writes until the disk takes nothing more.
    fn fill(&self) {
        let mut ballast = File::create(self.disk.join("ballast")).unwrap();
        for size in [1 << 20, 1 << 12, 1] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
    }

    /// Writes until the disk takes nothing more, beside what was written before.
    fn fill_again(&self) {
        let path = self.disk.join("ballast");
        let mut ballast = File::options().append(true).open(path).unwrap();
        while ballast.write_all(&[0; 1 << 12]).is_ok() {}
    }

    fn has_pictures(&self) -> bool {
        let mut folders = vec![self.disk.join("files")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else if entry.path().extension().is_some() {
                    return true;
                }
            }
        }
        false
    }
}

fn picture(bytes: usize) -> Vec<u8> {
    png(&"x".repeat(bytes))
}

/// `groundwork` by way of a program that starts it.
fn within(home: &Home, program: &[&str]) -> Command {
    let groundwork = home.command(Program::Groundwork, [""; 0]);
    let groundwork = groundwork.as_std();
    let mut command = Command::new(program[0]);
    command
        .args(&program[1..])
        .arg(groundwork.get_program())
        .current_dir(home.dir())
        .env_clear()
        .envs(
            groundwork
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .kill_on_drop(true);
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "mounts filesystems; `cargo xtask test` runs it where that is allowed"]
async fn on_a_full_disk_nothing_is_stored_and_everything_can_be_removed() {
    let small = SmallDisk::new().await;
    let mut projects = Vec::new();
    for _ in 0..4 {
        projects.push(small.add_picture(200_000).await);
    }
    wait_until("the reserve is kept", || {
        let reserve = small.disk.join("groundwork.db-reserve");
        reserve.metadata().is_ok_and(|reserve| reserve.len() > 0)
    })
    .await;
    small.fill();
    small
        .add_projects_until_refused()
        .await
        .refuses(507, "STORAGE_FULL");
    for project in &projects {
        // What is freed is filled again: each removal has only the reserve.
        small
            .send(Method::DELETE, project, Vec::new())
            .await
            .is_done();
        let gone = small.send(Method::GET, project, Vec::new()).await;
        gone.refuses(404, "PROJECT_NOT_FOUND");
        let reserve = small.disk.join("groundwork.db-reserve");
        wait_until("the reserve is taken again", || {
            reserve.metadata().is_ok_and(|reserve| reserve.len() > 0)
        })
        .await;
        small.fill_again();
    }
    wait_until("the files are removed", || !small.has_pictures()).await;
    std::fs::remove_file(small.disk.join("ballast")).unwrap();
    small.add_project("a lamp").await.with(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "mounts filesystems; `cargo xtask test` runs it where that is allowed"]
async fn a_picture_that_does_not_fit_is_refused_as_such() {
    let small = SmallDisk::new().await;
    let project = small.add_picture(1000).await;
    let details = small
        .send(Method::GET, &project, Vec::new())
        .await
        .with(200);
    let scene = details["scenes"][0]["id"].as_str().unwrap();
    small.fill();
    let path = format!("/api/scenes/{scene}/keyframes/end");
    let refused = small.send(Method::PUT, &path, picture(500_000)).await;
    refused.refuses(507, "STORAGE_FULL");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_may_open_no_more_files_says_when_to_try_again() {
    let home = Home::new(Engine::Sqlite).await;
    let limited = ["sh", "-c", "ulimit -n 48; exec \"$0\" serve"];
    let server = Server::start(within(&home, &limited)).await;
    let client = Client::new();
    let body = json!({"title": "Dusk", "prompt": "a lamp", "style": "ink"});
    let project = client
        .post(server.url("/api/projects"))
        .json(&body)
        .send()
        .await;
    let project = project.unwrap();
    assert_eq!(project.status(), 201);
    let project: serde_json::Value = project.json().await.unwrap();
    let path = format!("/api/projects/{}/output", project["id"].as_str().unwrap());
    let film = acceptance::production::MP4;
    let mut idle = Vec::new();
    let mut statuses = Vec::new();
    for _ in 0..60 {
        idle.push(
            tokio::net::TcpStream::connect(server.address())
                .await
                .unwrap(),
        );
        // The connection of the first request is used again.
        let put = client.put(server.url(&path)).body(film).send();
        let Ok(Ok(answer)) = tokio::time::timeout(std::time::Duration::from_secs(5), put).await
        else {
            break;
        };
        let status = answer.status().as_u16();
        if status == 503 {
            assert!(answer.headers().contains_key("retry-after"));
        }
        statuses.push(status);
    }
    assert!(statuses.contains(&503), "{statuses:?}");
    assert!(
        statuses
            .iter()
            .all(|status| [200, 201, 503].contains(status)),
        "{statuses:?}"
    );
    drop(idle);
}

/// PostgreSQL's own word for it, as a server says it whose disk takes nothing more.
const FULL: [&str; 2] = [
    "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       RAISE EXCEPTION 'could not extend file: No space left on device'
         USING ERRCODE = 'disk_full'; END $$",
    "CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON projects
     FOR EACH ROW EXECUTE FUNCTION full_disk()",
];

#[tokio::test]
async fn a_full_disk_of_postgres_is_said_as_such_and_reading_and_removing_go_on() {
    let postgres = PostgresServer::start();
    let mut home = Home::new(Engine::Sqlite).await;
    home.set_database_url(postgres.url());
    let server = home.serve().await;
    let add = || {
        let body = json!({"title": "Dusk", "prompt": "a lamp", "style": "ink"});
        let request = Client::new().post(server.url("/api/projects"));
        let request = request.header("content-type", "application/json");
        send(request.body(body.to_string()))
    };
    let id = add().await.id(201);
    let path = format!("/api/projects/{id}");
    for sql in FULL {
        postgres.run(sql).await;
    }
    add().await.refuses(507, "STORAGE_FULL");
    send(Client::new().get(server.url(&path))).await.with(200);
    send(Client::new().delete(server.url(&path)))
        .await
        .is_done();
    postgres.run("DROP TRIGGER full_disk ON projects").await;
    let _ = add().await.id(201);
    server.stop().await;
}
