//! What has shipped stays as it is.

use std::fmt::Write as _;

use groundwork_naming::Engine;
use groundwork_schema::record;

#[tokio::test]
async fn a_shipped_migration_executes_what_it_always_did() {
    let mut text = String::new();
    for engine in Engine::ALL {
        for recording in record::up(&migration::migrations(), engine).await {
            let checksum = recording.checksum(engine).unwrap_or_default();
            writeln!(text, "{engine} {} {checksum}", recording.migration).unwrap();
        }
    }
    insta::assert_snapshot!(text);
}
