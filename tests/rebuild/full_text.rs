//! A table that a full-text index refers to is rebuilt, and the index still fits.

use acceptance::Engine;
use groundwork_migrate::inspect;
use groundwork_schema::alter::Alter;

use super::given::{down, empty, execute, migrations, texts, up};

const NOTES: &str = "
CREATE TABLE notes (id integer NOT NULL, text text NOT NULL, mood text,
    CONSTRAINT pk_notes PRIMARY KEY (id));
CREATE VIRTUAL TABLE note_words USING fts5 (text, content='notes', content_rowid='id');
CREATE TRIGGER notes_inserted AFTER INSERT ON notes BEGIN
    INSERT INTO note_words (rowid, text) VALUES (NEW.id, NEW.text);
END;
CREATE TRIGGER notes_deleted AFTER DELETE ON notes BEGIN
    INSERT INTO note_words (note_words, rowid, text) VALUES ('delete', OLD.id, OLD.text);
END;
INSERT INTO notes VALUES (7, 'the tide', 'calm'), (9, 'the moon', 'calm'), (70, 'the tide again', 'calm');
DELETE FROM notes WHERE id = 9;
";
const FOUND: &str =
    "SELECT CAST(rowid AS text) FROM note_words WHERE note_words MATCH 'tide' ORDER BY rowid";
const FITS: &str = "INSERT INTO note_words (note_words) VALUES ('integrity-check')";

#[tokio::test]
async fn a_rebuild_keeps_the_index_over_a_table_on_sqlite() {
    let (_scratch, connection) = empty(Engine::Sqlite).await;
    let steps = migrations(
        NOTES,
        vec![Alter::table("notes").set_required_filling("mood", "'calm'")],
        vec![Alter::table("notes").set_optional("mood")],
    );
    up(&connection, &steps).await.unwrap();
    let schema = inspect::schema(&connection).await.unwrap();
    assert!(
        !schema.tables["notes"].columns[2].nullable,
        "it was rebuilt"
    );
    assert_eq!(schema.tables["notes"].triggers.len(), 2);
    assert_eq!(texts(&connection, FOUND).await, ["7", "70"]);
    execute(&connection, FITS).await;
    execute(
        &connection,
        "INSERT INTO notes VALUES (71, 'low tide', 'calm')",
    )
    .await;
    execute(&connection, "DELETE FROM notes WHERE id = 7").await;
    down(&connection, &steps).await.unwrap();
    assert_eq!(texts(&connection, FOUND).await, ["70", "71"]);
    execute(&connection, FITS).await;
}
