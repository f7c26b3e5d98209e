//! `/api/projects/{project}/scenes` and `/api/scenes`

use axum::{extract::State, http::StatusCode};
use groundwork_core::services::studio::{
    NewScene, Position, ProjectId, Scene, SceneChange, SceneId,
};
use groundwork_http::{Json, Path};
use serde::Deserialize;

use super::optional::given;
use crate::foundation::Foundation;
use crate::routes::answer::{Answer, Created};

/// A scene to be added.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Addition {
    /// Last, unless said otherwise.
    position: Option<Place>,
    description: String,
    start_prompt: String,
    end_prompt: String,
    motion_prompt: String,
    duration_ms: Option<i64>,
}

/// What is to change of a scene; what is left out stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    description: Option<String>,
    start_prompt: Option<String>,
    end_prompt: Option<String>,
    motion_prompt: Option<String>,
    #[serde(default, deserialize_with = "given")]
    duration_ms: Option<Option<i64>>,
}

/// Where a scene is to go.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Move {
    position: Place,
}

/// An index from 0, `"first"` or `"last"`.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected an index from 0, \"first\" or \"last\""
)]
enum Place {
    Index(usize),
    End(End),
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum End {
    First,
    Last,
}

impl From<Place> for Position {
    fn from(place: Place) -> Self {
        match place {
            Place::Index(index) => Self::At(index),
            Place::End(End::First) => Self::First,
            Place::End(End::Last) => Self::Last,
        }
    }
}

pub(super) async fn list(
    State(parts): State<Foundation>,
    Path(project): Path<ProjectId>,
) -> Answer<Json<Vec<Scene>>> {
    let reader = parts.db.reader();
    parts.studio.project(&reader, project).await?;
    let scenes = parts.studio.list_scenes(&reader, project).await?;
    Ok(Json(scenes))
}

pub(super) async fn add(
    State(parts): State<Foundation>,
    Path(project): Path<ProjectId>,
    Json(body): Json<Addition>,
) -> Answer<Created<Scene>> {
    let new = NewScene {
        project,
        position: body.position.map_or(Position::Last, Position::from),
        description: body.description,
        start_prompt: body.start_prompt,
        end_prompt: body.end_prompt,
        motion_prompt: body.motion_prompt,
        duration_ms: body.duration_ms,
    };
    let work = parts.db.begin().await?;
    let scene = parts.studio.add_scene(&work, new).await?;
    work.commit().await?;
    Ok(Created {
        location: format!("/api/scenes/{}", scene.id),
        body: scene,
    })
}

pub(super) async fn show(
    State(parts): State<Foundation>,
    Path(scene): Path<SceneId>,
) -> Answer<Json<Scene>> {
    let scene = parts.studio.scene(&parts.db.reader(), scene).await?;
    Ok(Json(scene))
}

pub(super) async fn change(
    State(parts): State<Foundation>,
    Path(scene): Path<SceneId>,
    Json(body): Json<Change>,
) -> Answer<Json<Scene>> {
    let change = SceneChange {
        description: body.description,
        start_prompt: body.start_prompt,
        end_prompt: body.end_prompt,
        motion_prompt: body.motion_prompt,
        duration_ms: body.duration_ms,
    };
    let work = parts.db.begin().await?;
    let scene = parts.studio.set_scene(&work, scene, change).await?;
    work.commit().await?;
    Ok(Json(scene))
}

pub(super) async fn relocate(
    State(parts): State<Foundation>,
    Path(scene): Path<SceneId>,
    Json(body): Json<Move>,
) -> Answer<Json<Scene>> {
    let work = parts.db.begin().await?;
    let to = body.position.into();
    let scene = parts.studio.move_scene(&work, scene, to).await?;
    work.commit().await?;
    Ok(Json(scene))
}

pub(super) async fn remove(
    State(parts): State<Foundation>,
    Path(scene): Path<SceneId>,
) -> Answer<StatusCode> {
    let work = parts.db.begin().await?;
    parts.studio.remove_scene(&work, scene).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
