//! Edits of `entities.toml`, which keep its comments and its order.

use toml_edit::{Array, DocumentMut, Item, Key, Table, Value};

/// An edit of the type map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MapEdit {
    /// A domain lists a table.
    List { domain: String, table: String },
    /// No domain lists the table, and nothing is said about it or its columns.
    ForgetTable { table: String },
    /// Nothing is said about the column.
    ForgetColumn { table: String, column: String },
    /// Everything that is said about a table is said about another name.
    RenameTable { from: String, to: String },
    /// What is said about a column is said about another name.
    RenameColumn {
        table: String,
        from: String,
        to: String,
    },
    /// A section of a domain says something about a table or a column.
    Say {
        domain: String,
        section: &'static str,
        subject: String,
        value: String,
    },
    /// A section of a domain says nothing about it any more.
    Unsay {
        domain: String,
        section: &'static str,
        subject: String,
    },
}

const SECTIONS: [&str; 4] = ["keys", "ids", "enums", "docs"];

/// The text of the type map with edits.
///
/// # Errors
/// What stands in the way.
pub(crate) fn edited(text: &str, edits: &[MapEdit]) -> Result<String, String> {
    if edits.is_empty() {
        return Ok(text.to_owned());
    }
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| error.to_string())?;
    for edit in edits {
        one(&mut document, edit)?;
    }
    Ok(document.to_string())
}

fn one(document: &mut DocumentMut, edit: &MapEdit) -> Result<(), String> {
    match edit {
        MapEdit::List { domain, table } => list(document, domain, table)?,
        MapEdit::ForgetTable { table } => forget_table(document, table),
        MapEdit::ForgetColumn { table, column } => {
            let subject = format!("{table}.{column}");
            each_section(document, |section| remove(section, &subject));
        }
        MapEdit::RenameTable { from, to } => rename_table(document, from, to),
        MapEdit::RenameColumn { table, from, to } => {
            let (old, new) = (format!("{table}.{from}"), format!("{table}.{to}"));
            each_section(document, |section| {
                if let Some(value) = value_of(section, &old) {
                    remove(section, &old);
                    insert(section, &new, &value);
                }
            });
        }
        MapEdit::Say {
            domain,
            section,
            subject,
            value,
        } => {
            let own = domain_table(document, domain)?;
            let section = own.entry(section).or_insert(Item::Table(Table::new()));
            let section = section
                .as_table_mut()
                .ok_or("a section is written in one line; write it as a table")?;
            insert(section, subject, value);
        }
        MapEdit::Unsay {
            domain,
            section,
            subject,
        } => {
            let own = domain_table(document, domain)?;
            if let Some(section) = own.get_mut(section).and_then(Item::as_table_mut) {
                remove(section, subject);
            }
        }
    }
    Ok(())
}

fn domain_table<'d>(document: &'d mut DocumentMut, domain: &str) -> Result<&'d mut Table, String> {
    let item = document.entry(domain).or_insert(Item::Table(Table::new()));
    item.as_table_mut()
        .ok_or_else(|| format!("`{domain}` is no table"))
}

fn list(document: &mut DocumentMut, domain: &str, table: &str) -> Result<(), String> {
    let own = domain_table(document, domain)?;
    let item = own
        .entry("tables")
        .or_insert(Item::Value(Value::Array(Array::new())));
    let array = item.as_array_mut().ok_or("`tables` is no list")?;
    let names: Vec<String> = array
        .iter()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect();
    if names.iter().any(|name| name == table) {
        return Ok(());
    }
    let place = names
        .iter()
        .position(|name| name.as_str() > table)
        .filter(|_| names.is_sorted());
    let prefixes: Vec<String> = (array.iter())
        .map(|value| {
            value
                .decor()
                .prefix()
                .and_then(|raw| raw.as_str())
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    let has_comments = prefixes.iter().any(|prefix| prefix.contains('#'));
    let place = if has_comments {
        names.len()
    } else {
        place.unwrap_or(names.len())
    };
    array.insert(place, table);
    // Each place of the list keeps its own blanks.
    let of_last = match prefixes.as_slice() {
        [] => String::new(),
        [only] if !only.contains('\n') => " ".to_owned(),
        [.., last] => last
            .rsplit_once('\n')
            .map_or_else(|| last.clone(), |(_, blanks)| format!("\n{blanks}")),
    };
    for (at, value) in array.iter_mut().enumerate() {
        let is_moved = !has_comments || at == place;
        if is_moved {
            value.decor_mut().set_prefix(
                prefixes
                    .get(at)
                    .filter(|_| !has_comments)
                    .unwrap_or(&of_last),
            );
        }
    }
    Ok(())
}

fn forget_table(document: &mut DocumentMut, table: &str) {
    let names: Vec<String> = document.iter().map(|(name, _)| name.to_owned()).collect();
    for name in names {
        let own = document.get_mut(&name).and_then(Item::as_table_mut);
        if let Some(array) = own
            .and_then(|own| own.get_mut("tables"))
            .and_then(Item::as_array_mut)
        {
            let place = array.iter().position(|value| value.as_str() == Some(table));
            let Some(place) = place else { continue };
            let first = array
                .get(0)
                .and_then(|value| value.decor().prefix()?.as_str().map(str::to_owned));
            array.remove(place);
            if let Some((first, value)) = first.zip(array.get_mut(0)).filter(|_| place == 0) {
                value.decor_mut().set_prefix(first);
            }
        }
    }
    let own = format!("{table}.");
    each_section(document, |section| {
        let keys: Vec<String> = section.iter().map(|(key, _)| key.to_owned()).collect();
        for key in keys
            .iter()
            .filter(|key| *key == table || key.starts_with(&own))
        {
            section.remove(key);
        }
    });
}

fn rename_table(document: &mut DocumentMut, from: &str, to: &str) {
    for (_, domain) in document.iter_mut() {
        let own = domain.as_table_mut().and_then(|own| own.get_mut("tables"));
        if let Some(array) = own.and_then(Item::as_array_mut) {
            for value in array
                .iter_mut()
                .filter(|value| value.as_str() == Some(from))
            {
                let decor = value.decor().clone();
                *value = Value::from(to);
                *value.decor_mut() = decor;
            }
        }
    }
    let own = format!("{from}.");
    each_section(document, |section| {
        let keys: Vec<String> = section.iter().map(|(key, _)| key.to_owned()).collect();
        for key in keys
            .iter()
            .filter(|key| *key == from || key.starts_with(&own))
        {
            let new = format!("{to}{}", &key[from.len()..]);
            if let Some(item) = section.remove(key) {
                match item.as_str() {
                    Some(value) => insert(section, &new, value),
                    None => drop(section.insert(&new, item)),
                }
            }
        }
    });
}

fn each_section(document: &mut DocumentMut, mut work: impl FnMut(&mut Table)) {
    for (_, domain) in document.iter_mut() {
        let Some(domain) = domain.as_table_mut() else {
            continue;
        };
        for name in SECTIONS {
            if let Some(section) = domain.get_mut(name).and_then(Item::as_table_mut) {
                work(section);
            }
        }
    }
}

/// A key with a dot in quotes, or a table of its own (`books.id = "…"`).
fn value_of(section: &Table, subject: &str) -> Option<String> {
    let plain = section.get(subject).and_then(Item::as_str);
    let nested = || {
        let (table, column) = subject.split_once('.')?;
        section.get(table)?.as_table_like()?.get(column)?.as_str()
    };
    plain.or_else(nested).map(str::to_owned)
}

fn remove(section: &mut Table, subject: &str) {
    if section.remove(subject).is_none()
        && let Some((table, column)) = subject.split_once('.')
        && let Some(nested) = section.get_mut(table).and_then(Item::as_table_like_mut)
    {
        nested.remove(column);
    }
}

/// Puts a line behind the others about its table, or where its table comes by name.
fn insert(section: &mut Table, subject: &str, value: &str) {
    if let Some(known) = section.get_mut(subject) {
        *known = toml_edit::value(value);
        return;
    }
    let table = |subject: &str| subject.split('.').next().unwrap_or_default().to_owned();
    let keys: Vec<String> = section.iter().map(|(key, _)| key.to_owned()).collect();
    let own = table(subject);
    let after = keys
        .iter()
        .rposition(|key| table(key) == own)
        .map(|place| place + 1);
    let by_name = || {
        keys.iter()
            .position(|key| !key.contains('*') && table(key) > own)
    };
    let place = after.or_else(by_name).unwrap_or(keys.len());
    let mut rest: Vec<(Key, Item)> = Vec::new();
    for key in &keys[place..] {
        rest.extend(section.remove_entry(key));
    }
    // In quotes like the others, also where it needs none.
    let quoted = format!("{subject:?}").parse::<Key>();
    let key = quoted.unwrap_or_else(|_| Key::new(subject));
    section.insert_formatted(&key, toml_edit::value(value));
    for (key, item) in rest {
        section.insert_formatted(&key, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = "# The map.

[shop]
tables = [
    \"books\",
    \"shelves\",
]

[shop.ids]
\"*.id\" = \"{Table}Id\"

[shop.docs]
# What they are.
\"books\" = \"A book.\"
\"books.title\" = \"Its title.\"
\"shelves\" = \"A shelf.\"
";

    fn say(section: &'static str, subject: &str, value: &str) -> MapEdit {
        MapEdit::Say {
            domain: "shop".to_owned(),
            section,
            subject: subject.to_owned(),
            value: value.to_owned(),
        }
    }

    #[test]
    fn a_map_keeps_its_comments_and_its_order() {
        let list = |table: &str| MapEdit::List {
            domain: "shop".to_owned(),
            table: table.to_owned(),
        };
        let edits = [
            list("moods"),
            list("zones"),
            list("authors"),
            say("docs", "books.mood", "How it feels."),
            say("docs", "moods", "A mood."),
            say("enums", "books.mood", "Mood"),
            MapEdit::RenameColumn {
                table: "books".to_owned(),
                from: "title".to_owned(),
                to: "name".to_owned(),
            },
            MapEdit::ForgetTable {
                table: "shelves".to_owned(),
            },
        ];
        insta::assert_snapshot!(edited(MAP, &edits).unwrap());
        assert_eq!(edited(MAP, &[]).unwrap(), MAP);
    }

    #[test]
    fn a_list_in_one_line_stays_one() {
        let map = "[shop]\ntables = [\"books\", \"shelves\"]\n";
        let edits = [
            MapEdit::List {
                domain: "shop".to_owned(),
                table: "authors".to_owned(),
            },
            MapEdit::List {
                domain: "shop".to_owned(),
                table: "zones".to_owned(),
            },
        ];
        assert_eq!(
            edited(map, &edits).unwrap(),
            "[shop]\ntables = [\"authors\", \"books\", \"shelves\", \"zones\"]\n"
        );
        assert_eq!(
            edited(
                map,
                &[MapEdit::ForgetTable {
                    table: "books".to_owned()
                }]
            )
            .unwrap(),
            "[shop]\ntables = [\"shelves\"]\n"
        );
    }
}
