//! Both ends of every foreign key, and the ways through junctions.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_schema::model::{ForeignKey, Table};

use crate::entities::{keys, names, plan::Plan};

/// One end of a foreign key, or a way through a junction, before it is written out.
#[derive(Clone, Debug)]
pub(super) struct End<'a> {
    /// The table whose model gets the field.
    pub(super) table: &'a str,
    /// The table that the field leads to.
    pub(super) to: &'a str,
    pub(super) field: String,
    pub(super) way: Way<'a>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Way<'a> {
    /// From the foreign key to the row that it refers to.
    Forward(&'a ForeignKey),
    /// From the row that is referred to back to those that refer.
    Back(&'a ForeignKey, Cardinality),
    /// To the rows on the other side of a table that consists of two foreign keys.
    Through(&'a str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cardinality {
    One,
    Many,
}

/// The relations of all planned tables, by table.
#[derive(Debug)]
pub(in crate::entities) struct Relations<'a> {
    pub(super) plan: &'a Plan,
    ends: BTreeMap<&'a str, Vec<End<'a>>>,
}

impl<'a> Relations<'a> {
    /// Finds both ends of every foreign key between planned tables.
    pub(in crate::entities) fn of(plan: &'a Plan) -> Self {
        let mut relations = Self {
            plan,
            ends: BTreeMap::new(),
        };
        let tables = || {
            plan.schema
                .tables
                .values()
                .filter(|table| plan.domain_of.contains_key(&table.name))
        };
        for table in tables() {
            for key in relations.planned_keys(table) {
                relations.add_forward(table, key);
            }
        }
        for table in tables() {
            for key in relations.planned_keys(table) {
                relations.add_back(table, key);
            }
        }
        for table in tables() {
            relations.add_through(table);
        }
        relations
    }

    fn planned_keys(&self, table: &'a Table) -> Vec<&'a ForeignKey> {
        table
            .foreign_keys
            .iter()
            .filter(|key| self.plan.domain_of.contains_key(&key.table))
            .filter(|key| {
                key.columns
                    .iter()
                    .all(|column| table.column(column).is_some())
            })
            .collect()
    }

    fn add_forward(&mut self, table: &'a Table, key: &'a ForeignKey) {
        let singular = singular(&key.table);
        let by_column = match key.columns.as_slice() {
            [column] => {
                let field = self.plan.fields(&table.name).name(column);
                let short = field.strip_suffix("_id").filter(|short| !short.is_empty());
                short.map_or_else(|| singular.clone(), names::module)
            }
            _ => singular.clone(),
        };
        let field = self.free_field(
            &table.name,
            [
                by_column,
                singular.clone(),
                format!("{singular}_of_{}", names::module(&key.columns.join("_"))),
            ],
        );
        self.add(End {
            table: &table.name,
            to: &key.table,
            field,
            way: Way::Forward(key),
        });
    }

    fn add_back(&mut self, table: &'a Table, key: &'a ForeignKey) {
        // SeaORM has a way back by name only to many rows.
        let between = self.forward_count(&table.name, &key.table)
            + self.forward_count(&key.table, &table.name);
        let cardinality =
            if keys::is_unique(table, &key.columns) && key.table != table.name && between == 1 {
                Cardinality::One
            } else {
                Cardinality::Many
            };
        let name = match cardinality {
            Cardinality::One => singular(&table.name),
            Cardinality::Many => names::module(&table.name),
        };
        let forward = self.forward(&table.name, key);
        let by_key = format!("{name}_by_{}", forward.map_or("", |end| &end.field));
        let keys = self.planned_keys(table).into_iter();
        let keys = keys.filter(|other| other.table == key.table);
        let candidates = if table.name != key.table && keys.count() == 1 {
            [name, by_key]
        } else {
            [by_key.clone(), by_key]
        };
        let field = self.free_field(&key.table, candidates);
        self.add(End {
            table: &key.table,
            to: &table.name,
            field,
            way: Way::Back(key, cardinality),
        });
    }

    /// If the table is a junction, that is its primary key consists of exactly two foreign keys to
    /// different tables, leads from each of the two to the other.
    fn add_through(&mut self, junction: &'a Table) {
        let [one, other] = self.planned_keys(junction)[..] else {
            return;
        };
        let mut columns: Vec<&String> = one.columns.iter().chain(&other.columns).collect();
        let mut primary_key: Vec<&String> = junction.key_columns().iter().collect();
        columns.sort();
        primary_key.sort();
        let ends = [one.table.as_str(), other.table.as_str()];
        if columns != primary_key || ends[0] == ends[1] || ends.contains(&junction.name.as_str()) {
            return;
        }
        for (table, to) in [(ends[0], ends[1]), (ends[1], ends[0])] {
            let is_near = self.plan.domain_of.get(table) == self.plan.domain_of.get(&junction.name);
            // SeaORM finds the relation by its inferred name, in a module beside this one.
            let is_plain = self.count(table, to) == 0
                && self.count(&junction.name, to) == 1
                && self.count(&junction.name, table) == 1;
            if is_near && is_plain {
                let module = names::module(to);
                let through = format!("{module}_through_{}", names::module(&junction.name));
                let field = self.free_field(table, [module, through]);
                self.add(End {
                    table,
                    to,
                    field,
                    way: Way::Through(&junction.name),
                });
            }
        }
    }

    fn add(&mut self, end: End<'a>) {
        self.ends.entry(end.table).or_default().push(end);
    }

    /// The first of the names that no column and no relation of the table has.
    fn free_field<const N: usize>(&self, table: &str, candidates: [String; N]) -> String {
        let columns = self.plan.fields(table);
        let columns = columns.names().cloned();
        let taken: BTreeSet<String> = columns
            .chain(self.at(table).map(|end| end.field.clone()))
            .collect();
        let last = candidates.last().cloned().unwrap_or_default();
        let numbered = (2_u32..).map(|number| format!("{last}_{number}"));
        candidates
            .into_iter()
            .chain(numbered)
            .find(|name| !name.is_empty() && !taken.contains(name))
            .unwrap_or(last)
    }

    /// The ends at a table.
    pub(super) fn at(&self, table: &str) -> impl Iterator<Item = &End<'a>> {
        self.ends.get(table).into_iter().flatten()
    }

    /// The end of a key at its own table.
    pub(super) fn forward(&self, table: &str, key: &ForeignKey) -> Option<&End<'a>> {
        self.at(table)
            .find(|end| matches!(end.way, Way::Forward(other) if std::ptr::eq(other, key)))
    }

    /// The end of a key at the table that it refers to.
    pub(super) fn back(&self, key: &ForeignKey) -> Option<&End<'a>> {
        self.at(&key.table)
            .find(|end| matches!(end.way, Way::Back(other, _) if std::ptr::eq(other, key)))
    }

    /// How many keys of one table refer to the other.
    fn forward_count(&self, table: &str, to: &str) -> usize {
        let ends = self.at(table).filter(|end| end.to == to);
        ends.filter(|end| matches!(end.way, Way::Forward(_)))
            .count()
    }

    /// How many fields of one model lead to the other.
    pub(super) fn count(&self, table: &str, to: &str) -> usize {
        self.at(table).filter(|end| end.to == to).count()
    }
}

fn singular(table: &str) -> String {
    pluralizer::pluralize(&names::module(table), 1, false)
}

#[cfg(test)]
mod tests {
    use groundwork_naming::Engine;
    use groundwork_schema::model::{Action, Column, PrimaryKey, Schema, Timing};

    use super::*;
    use crate::entities::{plan::plan, type_map::TypeMap};

    fn table(name: &str, primary_key: &[&str], keys: &[(&str, &str)]) -> Table {
        let columns = primary_key
            .iter()
            .chain(keys.iter().map(|(column, _)| column));
        let columns: BTreeSet<&str> = columns.copied().collect();
        let mut table = Table::new(name);
        table.columns = (columns.into_iter())
            .map(|column| Column {
                nullable: false,
                ..Column::new(column, "uuid_text")
            })
            .collect();
        table.primary_key = Some(PrimaryKey {
            name: None,
            columns: primary_key
                .iter()
                .map(|&column| column.to_owned())
                .collect(),
        });
        table.foreign_keys = (keys.iter())
            .map(|(column, referred)| ForeignKey {
                name: None,
                columns: vec![(*column).to_owned()],
                table: (*referred).to_owned(),
                referred_columns: vec!["id".to_owned()],
                on_delete: Action::NoAction,
                on_update: Action::NoAction,
                timing: Timing::Immediate,
                valid: true,
            })
            .collect();
        table
    }

    /// The fields of every table of one domain, as `table.field: attribute`.
    fn fields(tables: Vec<Table>) -> Vec<String> {
        let names: Vec<String> = tables
            .iter()
            .map(|table| format!("{:?}", table.name))
            .collect();
        let map = TypeMap::parse(&format!("[all]\ntables = [{}]", names.join(", "))).unwrap();
        let mut schema = Schema::empty(Engine::Sqlite);
        schema.tables = tables.into_iter().map(|t| (t.name.clone(), t)).collect();
        let plan = plan(&map, schema).unwrap();
        let relations = Relations::of(&plan);
        let tables = plan.schema.tables.keys();
        tables
            .flat_map(|table| {
                let fields = relations.fields(table).into_iter();
                fields.map(move |field| format!("{table}.{}: {}", field.field, field.attribute))
            })
            .collect()
    }

    #[test]
    fn a_single_key_needs_no_names_of_its_own() {
        let tables = vec![
            table("books", &["id"], &[("author_id", "authors")]),
            table("authors", &["id"], &[]),
        ];
        assert_eq!(
            fields(tables),
            [
                "authors.books: has_many",
                "books.author: belongs_to , from = \"author_id\" , to = \"id\"",
            ]
        );
    }

    #[test]
    fn a_key_that_is_the_primary_key_has_one_row_at_most() {
        let tables = vec![
            table("cards", &["reader_id"], &[("reader_id", "readers")]),
            table("readers", &["id"], &[]),
        ];
        assert_eq!(fields(tables)[1], "readers.card: has_one");
    }

    #[test]
    fn keys_in_both_directions_are_distinguished() {
        let tables = vec![
            table("albums", &["id"], &[("cover_id", "photos")]),
            table("photos", &["id"], &[("album_id", "albums")]),
        ];
        insta::assert_snapshot!(fields(tables).join("\n"));
    }

    #[test]
    fn a_field_never_takes_the_name_of_a_column() {
        // `author` is a column here, and so is what would be tried next.
        let tables = vec![
            table(
                "books",
                &["id", "author", "person"],
                &[("author_id", "people")],
            ),
            table("people", &["id", "books"], &[]),
        ];
        let fields = fields(tables);
        assert!(
            fields[0].starts_with("books.person_of_author_id:"),
            "{fields:?}"
        );
        assert!(
            fields[1].starts_with("people.books_by_person_of_author_id:"),
            "{fields:?}"
        );
    }

    #[test]
    fn a_junction_leads_through_unless_it_is_more_than_that() {
        let through = |primary_key: &[&str]| {
            let tables = vec![
                table("a", &["id"], &[]),
                table("b", &["id"], &[]),
                table("links", primary_key, &[("a_id", "a"), ("b_id", "b")]),
            ];
            fields(tables)
                .iter()
                .filter(|field| field.contains("via"))
                .count()
        };
        assert_eq!(through(&["a_id", "b_id"]), 2);
        assert_eq!(through(&["a_id", "b_id", "position"]), 0);
        assert_eq!(through(&["id"]), 0);
    }
}
