use super::*;
use groundwork_naming::Engine;
use groundwork_schema::model::{Action, PrimaryKey, Timing};

fn table(name: &str, columns: &[&str], parents: &[(&str, &str)]) -> Table {
    let column = |name: &&str| Column {
        name: name.trim_end_matches('?').to_owned(),
        kind: "uuid".to_owned(),
        nullable: name.ends_with('?'),
        default: None,
        generated: None,
        numbering: None,
        collation: None,
    };
    let key = |(column, table): &(&str, &str)| ForeignKey {
        name: None,
        columns: vec![(*column).to_owned()],
        table: (*table).to_owned(),
        referred_columns: vec!["id".to_owned()],
        on_delete: Action::Cascade,
        on_update: Action::NoAction,
        timing: Timing::Immediate,
        valid: true,
    };
    Table {
        name: name.to_owned(),
        columns: columns.iter().map(column).collect(),
        primary_key: Some(PrimaryKey {
            name: None,
            columns: vec![columns[0].to_owned()],
        }),
        uniques: Vec::new(),
        foreign_keys: parents.iter().map(key).collect(),
        checks: Vec::new(),
        indexes: Vec::new(),
        triggers: Vec::new(),
        without_rowid: false,
        strict: false,
        definition: None,
    }
}

fn schema(tables: Vec<Table>) -> Schema {
    let mut schema = Schema::empty(Engine::Sqlite);
    schema.tables = tables
        .into_iter()
        .map(|table| (table.name.clone(), table))
        .collect();
    schema
}

fn shop() -> Schema {
    schema(vec![
        table(
            "books",
            &["id", "author_id", "sequel_of?"],
            &[("author_id", "authors"), ("sequel_of", "books")],
        ),
        table("authors", &["id", "a \"<b>\" & c"], &[]),
        table("covers", &["book_id"], &[("book_id", "books")]),
    ])
}

#[test]
fn each_form_is_as_recorded() {
    insta::assert_snapshot!("svg", render(&shop(), "A <shop>", Format::Svg));
    insta::assert_snapshot!("mermaid", render(&shop(), "A shop", Format::Mermaid));
    insta::assert_snapshot!("dot", render(&shop(), "A \"shop\"", Format::Dot));
}

#[test]
fn nothing_and_circles_are_drawn_too() {
    assert!(render(&schema(Vec::new()), "Nothing", Format::Svg).ends_with("</svg>\n"));
    let circle = schema(vec![
        table("a", &["id", "b_id"], &[("b_id", "b")]),
        table("b", &["id", "c_id"], &[("c_id", "c")]),
        table("c", &["id", "a_id"], &[("a_id", "a")]),
    ]);
    let svg = render(&circle, "Circle", Format::Svg);
    assert_eq!(svg.matches("class=\"name\"").count(), 3);
    assert_eq!(svg.matches("→").count(), 3);
}

#[test]
fn no_two_tables_overlap() {
    let tables: Vec<Table> = (0..40)
        .map(|n: u32| {
            let parents: Vec<(String, String)> = [n / 2, n / 3]
                .into_iter()
                .filter(|&parent| parent < n)
                .map(|parent| ("id".to_owned(), format!("t{parent}")))
                .collect();
            let parents: Vec<(&str, &str)> = parents
                .iter()
                .map(|(a, b)| (a.as_str(), b.as_str()))
                .collect();
            table(
                &format!("t{n}"),
                &["id", "x", "y"][..1 + (n as usize % 3)],
                &parents,
            )
        })
        .collect();
    let tables: Vec<&Table> = tables.iter().collect();
    let layout = layout::of(&tables, &relations(&tables));
    for (place, one) in layout.places.iter().enumerate() {
        assert!(one.x + one.width <= layout.width && one.y + one.height <= layout.height);
        for other in &layout.places[place + 1..] {
            let apart = one.x + one.width < other.x
                || other.x + other.width < one.x
                || one.y + one.height < other.y
                || other.y + other.height < one.y;
            assert!(apart, "{one:?} {other:?}");
        }
    }
}
