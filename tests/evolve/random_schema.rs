//! Schemas at random, in words of their own: what edits do to them is known without reading any
//! entity.

use acceptance::Numbers;
use groundwork_schema::table::{
    Check, Column, Condition, ForeignKey, Index, Kind, OnDelete, Table, Unique,
};
use sea_orm_migration::{
    MigrationName, MigrationTrait, async_trait,
    prelude::{DbErr, SchemaManager},
};

#[derive(Clone, Debug)]
pub(super) struct Db {
    pub(super) tables: Vec<DbTable>,
}

#[derive(Clone, Debug)]
pub(super) struct DbTable {
    pub(super) name: String,
    /// All but `id`.
    pub(super) columns: Vec<DbColumn>,
    /// Two columns that are unique together.
    pub(super) pair: Option<[String; 2]>,
}

#[derive(Clone, Debug)]
pub(super) struct DbColumn {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) required: bool,
    pub(super) unique: bool,
    /// The values and the rule of the check that lists them.
    pub(super) values: Option<(String, Vec<String>)>,
    pub(super) refers: Option<(String, OnDelete)>,
    /// A check, an index or a partial unique, which entities do not say.
    pub(super) extra: Option<Extra>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extra {
    AtLeast(&'static str),
    Index,
    PartialUnique,
}

pub(super) const KINDS: [Kind; 8] = [
    Kind::Text,
    Kind::BigInteger,
    Kind::Double,
    Kind::Boolean,
    Kind::Timestamptz,
    Kind::Json,
    Kind::Blob,
    Kind::Uuid,
];

const NAMES: [&str; 12] = [
    "title", "price", "mood", "born_at", "type", "weight", "is_old", "note", "label", "ref",
    "place", "code",
];

impl Db {
    pub(super) fn random(numbers: &mut Numbers) -> Self {
        let mut db = Self { tables: Vec::new() };
        for name in ["authors", "books", "loans"]
            .iter()
            .take(2 + numbers.below(2))
        {
            let mut table = DbTable {
                name: (*name).to_owned(),
                columns: Vec::new(),
                pair: None,
            };
            for _ in 0..2 + numbers.below(4) {
                if let Some(column) = DbColumn::random(numbers, &table) {
                    table.columns.push(column);
                }
            }
            if let Some(to) = db.tables.last().filter(|_| !numbers.one_in(4)) {
                table.columns.push(DbColumn::referring(numbers, &to.name));
            }
            let plain: Vec<String> = (table.columns.iter())
                .filter(|column| {
                    column.name != "type"
                        && column.name != "ref"
                        && !matches!(column.kind, Kind::Json)
                })
                .map(|column| column.name.clone())
                .collect();
            if let ([one, .., other], true) = (plain.as_slice(), numbers.one_in(3)) {
                table.pair = Some([one.clone(), other.clone()]);
            }
            db.tables.push(table);
        }
        db
    }

    pub(super) fn table(&mut self, name: &str) -> &mut DbTable {
        self.tables
            .iter_mut()
            .find(|table| table.name == name)
            .unwrap()
    }

    /// The type map that gives ids and enums their types.
    pub(super) fn map(&self) -> String {
        let names: Vec<String> = self
            .tables
            .iter()
            .map(|table| format!("{:?}", table.name))
            .collect();
        let mut map = format!(
            "[all]\ntables = [{}]\n\n[all.ids]\n\"*.id\" = \"{{Table}}Id\"\n\n[all.enums]\n",
            names.join(", ")
        );
        for table in &self.tables {
            for column in table
                .columns
                .iter()
                .filter(|column| column.values.is_some())
            {
                let own = enum_name(&table.name, &column.name);
                map.push_str(&format!("\"{}.{}\" = \"{own}\"\n", table.name, column.name));
            }
        }
        map
    }

    pub(super) fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(CreateAll(
            self.tables.iter().map(DbTable::declared).collect(),
        ))]
    }
}

/// The name of the enum of a column.
pub(super) fn enum_name(table: &str, column: &str) -> String {
    let upper = |word: &str| word[..1].to_uppercase() + &word[1..].replace('_', "");
    format!("{}{}Kind", upper(table), upper(column))
}

impl DbColumn {
    pub(super) fn random(numbers: &mut Numbers, table: &DbTable) -> Option<Self> {
        let free: Vec<&str> = (NAMES.iter().copied())
            .filter(|name| !table.columns.iter().any(|column| column.name == *name))
            .collect();
        let name = numbers.pick(&free)?.to_owned();
        let kind = numbers.pick(&KINDS)?;
        let values = (kind == Kind::Text && numbers.one_in(3)).then(|| {
            let values = ["calm", "loud", "half dark"]
                .iter()
                .take(2 + numbers.below(2));
            (
                name.clone(),
                values.map(|&value| value.to_owned()).collect(),
            )
        });
        let extra = match numbers.below(6) {
            0 if kind == Kind::BigInteger => {
                Some(Extra::AtLeast(leak(&format!("{name}_at_least"))))
            }
            1 if kind != Kind::Json => Some(Extra::Index),
            2 if kind == Kind::Text && values.is_none() => Some(Extra::PartialUnique),
            _ => None,
        };
        let is_searchable = !matches!(name.as_str(), "type" | "ref")
            && kind != Kind::Json
            && extra != Some(Extra::PartialUnique);
        Some(Self {
            unique: is_searchable && numbers.one_in(5),
            required: numbers.one_in(2),
            name,
            kind,
            values,
            refers: None,
            extra,
        })
    }

    pub(super) fn referring(numbers: &mut Numbers, to: &str) -> Self {
        let on_delete =
            [OnDelete::Cascade, OnDelete::NoAction, OnDelete::SetNull][numbers.below(3)];
        Self {
            name: format!("{}_id", to.trim_end_matches('s')),
            kind: Kind::Uuid,
            required: on_delete != OnDelete::SetNull && numbers.one_in(2),
            unique: false,
            values: None,
            refers: Some((to.to_owned(), on_delete)),
            extra: None,
        }
    }
}

impl DbTable {
    fn declared(&self) -> Table {
        let mut columns = vec![Column::required("id", Kind::Uuid)];
        let (mut keys, mut uniques, mut checks, mut indexes) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for own in &self.columns {
            let name = leak(&own.name);
            let list: &'static [&'static str] = Vec::leak(vec![name]);
            columns.push(match own.required {
                true => Column::required(name, own.kind),
                false => Column::optional(name, own.kind),
            });
            if own.unique {
                uniques.push(Unique {
                    columns: list,
                    ..Unique::DEFAULT
                });
            }
            if let Some((rule, values)) = &own.values {
                let values = Vec::leak(values.iter().map(|value| leak(value)).collect());
                checks.push(Check {
                    rule: leak(rule),
                    condition: Condition::OneOf {
                        column: name,
                        values,
                    },
                });
            }
            if let Some((table, on_delete)) = &own.refers {
                keys.push(ForeignKey {
                    columns: list,
                    table: leak(table),
                    referred_columns: &["id"],
                    on_delete: *on_delete,
                    ..ForeignKey::DEFAULT
                });
            }
            match own.extra {
                Some(Extra::AtLeast(rule)) => {
                    checks.push(Check {
                        rule,
                        condition: Condition::AtLeast {
                            column: name,
                            number: 0,
                        },
                    });
                }
                Some(Extra::Index) => indexes.push(Index {
                    columns: list,
                    ..Index::DEFAULT
                }),
                Some(Extra::PartialUnique) => {
                    let only_where = Some(leak(&format!("\"{name}\" <> 'text 1'")));
                    uniques.push(Unique {
                        columns: list,
                        only_where,
                        ..Unique::DEFAULT
                    });
                }
                None => {}
            }
        }
        if let Some([one, other]) = &self.pair {
            uniques.push(Unique {
                columns: Vec::leak(vec![leak(one), leak(other)]),
                ..Unique::DEFAULT
            });
        }
        Table {
            name: leak(&self.name),
            columns: Vec::leak(columns),
            primary_key: &["id"],
            foreign_keys: Vec::leak(keys),
            uniques: Vec::leak(uniques),
            checks: Vec::leak(checks),
            indexes: Vec::leak(indexes),
            ..Table::DEFAULT
        }
    }
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// Makes all tables.
struct CreateAll(Vec<Table>);

impl MigrationName for CreateAll {
    fn name(&self) -> &'static str {
        "m20260101_000000_create_all"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateAll {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in &self.0 {
            table.create_with(manager, &migration::CONVENTION).await?;
        }
        Ok(())
    }
}
