//! Import: makes a stored graph equal to a document, in one unit of work.

use std::collections::{BTreeMap, HashMap};

use entity::atlas::{
    GraphEdgeId, GraphId, GraphNodeId, VideoId, graph_edges, graph_nodes, knowledge_graphs,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, sea_query::OnConflict,
};
use serde_json::Value;
use tracing::info;

use super::{
    elements::{Edge, EdgeKey, Node, Properties},
    error::GraphError,
    model::Graph,
    rules,
    views::{Changes, ImportedGraph},
};
use crate::{
    db::{Doing as _, UnitOfWork},
    services::atlas::{Atlas, Kept},
};

/// How many rows one statement brings or takes: both engines bound the number of values, SQLite at
/// 32,766.
const BATCH: usize = 2_000;

/// A graph to be stored.
#[derive(Clone, Debug)]
pub struct NewGraph<'g> {
    /// What identifies it across imports.
    pub name: &'g str,
    /// What people call it; `None` takes the graph's own title, or its name.
    pub title: Option<&'g str>,
    /// The video that it was made from; `None` leaves that as it is.
    pub video: Option<VideoId>,
    /// What it holds.
    pub graph: &'g Graph,
}

impl Atlas {
    /// Stores a graph: adds it, or makes the one of this name equal to it. Nodes are recognised by
    /// their keys, edges by their ends and labels; those that it does not name any more are
    /// removed.
    ///
    /// # Errors
    /// [`GraphError::Invalid`] if the name or title breaks its rule; an [`AtlasError`] if there is no
    /// such video.
    ///
    /// [`AtlasError`]: crate::services::atlas::AtlasError
    pub async fn import_graph(
        &self,
        work: &UnitOfWork,
        new: &NewGraph<'_>,
    ) -> Result<ImportedGraph, GraphError> {
        rules::check_name(new.name)?;
        let title = new.title.or(new.graph.title()).unwrap_or(new.name);
        rules::check_title(title)?;
        if let Some(video) = new.video {
            self.video(work, video).await?;
        }
        let (known, is_new) = self.claim(work, new, title).await?;
        let about = self.describe(work, new, title, &known).await?;
        let (ids, nodes) = self.put_nodes(work, known.id, new.graph).await?;
        let edges = self.put_edges(work, known.id, new.graph, &ids).await?;
        let changed = about || nodes.any() || edges.any();
        if changed && !is_new {
            self.touch_graph(work, known.id).await?;
        }
        let outcome = match (is_new, changed) {
            (true, _) => Kept::Added,
            (false, true) => Kept::Updated,
            (false, false) => Kept::Unchanged,
        };
        info!(graph.id = %known.id, ?outcome, "imported knowledge graph");
        Ok(ImportedGraph {
            graph: self.graph(work, known.id).await?,
            outcome,
            nodes,
            edges,
        })
    }

    /// The row of this name, made if it is not there, locked until the unit ends.
    async fn claim(
        &self,
        work: &UnitOfWork,
        new: &NewGraph<'_>,
        title: &str,
    ) -> Result<(knowledge_graphs::Model, bool), GraphError> {
        let now = self.clock.now();
        let id = GraphId::from(self.clock.new_id());
        let row = knowledge_graphs::ActiveModel {
            id: Set(id),
            name: Set(new.name.to_owned()),
            title: Set(title.to_owned()),
            video_id: Set(new.video),
            is_directed: Set(new.graph.is_directed()),
            properties: Set(column_of(new.graph.properties())),
            created_at: Set(now),
            updated_at: Set(now),
        };
        knowledge_graphs::Entity::insert(row)
            .on_conflict_do_nothing_on([knowledge_graphs::Column::Name])
            .exec_without_returning(work)
            .await
            .doing("adding a knowledge graph")?;
        let known = knowledge_graphs::Entity::find()
            .filter(knowledge_graphs::Column::Name.eq(new.name))
            .lock_exclusive()
            .one(work)
            .await
            .doing("reading a knowledge graph")?
            .ok_or(GraphError::ChangedMeanwhile)?;
        let is_new = known.id == id;
        Ok((known, is_new))
    }

    /// Brings the graph's own row up to date; whether anything changed.
    async fn describe(
        &self,
        work: &UnitOfWork,
        new: &NewGraph<'_>,
        title: &str,
        known: &knowledge_graphs::Model,
    ) -> Result<bool, GraphError> {
        let video = new.video.or(known.video_id);
        let same = known.title == title
            && known.video_id == video
            && known.is_directed == new.graph.is_directed()
            && is_same(known.properties.as_ref(), new.graph.properties());
        if same {
            return Ok(false);
        }
        let row = knowledge_graphs::ActiveModel {
            title: Set(title.to_owned()),
            video_id: Set(video),
            is_directed: Set(new.graph.is_directed()),
            properties: Set(column_of(new.graph.properties())),
            ..Default::default()
        };
        update(work, known.id, row).await?;
        Ok(true)
    }

    async fn touch_graph(&self, work: &UnitOfWork, graph: GraphId) -> Result<(), GraphError> {
        let row = knowledge_graphs::ActiveModel {
            updated_at: Set(self.clock.now()),
            ..Default::default()
        };
        update(work, graph, row).await
    }

    /// Brings the nodes up to date; the id of each key, and what was done.
    async fn put_nodes(
        &self,
        work: &UnitOfWork,
        graph: GraphId,
        new: &Graph,
    ) -> Result<(BTreeMap<String, GraphNodeId>, Changes), GraphError> {
        let stored = graph_nodes::Entity::find()
            .filter(graph_nodes::Column::GraphId.eq(graph))
            .all(work)
            .await
            .doing("reading the nodes of a knowledge graph")?;
        let mut changes = Changes::default();
        let mut gone = Vec::new();
        let mut known: HashMap<String, graph_nodes::Model> = HashMap::new();
        for row in stored {
            if new.nodes().contains_key(&row.key) {
                known.insert(row.key.clone(), row);
            } else {
                gone.push(row.id);
            }
        }
        let (mut ids, mut rows) = (BTreeMap::new(), Vec::new());
        for (key, node) in new.nodes() {
            let id = match known.get(key) {
                Some(row) if is_same_node(row, node) => {
                    changes.unchanged += 1;
                    ids.insert(key.clone(), row.id);
                    continue;
                }
                Some(row) => {
                    changes.updated += 1;
                    row.id
                }
                None => {
                    changes.added += 1;
                    GraphNodeId::from(self.clock.new_id())
                }
            };
            ids.insert(key.clone(), id);
            rows.push(node_row(id, graph, key, node));
        }
        changes.removed = gone.len();
        delete::<graph_nodes::Entity, _>(work, graph_nodes::Column::Id, gone).await?;
        let mut on_conflict =
            OnConflict::columns([graph_nodes::Column::GraphId, graph_nodes::Column::Key]);
        on_conflict.update_columns([
            graph_nodes::Column::Label,
            graph_nodes::Column::Kind,
            graph_nodes::Column::Properties,
        ]);
        upsert::<graph_nodes::Entity>(work, rows, on_conflict).await?;
        Ok((ids, changes))
    }

    /// Brings the edges up to date.
    async fn put_edges(
        &self,
        work: &UnitOfWork,
        graph: GraphId,
        new: &Graph,
        ids: &BTreeMap<String, GraphNodeId>,
    ) -> Result<Changes, GraphError> {
        let stored = graph_edges::Entity::find()
            .filter(graph_edges::Column::GraphId.eq(graph))
            .all(work)
            .await
            .doing("reading the edges of a knowledge graph")?;
        let mut known: HashMap<(GraphNodeId, GraphNodeId, String), graph_edges::Model> = stored
            .into_iter()
            .map(|row| ((row.source_id, row.target_id, row.label.clone()), row))
            .collect();
        let (mut changes, mut rows) = (Changes::default(), Vec::new());
        for (key, edge) in new.edges() {
            let (Some(source), Some(target)) = (ids.get(&key.source), ids.get(&key.target)) else {
                return Err(GraphError::ChangedMeanwhile);
            };
            let id = match known.remove(&(*source, *target, key.label.clone())) {
                Some(row) if is_same_edge(&row, edge) => {
                    changes.unchanged += 1;
                    continue;
                }
                Some(row) => {
                    changes.updated += 1;
                    row.id
                }
                None => {
                    changes.added += 1;
                    GraphEdgeId::from(self.clock.new_id())
                }
            };
            rows.push(edge_row(id, graph, (*source, *target), key, edge));
        }
        changes.removed = known.len();
        let gone = known.into_values().map(|row| row.id).collect();
        delete::<graph_edges::Entity, _>(work, graph_edges::Column::Id, gone).await?;
        let mut on_conflict = OnConflict::columns([
            graph_edges::Column::GraphId,
            graph_edges::Column::SourceId,
            graph_edges::Column::TargetId,
            graph_edges::Column::Label,
        ]);
        on_conflict.update_columns([graph_edges::Column::Weight, graph_edges::Column::Properties]);
        upsert::<graph_edges::Entity>(work, rows, on_conflict).await?;
        Ok(changes)
    }
}

fn node_row(id: GraphNodeId, graph: GraphId, key: &str, node: &Node) -> graph_nodes::ActiveModel {
    graph_nodes::ActiveModel {
        id: Set(id),
        graph_id: Set(graph),
        key: Set(key.to_owned()),
        label: Set(node.label.clone()),
        kind: Set(node.kind.clone()),
        properties: Set(column_of(&node.properties)),
    }
}

fn edge_row(
    id: GraphEdgeId,
    graph: GraphId,
    (source, target): (GraphNodeId, GraphNodeId),
    key: &EdgeKey,
    edge: &Edge,
) -> graph_edges::ActiveModel {
    graph_edges::ActiveModel {
        id: Set(id),
        graph_id: Set(graph),
        source_id: Set(source),
        target_id: Set(target),
        label: Set(key.label.clone()),
        weight: Set(edge.weight),
        properties: Set(column_of(&edge.properties)),
    }
}

fn is_same_node(row: &graph_nodes::Model, node: &Node) -> bool {
    row.label == node.label
        && row.kind == node.kind
        && is_same(row.properties.as_ref(), &node.properties)
}

fn is_same_edge(row: &graph_edges::Model, edge: &Edge) -> bool {
    row.weight == edge.weight && is_same(row.properties.as_ref(), &edge.properties)
}

/// A graph, node or edge without properties stores NULL.
fn column_of(properties: &Properties) -> Option<Value> {
    (!properties.is_empty()).then(|| Value::Object(properties.clone()))
}

fn is_same(stored: Option<&Value>, properties: &Properties) -> bool {
    let stored = stored.and_then(Value::as_object);
    match stored {
        None => properties.is_empty(),
        Some(stored) => {
            stored.len() == properties.len()
                && (stored.iter()).all(|(name, value)| {
                    properties.get(name).is_some_and(|new| is_equal(value, new))
                })
        }
    }
}

/// Equal as JSON has it: PostgreSQL gives back `1e16` as a whole number.
fn is_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || is_near(a.as_f64(), b.as_f64()),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && (a.iter()).all(|(name, a)| b.get(name).is_some_and(|b| is_equal(a, b)))
        }
        (a, b) => a == b,
    }
}

/// The same number, as far as a reader of JSON distinguishes numbers.
fn is_near(a: Option<f64>, b: Option<f64>) -> bool {
    let (Some(a), Some(b)) = (a, b) else {
        return false;
    };
    a == b || ((a - b) / a).abs() <= f64::EPSILON
}

async fn update(
    work: &UnitOfWork,
    graph: GraphId,
    row: knowledge_graphs::ActiveModel,
) -> Result<(), GraphError> {
    knowledge_graphs::Entity::update_many()
        .set(row)
        .filter(knowledge_graphs::Column::Id.eq(graph))
        .exec(work)
        .await
        .doing("changing a knowledge graph")?;
    Ok(())
}

async fn upsert<E: EntityTrait>(
    work: &UnitOfWork,
    rows: Vec<E::ActiveModel>,
    on_conflict: OnConflict,
) -> Result<(), GraphError>
where
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        E::insert_many(rows.by_ref().take(BATCH))
            .on_conflict(on_conflict.clone())
            .exec_without_returning(work)
            .await
            .doing("storing the parts of a knowledge graph")?;
    }
    Ok(())
}

async fn delete<E: EntityTrait, I>(
    work: &UnitOfWork,
    column: E::Column,
    ids: Vec<I>,
) -> Result<(), GraphError>
where
    I: Into<sea_orm::Value> + Clone,
{
    for some in ids.chunks(BATCH) {
        E::delete_many()
            .filter(column.is_in(some.iter().cloned()))
            .exec(work)
            .await
            .doing("removing parts of a knowledge graph")?;
    }
    Ok(())
}
