//! The census of PostgreSQL's catalogs against a server's own.

use std::collections::BTreeSet;

use acceptance::{Engine, Scratch};
use groundwork_migrate::inspect::census::{Treatment, catalogs};
use sea_orm::{ConnectionTrait, Statement};

use super::connect;

/// What a newer PostgreSQL brings is found here: it is to be compared, named, or left out for a
/// reason.
#[tokio::test]
async fn every_column_of_the_servers_catalogs_has_its_treatment() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&scratch).await;
    let sql = "SELECT c.relname::text, a.attname::text
               FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
               WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r'";
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    let own: BTreeSet<(String, String)> = (rows.iter())
        .map(|row| {
            (
                row.try_get_by_index(0).unwrap(),
                row.try_get_by_index(1).unwrap(),
            )
        })
        .collect();
    let mut listed = BTreeSet::new();
    for catalog in catalogs() {
        for (column, treatment) in catalog.columns {
            let place = (catalog.name.to_owned(), (*column).to_owned());
            if let Treatment::Ignored(reason) = treatment {
                assert!(!reason.is_empty(), "{place:?} is ignored without a reason");
            }
            assert!(listed.insert(place.clone()), "{place:?} is listed twice");
        }
    }
    let unknown: Vec<_> = own.difference(&listed).collect();
    assert_eq!(
        unknown,
        Vec::<&(String, String)>::new(),
        "not in the census"
    );
    // A server of an older version may lack some.
    if own.contains(&("pg_index".to_owned(), "indnullsnotdistinct".to_owned())) {
        let gone: Vec<_> = listed.difference(&own).collect();
        assert_eq!(gone, Vec::<&(String, String)>::new(), "not in the server");
    }
}
