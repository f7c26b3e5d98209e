//! Every query about graphs goes through an index: none reads a large table from end to end.

use std::sync::Mutex;

use acceptance::{Engine, on_both_engines, plan};
use groundwork_core::{
    page::{Cursor, PageLimit, PageRequest},
    services::atlas::graph::{
        Directedness, Direction, Edge, EdgeKey, Graph, GraphId, NeighbourQuery, NewGraph, Node,
        PathQuery,
    },
};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::fixture::Fixture;

/// A connection that notes how the engine goes about each query.
pub(super) struct Explaining<'c, C> {
    connection: &'c C,
    plans: Mutex<Vec<(String, String)>>,
}

impl<'c, C: ConnectionTrait> Explaining<'c, C> {
    pub(super) fn over(connection: &'c C) -> Self {
        let plans = Mutex::default();
        Self { connection, plans }
    }

    async fn note(&self, statement: &Statement) -> Result<(), DbErr> {
        let lines = plan(self.connection, statement).await?;
        let plan = (statement.sql.to_string(), lines.join("\n"));
        self.plans.lock().unwrap().push(plan);
        Ok(())
    }

    /// Each query with its plan.
    pub(super) fn plans(self) -> Vec<(String, String)> {
        self.plans.into_inner().unwrap()
    }

    /// Fails if a table was read from end to end.
    fn assert_by_index(self, at_least: usize) {
        let plans = self.plans.into_inner().unwrap();
        assert!(plans.len() >= at_least, "{} queries", plans.len());
        for (sql, plan) in plans {
            for line in plan.lines().map(str::trim) {
                let scans = line.contains("Seq Scan on")
                    // Edges are found by a node, not by their graph alone.
                    || (line.starts_with("SEARCH e ") && !line.contains("_id=? AND "))
                    || line.strip_prefix("SCAN ").is_some_and(|what| {
                        let ours = ["walk", "near", "seen", "CONSTANT ROW", "(subquery"];
                        // In the order of an index, to a limit.
                        let in_order = what.contains("USING INDEX") && sql.contains("LIMIT");
                        !in_order && !ours.iter().any(|it| what.starts_with(it))
                    });
                assert!(!scans, "{line}\nof\n{sql}\n\n{plan}");
            }
        }
    }
}

#[async_trait::async_trait]
impl<C: ConnectionTrait + Sync> ConnectionTrait for Explaining<'_, C> {
    fn get_database_backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.note(&statement).await?;
        self.connection.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.connection.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.note(&statement).await?;
        self.connection.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.note(&statement).await?;
        self.connection.query_all_raw(statement).await
    }
}

/// Nodes that each lead to three others.
fn graph(nodes: usize) -> Graph {
    let mut graph = Graph::new(Directedness::Directed);
    for number in 0..nodes {
        graph
            .add_node(format!("n{number}"), Node::new("n"))
            .unwrap();
    }
    for number in 0..nodes {
        for step in [1, 7, 31] {
            let target = format!("n{}", (number * 3 + step) % nodes);
            let key = EdgeKey::new(format!("n{number}"), target, step.to_string());
            graph.add_edge(key, Edge::default()).unwrap();
        }
    }
    graph
}

#[on_both_engines]
async fn every_query_about_graphs_uses_an_index(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let (small, large) = (graph(40), graph(4_000));
    let work = fixture.db.begin().await.unwrap();
    for number in 0..300 {
        let (name, graph) = (format!("small {number}"), &small);
        let new = NewGraph {
            name: &name,
            title: None,
            video: None,
            graph,
        };
        fixture.atlas.import_graph(&work, &new).await.unwrap();
    }
    work.commit().await.unwrap();
    let id = fixture.import_graph("large", &large).await.graph.id;
    let middle = fixture.import_graph("small 150", &small).await.graph.id;
    if engine == Engine::Postgres {
        // PostgreSQL reads a table of a few pages as a whole, and rightly.
        let sql =
            "INSERT INTO knowledge_graphs (id, name, title, is_directed, created_at, updated_at)
                   SELECT gen_random_uuid(), 'empty ' || n, '', TRUE, now(), now()
                   FROM generate_series(1, 5000) AS n";
        fixture.execute(sql).await;
    }
    // SQLite's databases are seldom analysed, PostgreSQL's always are.
    if engine == Engine::Sqlite {
        assert_plans(&fixture, [id, middle]).await;
    }
    fixture.execute("ANALYZE").await;
    assert_plans(&fixture, [id, middle]).await;
}

async fn assert_plans(fixture: &Fixture, [id, middle]: [GraphId; 2]) {
    let reader = fixture.db.reader();
    let seen = Explaining::over(&reader);
    for after in [None, Some(Cursor::after(middle.into()))] {
        let limit = PageLimit::new(5).unwrap();
        let page = PageRequest { after, limit };
        fixture.atlas.list_graphs(&seen, page).await.unwrap();
    }
    fixture.atlas.find_graph(&seen, "small 7").await.unwrap();
    fixture.atlas.graph_content(&seen, middle).await.unwrap();
    for direction in [Direction::Outgoing, Direction::Incoming, Direction::Both] {
        for graph in [id, middle] {
            let direction = Some(direction);
            let query = NeighbourQuery {
                node: "n1".to_owned(),
                depth: 2,
                direction,
            };
            fixture
                .atlas
                .graph_neighbours(&seen, graph, &query)
                .await
                .unwrap();
            let (from, to) = ("n1".to_owned(), "n30".to_owned());
            let query = PathQuery {
                from,
                to,
                max_hops: 100,
                direction,
            };
            fixture
                .atlas
                .graph_path(&seen, graph, &query)
                .await
                .unwrap();
        }
    }
    let query = NeighbourQuery {
        node: "nobody".to_owned(),
        depth: 1,
        direction: None,
    };
    fixture
        .atlas
        .graph_neighbours(&seen, middle, &query)
        .await
        .unwrap_err();
    seen.assert_by_index(50);
}
