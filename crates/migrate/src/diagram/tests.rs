use groundwork_naming::Engine;
use groundwork_schema::model::{Action, Column, ForeignKey, PrimaryKey, Schema, Table, Timing};

use super::{Format, layout, relation::relations, render};

fn table(name: &str, columns: &[&str], parents: &[(&str, &str)]) -> Table {
    let column = |name: &&str| Column {
        name: name.trim_end_matches('?').to_owned(),
        kind: "uuid_text".to_owned(),
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
        assert!(one.right() <= layout.size.x && one.bottom() <= layout.size.y);
        for other in &layout.places[place + 1..] {
            let apart = one.x + one.width < other.x
                || other.x + other.width < one.x
                || one.y + one.height < other.y
                || other.y + other.height < one.y;
            assert!(apart, "{one:?} {other:?}");
        }
    }
}

/// 130 tables: a hub that 40 refer to, some that refer to those, a circle, and 60 without keys.
fn large() -> Schema {
    let name = |n: usize| format!("table_{n:03}");
    let columns = [
        "id",
        "parent_id",
        "other_id?",
        "name",
        "note?",
        "made_at",
        "bytes",
    ];
    let tables = (0..130).map(|n: usize| {
        let parents: Vec<String> = match n {
            1..41 => vec![name(0)],
            41..60 => vec![name(n / 3), name(n - 2)],
            60..69 => vec![name(n + 1)],
            69 => vec![name(60)],
            _ => Vec::new(),
        };
        let keys = ["parent_id", "other_id"].into_iter();
        let keys: Vec<(&str, &str)> = keys.zip(parents.iter().map(String::as_str)).collect();
        table(&name(n), &columns[..3 + n * 7 % 5], &keys)
    });
    schema(tables.collect())
}

#[test]
fn a_schema_of_130_tables_fits_on_a_page() {
    let schema = large();
    let tables: Vec<&Table> = schema.tables.values().collect();
    let layout = layout::of(&tables, &relations(&tables));
    let size = layout.size;
    assert!(size.y < 4000.0, "{size:?}");
    assert!(size.x < 3.0 * size.y && size.y < 3.0 * size.x, "{size:?}");
    for (number, one) in layout.places.iter().enumerate() {
        assert!(one.right() <= size.x && one.bottom() <= size.y, "{one:?}");
        for other in &layout.places[number + 1..] {
            assert_eq!(one.shared_area(other), 0.0, "{one:?} {other:?}");
        }
    }
}

#[test]
fn tables_without_keys_are_in_a_grid() {
    let tables = (0..70).map(|n| table(&format!("t{n:02}"), &["id", "x"], &[]));
    let schema = schema(tables.collect());
    let tables: Vec<&Table> = schema.tables.values().collect();
    let layout = layout::of(&tables, &[]);
    let mut lefts: Vec<i64> = layout.places.iter().map(|it| it.x as i64).collect();
    lefts.sort_unstable();
    lefts.dedup();
    assert!((6..14).contains(&lefts.len()), "{lefts:?}");
    assert!(layout.size.y < layout.size.x, "{:?}", layout.size);
}
