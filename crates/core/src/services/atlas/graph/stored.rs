//! Stored graphs: read, list, remove.

use std::collections::HashMap;

use entity::atlas::{GraphId, GraphNodeId, graph_edges, graph_nodes, knowledge_graphs};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use serde_json::Value;
use tracing::info;

use super::{
    elements::{Edge, EdgeKey, Node, Properties},
    error::GraphError,
    model::Graph,
    views::GraphSummary,
};
use crate::{
    db::{Doing as _, UnitOfWork},
    page::{Page, PageRequest},
    services::atlas::Atlas,
};

impl Atlas {
    /// What is known of a graph, without what it holds.
    ///
    /// # Errors
    /// [`GraphError::GraphNotFound`].
    pub async fn graph(
        &self,
        connection: &impl ConnectionTrait,
        graph: GraphId,
    ) -> Result<GraphSummary, GraphError> {
        let row = graph_row(connection, graph).await?;
        let counts = Counts::of(connection, &[graph]).await?;
        Ok(counts.summary(row))
    }

    /// The graph of this name, or `None`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn find_graph(
        &self,
        connection: &impl ConnectionTrait,
        name: &str,
    ) -> Result<Option<GraphSummary>, GraphError> {
        let found = knowledge_graphs::Entity::find()
            .filter(knowledge_graphs::Column::Name.eq(name))
            .one(connection)
            .await
            .doing("reading a knowledge graph")?;
        let Some(row) = found else { return Ok(None) };
        let counts = Counts::of(connection, &[row.id]).await?;
        Ok(Some(counts.summary(row)))
    }

    /// A page of graphs, those that were imported last first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_graphs(
        &self,
        connection: &impl ConnectionTrait,
        page: PageRequest,
    ) -> Result<Page<GraphSummary>, GraphError> {
        let rows = knowledge_graphs::Entity::find()
            .apply_if(page.after, |query, cursor| {
                query.filter(knowledge_graphs::Column::Id.lt(cursor.id()))
            })
            .order_by_desc(knowledge_graphs::Column::Id)
            .limit(page.limit.items() + 1)
            .all(connection)
            .await
            .doing("listing knowledge graphs")?;
        let page = Page::of_surplus(rows, page.limit, |row| row.id.into());
        let ids: Vec<GraphId> = page.items.iter().map(|row| row.id).collect();
        let counts = Counts::of(connection, &ids).await?;
        Ok(page.map(|row| counts.summary(row)))
    }

    /// What a graph holds, as it was imported.
    ///
    /// # Errors
    /// [`GraphError::GraphNotFound`].
    pub async fn graph_content(
        &self,
        connection: &impl ConnectionTrait,
        graph: GraphId,
    ) -> Result<Graph, GraphError> {
        let row = graph_row(connection, graph).await?;
        let mut content = Graph::new(row.is_directed.into());
        content.set_name(row.name)?;
        content.set_title(row.title)?;
        content.set_properties(properties_of(row.properties))?;
        // The edges first: those of a node that is added meanwhile have no place then.
        let edges = graph_edges::Entity::find()
            .filter(graph_edges::Column::GraphId.eq(graph))
            .all(connection)
            .await
            .doing("reading the edges of a knowledge graph")?;
        let nodes = graph_nodes::Entity::find()
            .filter(graph_nodes::Column::GraphId.eq(graph))
            .all(connection)
            .await
            .doing("reading the nodes of a knowledge graph")?;
        let mut keys: HashMap<GraphNodeId, String> = HashMap::with_capacity(nodes.len());
        for row in nodes {
            keys.insert(row.id, row.key.clone());
            let node = Node {
                label: row.label,
                kind: row.kind,
                properties: properties_of(row.properties),
            };
            content.add_node(row.key, node)?;
        }
        for row in edges {
            let ends = (keys.get(&row.source_id), keys.get(&row.target_id));
            let (Some(source), Some(target)) = ends else {
                return Err(GraphError::ChangedMeanwhile);
            };
            let edge = Edge {
                weight: row.weight,
                properties: properties_of(row.properties),
            };
            content.add_edge(EdgeKey::new(source, target, row.label), edge)?;
        }
        Ok(content)
    }

    /// Removes a graph with its nodes and edges.
    ///
    /// # Errors
    /// [`GraphError::GraphNotFound`].
    pub async fn remove_graph(&self, work: &UnitOfWork, graph: GraphId) -> Result<(), GraphError> {
        let removed = knowledge_graphs::Entity::delete_by_id(graph)
            .exec(work)
            .await
            .doing("removing a knowledge graph")?;
        if removed.rows_affected == 0 {
            return Err(GraphError::GraphNotFound { graph });
        }
        info!(graph.id = %graph, "removed knowledge graph");
        Ok(())
    }
}

pub(super) async fn graph_row(
    connection: &impl ConnectionTrait,
    graph: GraphId,
) -> Result<knowledge_graphs::Model, GraphError> {
    knowledge_graphs::Entity::find_by_id(graph)
        .one(connection)
        .await
        .doing("reading a knowledge graph")?
        .ok_or(GraphError::GraphNotFound { graph })
}

fn properties_of(column: Option<Value>) -> Properties {
    match column {
        Some(Value::Object(properties)) => properties,
        _ => Properties::new(),
    }
}

/// How many nodes and edges some graphs have.
struct Counts {
    nodes: HashMap<GraphId, i64>,
    edges: HashMap<GraphId, i64>,
}

impl Counts {
    async fn of(connection: &impl ConnectionTrait, graphs: &[GraphId]) -> Result<Self, GraphError> {
        let nodes = graph_nodes::Entity::find()
            .select_only()
            .column(graph_nodes::Column::GraphId)
            .column_as(graph_nodes::Column::GraphId.count(), "count")
            .filter(graph_nodes::Column::GraphId.is_in(graphs.iter().copied()))
            .group_by(graph_nodes::Column::GraphId)
            .into_tuple::<(GraphId, i64)>()
            .all(connection)
            .await
            .doing("counting nodes")?;
        let edges = graph_edges::Entity::find()
            .select_only()
            .column(graph_edges::Column::GraphId)
            .column_as(graph_edges::Column::GraphId.count(), "count")
            .filter(graph_edges::Column::GraphId.is_in(graphs.iter().copied()))
            .group_by(graph_edges::Column::GraphId)
            .into_tuple::<(GraphId, i64)>()
            .all(connection)
            .await
            .doing("counting edges")?;
        Ok(Self {
            nodes: nodes.into_iter().collect(),
            edges: edges.into_iter().collect(),
        })
    }

    fn summary(&self, row: knowledge_graphs::Model) -> GraphSummary {
        let count = |counts: &HashMap<GraphId, i64>| counts.get(&row.id).copied().unwrap_or(0);
        GraphSummary {
            id: row.id,
            nodes: count(&self.nodes),
            edges: count(&self.edges),
            name: row.name,
            title: row.title,
            video_id: row.video_id,
            is_directed: row.is_directed,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
