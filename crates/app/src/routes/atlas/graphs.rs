//! `/api/graphs`

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use groundwork_core::{
    page::Page,
    services::atlas::{
        Kept, VideoId,
        graph::{
            self, Direction, Graph, GraphId, GraphPath, GraphSummary, ImportedGraph, MAX_HOPS,
            NeighbourQuery, Neighbourhood, NewGraph, PathQuery, View,
        },
    },
};
use groundwork_http::{ApiError, Json, PageQuery, Path, Query, RawBody};
use serde::{Deserialize, Deserializer, de::Error as _};
use utoipa::IntoParams;

use crate::routes::response::{ApiResult, Created};
use crate::state::AppState;

/// `ID`, `ID.svg`, `ID.graphml`, …
pub(super) struct GraphPathSegment {
    graph: GraphId,
    /// `None`: as `Accept` says.
    view: Option<View>,
}

impl<'de> Deserialize<'de> for GraphPathSegment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (id, ending) = match text.split_once('.') {
            Some((id, ending)) => (id, Some(ending)),
            None => (text.as_str(), None),
        };
        let known = |ending| {
            View::of_ending(ending).ok_or_else(|| {
                D::Error::custom("a graph ends with .json, .jsonld, .graphml, .dot or .svg")
            })
        };
        Ok(Self {
            graph: id.parse().map_err(D::Error::custom)?,
            view: ending.map(known).transpose()?,
        })
    }
}

/// The parameters of a graph beside its content.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportOptions {
    /// What identifies the graph across imports; its own name if it is left out.
    #[param(min_length = 1, example = "lighthouse")]
    name: Option<String>,
    /// What people call it; its name if it is left out.
    #[param(min_length = 1, example = "The lighthouse")]
    title: Option<String>,
    /// The video that it was made from.
    #[param(value_type = Option<Uuid>)]
    video: Option<VideoId>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Near {
    /// The key of the node.
    #[param(pattern = "^[^\\u0000]*$", example = "lamp")]
    node: String,
    /// How many edges away they are at most.
    #[serde(default = "one")]
    #[param(minimum = 1, maximum = 16, default = 1)]
    depth: u32,
    /// Which way edges are followed: as they lead, and either way in an undirected graph, if it is
    /// left out.
    #[param(inline)]
    direction: Option<Direction>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Ends {
    /// The key of the node that it starts from.
    #[param(pattern = "^[^\\u0000]*$", example = "keeper")]
    from: String,
    /// The key of the node that it leads to.
    #[param(pattern = "^[^\\u0000]*$", example = "lamp")]
    to: String,
    /// How many edges it has at most.
    #[serde(default = "most")]
    #[param(minimum = 1, maximum = 10000, default = 10000)]
    max_hops: u32,
    /// Which way edges are followed: as they lead, and either way in an undirected graph, if it is
    /// left out.
    #[param(inline)]
    direction: Option<Direction>,
}

fn one() -> u32 {
    1
}

fn most() -> u32 {
    MAX_HOPS
}

/// Lists knowledge graphs, newest first
#[utoipa::path(
    get, path = "/api/graphs", operation_id = "list_graphs", tag = "graphs",
    params(PageQuery),
    responses((status = 200, description = "A page of graphs", body = Page<GraphSummary>))
)]
pub(super) async fn list(
    State(parts): State<AppState>,
    PageQuery(page): PageQuery,
) -> ApiResult<Json<Page<GraphSummary>>> {
    let reader = parts.db.replica_reader();
    let page = parts.atlas.list_graphs(&reader, page).await?;
    Ok(Json(page))
}

/// Stores a knowledge graph
///
/// One of the same name is changed where it differs.
#[utoipa::path(
    post, path = "/api/graphs", operation_id = "import_graph", tag = "graphs",
    params(ImportOptions),
    request_body(description = "The graph", content((Object = "application/json", example = json!({"name": "lighthouse", "directed": true, "nodes": [{"id": "keeper"}, {"id": "lamp"}], "edges": [{"source": "keeper", "target": "lamp"}]})), (Object = "application/ld+json"), (String = "application/graphml+xml"))),
    responses((status = 201, description = "A new graph", body = ImportedGraph),
        (status = 200, description = "The graph was there", body = ImportedGraph)),
    extensions(("x-errors" = json!(["404 VIDEO_NOT_FOUND", "409 CHANGED_MEANWHILE", "409 REMOVED_MEANWHILE", "422 GRAPH_INVALID"])), ("x-resource" = json!("graph /graph/id")))
)]
pub(super) async fn add(
    State(parts): State<AppState>,
    Query(options): Query<ImportOptions>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> ApiResult<Response> {
    let format = format_of(&headers)?;
    let content = apart(move || graph::read(&body, format)).await?;
    let content = content.map_err(|error| {
        let detail = error.to_string();
        ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "GRAPH_INVALID", detail)
    })?;
    let Some(name) = options.name.as_deref().or(content.name()) else {
        let detail = "the graph has no name of its own: give it one with ?name=";
        return Err(ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "GRAPH_INVALID",
            detail,
        ));
    };
    let new = NewGraph {
        name,
        title: options.title.as_deref(),
        video: options.video,
        graph: &content,
    };
    let work = parts.db.begin().await?;
    let imported: ImportedGraph = parts.atlas.import_graph(&work, &new).await?;
    work.commit().await?;
    Ok(match imported.outcome {
        Kept::Added => Created {
            location: format!("/api/graphs/{}", imported.graph.id),
            body: imported,
        }
        .into_response(),
        Kept::Updated | Kept::Unchanged => Json(imported).into_response(),
    })
}

/// Reads a knowledge graph
///
/// As a summary, or in the form that the ending of the path or `Accept` asks for.
#[utoipa::path(
    get, path = "/api/graphs/{graph}", operation_id = "get_graph", tag = "graphs",
    params(("graph" = String, Path, description = "The graph's id; with an ending for that form: `.json`, `.jsonld`, `.graphml`, `.dot` or `.svg`", example = "0199b2c4-7f1e-7a30-8a55-1c9d3c1f7b21", pattern = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}([.](json|jsonld|graphml|dot|svg))?$")),
    responses((status = 200, description = "The graph", content((GraphSummary = "application/json"), (Object = "application/ld+json"), (String = "application/graphml+xml"), (String = "text/vnd.graphviz"), (String = "image/svg+xml")))),
    extensions(("x-errors" = json!(["404 GRAPH_NOT_FOUND", "413 TOO_LARGE_TO_DRAW"])))
)]
pub(super) async fn show(
    State(parts): State<AppState>,
    Path(asked): Path<GraphPathSegment>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let (db, atlas, graph) = (&parts.db, &parts.atlas, asked.graph);
    let Some(view) = asked.view.or_else(|| accepted(&headers)) else {
        let summary = db
            .find(|rows| async move { atlas.graph(&rows, graph).await })
            .await?;
        return Ok((varying(), Json(summary)).into_response());
    };
    let content: Graph = db
        .find(|rows| async move { atlas.graph_content(&rows, graph).await })
        .await?;
    let text = apart(move || view.render(&content)).await?;
    let text = text.map_err(|error| {
        let detail = error.to_string();
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE_TO_DRAW", detail)
    })?;
    let media_type = [(header::CONTENT_TYPE, view.media_type())];
    Ok((varying(), media_type, text).into_response())
}

/// Removes a knowledge graph
#[utoipa::path(
    delete, path = "/api/graphs/{graph}", operation_id = "delete_graph", tag = "graphs",
    params(("graph" = GraphId, Path, description = "The graph's id")),
    responses((status = 204, description = "It is removed")),
    extensions(("x-errors" = json!(["404 GRAPH_NOT_FOUND"])))
)]
pub(super) async fn remove(
    State(parts): State<AppState>,
    Path(graph): Path<GraphId>,
) -> ApiResult<StatusCode> {
    let work = parts.db.begin_removal().await?;
    parts.atlas.remove_graph(&work, graph).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Finds the nodes near a node
#[utoipa::path(
    get, path = "/api/graphs/{graph}/neighbours", operation_id = "list_neighbours", tag = "graphs",
    params(("graph" = GraphId, Path, description = "The graph's id"), Near),
    responses((status = 200, description = "The nodes, nearest first", body = Neighbourhood)),
    extensions(("x-errors" = json!(["404 GRAPH_NOT_FOUND", "404 NODE_NOT_FOUND", "413 SEARCH_TOO_WIDE"])))
)]
pub(super) async fn neighbours(
    State(parts): State<AppState>,
    Path(graph): Path<GraphId>,
    Query(near): Query<Near>,
) -> ApiResult<Json<Neighbourhood>> {
    let query = NeighbourQuery {
        node: near.node,
        depth: near.depth,
        direction: near.direction,
    };
    let (atlas, query) = (&parts.atlas, &query);
    let found = parts
        .db
        .find(|rows| async move { atlas.graph_neighbourhood(&rows, graph, query).await })
        .await?;
    Ok(Json(found))
}

/// Finds a shortest path between two nodes
#[utoipa::path(
    get, path = "/api/graphs/{graph}/path", operation_id = "find_path", tag = "graphs",
    params(("graph" = GraphId, Path, description = "The graph's id"), Ends),
    responses((status = 200, description = "The path", body = GraphPath)),
    extensions(("x-errors" = json!(["404 GRAPH_NOT_FOUND", "404 NODE_NOT_FOUND", "404 NO_PATH", "413 SEARCH_TOO_WIDE"])))
)]
pub(super) async fn path(
    State(parts): State<AppState>,
    Path(graph): Path<GraphId>,
    Query(ends): Query<Ends>,
) -> ApiResult<Json<GraphPath>> {
    let query = PathQuery {
        from: ends.from,
        to: ends.to,
        max_hops: ends.max_hops,
        direction: ends.direction,
    };
    let (atlas, query) = (&parts.atlas, &query);
    let found = parts
        .db
        .find(|rows| async move { atlas.graph_path(&rows, graph, query).await })
        .await?;
    match found {
        Some(path) => Ok(Json(path)),
        None => {
            let detail = format!(
                "no path of at most {} edges leads from {:?} to {:?}",
                query.max_hops, query.from, query.to
            );
            Err(ApiError::new(StatusCode::NOT_FOUND, "NO_PATH", detail))
        }
    }
}

/// The format that `Content-Type` names; `None` for JSON, whose content shows which of two it is.
fn format_of(headers: &HeaderMap) -> Result<Option<graph::Format>, ApiError> {
    match media_types(headers, header::CONTENT_TYPE).next().as_deref() {
        Some("application/json") => Ok(None),
        Some("application/ld+json") => Ok(Some(graph::Format::JsonLd)),
        Some("application/graphml+xml" | "application/xml" | "text/xml") => {
            Ok(Some(graph::Format::GraphMl))
        }
        _ => Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "the body must be a graph, with the header Content-Type: application/json, \
             application/ld+json or application/graphml+xml",
        )),
    }
}

/// The first view that the caller asks for by its media type; JSON is the summary.
fn accepted(headers: &HeaderMap) -> Option<View> {
    media_types(headers, header::ACCEPT).find_map(|media_type| {
        Some(match media_type.as_str() {
            "application/json" | "*/*" => None,
            "application/ld+json" => Some(View::As(graph::Format::JsonLd)),
            "application/graphml+xml" => Some(View::As(graph::Format::GraphMl)),
            "image/svg+xml" => Some(View::Svg),
            "text/vnd.graphviz" => Some(View::Dot),
            _ => return None,
        })
    })?
}

/// The media types of a header in their order, without parameters.
fn media_types(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = String> {
    let values = headers.get(name).and_then(|value| value.to_str().ok());
    values
        .unwrap_or_default()
        .split(',')
        .filter_map(|media_type| media_type.split(';').next())
        .map(|media_type| media_type.trim().to_ascii_lowercase())
}

fn varying() -> [(header::HeaderName, HeaderValue); 1] {
    [(header::VARY, HeaderValue::from_static("accept"))]
}

/// Runs what takes its time where it holds up nobody else.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ApiError::internal(&error))
}
