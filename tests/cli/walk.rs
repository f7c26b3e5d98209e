//! The walk of the README: import, list, show, export, and the same again.

use acceptance::{
    Engine, Home, Server, on_both_engines,
    production::{Production, files_below, lighthouse, stored_below},
};
use serde_json::Value;

/// Whether a server runs while the commands do.
#[derive(Clone, Copy, Debug)]
enum Beside {
    Nothing,
    AServer,
}

async fn arrive(engine: Engine, beside: Beside) -> (Home, Option<Server>) {
    let home = Home::new(engine).await;
    let server = match beside {
        Beside::Nothing => None,
        Beside::AServer => Some(home.serve().await),
    };
    (home, server)
}

async fn import_lighthouse(home: &Home) -> Value {
    let folder = lighthouse();
    let arguments = ["studio", "import", "--json"].map(AsRef::as_ref);
    home.groundwork(arguments.into_iter().chain([folder.as_os_str()]))
        .await
        .json()
}

fn id_of(imported: &Value) -> &str {
    imported["project"]["id"].as_str().expect("an id")
}

#[on_both_engines]
async fn an_imported_production_is_listed_and_shown(
    engine: Engine,
    #[values(Beside::Nothing, Beside::AServer)] beside: Beside,
) {
    let (home, _server) = arrive(engine, beside).await;
    let imported = import_lighthouse(&home).await;
    assert_eq!(imported["outcome"], "stored");
    assert_eq!(
        (&imported["scenes"], &imported["files"]),
        (&4.into(), &14.into())
    );
    let id = id_of(&imported);

    let list = home.groundwork(["studio", "list"]).await.succeeded();
    assert!(
        list.contains(id) && list.contains("The Last Keeper of Skerryholm"),
        "{list}"
    );
    let shown = home.groundwork(["studio", "show", id]).await.succeeded();
    assert!(shown.contains("The Last Keeper of Skerryholm"), "{shown}");
    let shown = home
        .groundwork(["studio", "show", id, "--json"])
        .await
        .json();
    let scenes = shown["scenes"].as_array().expect("scenes");
    assert_eq!(scenes.len(), 4);
    assert!(
        scenes
            .iter()
            .all(|it| it["keyframes"].as_array().is_some_and(|it| it.len() == 2))
    );
    assert_eq!(scenes[1]["clips"].as_array().map(Vec::len), Some(2));
}

#[on_both_engines]
async fn an_exported_production_is_the_imported_one_byte_for_byte(
    engine: Engine,
    #[values(Beside::Nothing, Beside::AServer)] beside: Beside,
) {
    let (home, _server) = arrive(engine, beside).await;
    let imported = import_lighthouse(&home).await;
    let export = home.groundwork(["studio", "export", id_of(&imported), "copy"]);
    let _ = export.await.succeeded();
    assert!(files_below(&home.dir().join("copy")) == files_below(&lighthouse()));
}

#[on_both_engines]
async fn a_second_import_stores_nothing_and_says_so(
    engine: Engine,
    #[values(Beside::Nothing, Beside::AServer)] beside: Beside,
) {
    let (home, _server) = arrive(engine, beside).await;
    let first = import_lighthouse(&home).await;
    let stored = stored_below(&home.dir().join("var/files"));
    let second = import_lighthouse(&home).await;
    assert_eq!(second["outcome"], "already_stored");
    assert_eq!(id_of(&second), id_of(&first));
    assert!(stored_below(&home.dir().join("var/files")) == stored);

    let folder = lighthouse();
    let words = home
        .groundwork(["studio".as_ref(), "import".as_ref(), folder.as_os_str()])
        .await
        .succeeded();
    assert!(
        words.contains("already") && words.contains(id_of(&first)),
        "{words}"
    );
    let list = home.groundwork(["studio", "list", "--json"]).await.json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
}

#[on_both_engines]
async fn a_running_server_shows_what_a_command_imports(engine: Engine) {
    let (home, server) = arrive(engine, Beside::AServer).await;
    let server = server.expect("a server");
    let imported = import_lighthouse(&home).await;
    let get = |path: String| reqwest::get(server.url(&path));

    let list: Value = get("/api/projects".to_owned())
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(list["items"][0]["id"], imported["project"]["id"]);
    let project = get(format!("/api/projects/{}", id_of(&imported)))
        .await
        .unwrap();
    let project: Value = project.json().await.unwrap();
    let keyframe = &project["scenes"][0]["keyframes"][0];
    let artifact = keyframe["artifact"]["id"].as_str().expect("an artifact");
    let position = keyframe["position"].as_str().expect("a position");
    let content = get(format!("/api/artifacts/{artifact}/content"))
        .await
        .unwrap();
    assert_eq!(content.headers()["content-type"], "image/png");
    let original = lighthouse().join(format!("keyframes/00-{position}.png"));
    assert!(content.bytes().await.unwrap() == std::fs::read(original).unwrap());
}

#[on_both_engines]
async fn of_two_imports_of_one_production_at_once_one_stores_it(engine: Engine) {
    let home = Home::new(engine).await;
    Production::with_scenes(6).write_to(&home.dir().join("production"));
    let import = || home.groundwork(["studio", "import", "production", "--json"]);
    let (one, other) = tokio::join!(import(), import());
    let (one, other) = (one.json(), other.json());
    assert_eq!(id_of(&one), id_of(&other));
    assert_ne!(one["outcome"], other["outcome"]);

    // What the one that came too late had published is gone, at the latest after a start.
    home.serve().await.stop().await;
    assert_eq!(stored_below(&home.dir().join("var/files")).len(), 19);
}

#[on_both_engines]
async fn a_removed_project_takes_its_files_with_it(engine: Engine) {
    let home = Home::new(engine).await;
    let imported = import_lighthouse(&home).await;
    let _ = home
        .groundwork(["studio", "remove", id_of(&imported)])
        .await
        .succeeded();
    assert!(stored_below(&home.dir().join("var/files")).is_empty());
    let _ = home
        .groundwork(["studio", "show", id_of(&imported)])
        .await
        .failed(65);
    assert_eq!(import_lighthouse(&home).await["outcome"], "stored");
}
