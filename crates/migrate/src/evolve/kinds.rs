//! Which kind of column a field is. What generated entities look like for each kind is asked of
//! the generator itself, so that the two cannot disagree.

use groundwork_naming::{Convention, Engine};
use groundwork_schema::{
    model::{Schema, Table as TableModel},
    sql::literal,
    table::{Column, Kind, Table},
};

use super::{
    error::EvolveError,
    model::{Entities, Entity, Field, FieldType, Way},
    read,
};
use crate::entities::{TypeMap, of_schema};

/// The kinds of columns that `Table` and `Alter` can make.
const ALL: [(&str, Kind); 8] = [
    ("a", Kind::Text),
    ("b", Kind::BigInteger),
    ("c", Kind::Double),
    ("d", Kind::Boolean),
    ("e", Kind::Timestamptz),
    ("f", Kind::Json),
    ("g", Kind::Blob),
    ("h", Kind::Uuid),
];

/// A table with a column of each kind.
const PROBE: Table = Table {
    name: "probes",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::required(ALL[0].0, ALL[0].1),
        Column::required(ALL[1].0, ALL[1].1),
        Column::required(ALL[2].0, ALL[2].1),
        Column::required(ALL[3].0, ALL[3].1),
        Column::required(ALL[4].0, ALL[4].1),
        Column::required(ALL[5].0, ALL[5].1),
        Column::required(ALL[6].0, ALL[6].1),
        Column::required(ALL[7].0, ALL[7].1),
    ],
    primary_key: &["id"],
    ..Table::DEFAULT
};

/// How the generator writes each kind.
#[derive(Debug)]
pub(crate) struct Kinds {
    all: Vec<(Kind, FieldType)>,
    sqlite: TableModel,
    postgres: TableModel,
}

impl Kinds {
    /// Asks the generator.
    ///
    /// # Errors
    /// [`EvolveError`] if it cannot write such a table, which would be a fault of this program.
    pub(crate) fn new(convention: &Convention) -> Result<Self, EvolveError> {
        let [sqlite, postgres] =
            [Engine::Sqlite, Engine::Postgres].map(|engine| PROBE.model(convention, engine));
        let mut schema = Schema::empty(Engine::Sqlite);
        schema.tables.insert(PROBE.name.to_owned(), sqlite.clone());
        let map = TypeMap::parse("[probe]\ntables = [\"probes\"]")
            .map_err(crate::entities::GenerateError::TypeMap)?;
        let tree = of_schema(schema, &map)?;
        let entities = read::entities(&tree.files).map_err(EvolveError::Files)?;
        let probe = entities.tables.get(PROBE.name);
        let all = ALL.iter().filter_map(|(column, kind)| {
            let field = probe?.field(column)?;
            Some((*kind, field.kind.clone()))
        });
        let all = all.collect();
        Ok(Self {
            all,
            sqlite,
            postgres,
        })
    }

    /// The kind of a field's column.
    ///
    /// # Errors
    /// Why no column can be made for it, as the rest of a sentence that begins with the column.
    pub(crate) fn of(
        &self,
        entities: &Entities,
        entity: &Entity,
        field: &Field,
    ) -> Result<Kind, String> {
        let (rust, column_type) = match &field.kind {
            FieldType::Own(name) if entities.enums.contains_key(name) => return Ok(Kind::Text),
            FieldType::Own(name) => {
                let refers = entity
                    .foreign_keys()
                    .iter()
                    .any(|key| key.columns.contains(&field.column));
                let is_declared = entities.ids.contains(name);
                return if is_declared || field.is_key || refers {
                    Ok(Kind::Uuid)
                } else {
                    Err(format!(
                        "is a `{0}`, which is no type of a column; an enum is listed in {1}/enums.rs, \
                         an id in {1}/ids.rs",
                        name.name, name.domain
                    ))
                };
            }
            FieldType::Plain { rust, column_type } => (rust, column_type),
        };
        if field.is_numbered {
            return Ok(Kind::Numbered);
        }
        let of_rust = |known: &FieldType| matches!(known, FieldType::Plain { rust: known, .. } if known == rust);
        let mut candidates = self.all.iter().filter(|(_, known)| of_rust(known));
        let found = match column_type {
            None => candidates.next(),
            Some(_) => candidates.find(|(_, known)| *known == field.kind),
        };
        found
            .map(|(kind, _)| *kind)
            .ok_or_else(|| self.no_kind(rust, column_type.as_deref()))
    }

    fn no_kind(&self, rust: &str, column_type: Option<&str>) -> String {
        let known = self.all.iter().filter_map(|(_, known)| match known {
            FieldType::Plain { rust, .. } => Some(rust.as_str()),
            FieldType::Own(_) => None,
        });
        let known = known.collect::<Vec<_>>().join(", ");
        let column_type = column_type.map(|text| format!(" with column_type = \"{text}\""));
        format!(
            "is a `{rust}`{}, for which `Table` and `Alter` have no kind of column; they have one \
             for {known}, ids and enums",
            column_type.unwrap_or_default()
        )
    }

    /// What a field's column holds, in words.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub(crate) fn holds(
        &self,
        entities: &Entities,
        entity: &Entity,
        field: &Field,
    ) -> Result<String, String> {
        Ok(word(self.of(entities, entity, field)?))
    }

    /// The kind of a column that exists, where it is one.
    pub(crate) fn of_column(
        &self,
        engine: Engine,
        table: &TableModel,
        column: &str,
    ) -> Option<Kind> {
        let column = table.column(column)?;
        let probe = match engine {
            Engine::Sqlite => &self.sqlite,
            Engine::Postgres => &self.postgres,
        };
        let is_counted = match engine {
            Engine::Sqlite => {
                column.kind == "integer" && table.key_columns() == [column.name.as_str()]
            }
            Engine::Postgres => column.numbering.is_some(),
        };
        if is_counted {
            return Some(Kind::Numbered);
        }
        let found = ALL.iter().find(|(name, _)| {
            probe
                .column(name)
                .is_some_and(|known| known.kind == column.kind)
        });
        found.map(|(_, kind)| *kind)
    }
}

/// What a kind holds, in one word.
pub(crate) fn word(kind: Kind) -> String {
    match kind {
        Kind::Uuid => "uuid".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::BigInteger => "bigint".to_owned(),
        Kind::Numbered => "numbered".to_owned(),
        Kind::Double => "double".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::Timestamptz => "timestamptz".to_owned(),
        Kind::Json => "json".to_owned(),
        Kind::Blob => "bytes".to_owned(),
    }
}

/// The kind that a word on the command line means.
pub(crate) fn kind_of_word(text: &str) -> Option<Kind> {
    Some(match text {
        "text" | "string" => Kind::Text,
        "bigint" | "integer" | "int" | "i64" => Kind::BigInteger,
        "double" | "float" | "f64" => Kind::Double,
        "boolean" | "bool" => Kind::Boolean,
        "timestamptz" | "timestamp" | "datetime" => Kind::Timestamptz,
        "json" | "jsonb" => Kind::Json,
        "bytes" | "blob" => Kind::Blob,
        "uuid" => Kind::Uuid,
        _ => return None,
    })
}

/// A value as an SQL literal that both engines understand.
///
/// # Errors
/// Why there is none.
pub(crate) fn literal_of(kind: Kind, value: &str) -> Result<String, String> {
    let wrong = |expected: &str| Err(format!("`{value}` is no {expected}"));
    match kind {
        Kind::Text => Ok(literal(value)),
        Kind::BigInteger => match value.parse::<i64>() {
            Ok(number) => Ok(number.to_string()),
            Err(_) => wrong("whole number of 64 bits"),
        },
        Kind::Double => match value.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(format!("{number:?}")),
            _ => wrong("finite number"),
        },
        Kind::Boolean => match value {
            "true" => Ok("TRUE".to_owned()),
            "false" => Ok("FALSE".to_owned()),
            _ => wrong("`true` or `false`"),
        },
        Kind::Timestamptz => match chrono::DateTime::parse_from_rfc3339(&value.replace(' ', "T")) {
            Ok(instant) => Ok(literal(
                &instant.to_utc().format("%F %T%.f+00:00").to_string(),
            )),
            Err(_) => wrong("instant such as 2026-01-31T12:00:00Z"),
        },
        Kind::Json => match serde_json::from_str::<serde_json::Value>(value) {
            Ok(_) => Ok(literal(value)),
            Err(_) => wrong("JSON"),
        },
        Kind::Uuid | Kind::Blob | Kind::Numbered => Err(format!(
            "a value of the kind {} has no literal that both engines understand; give an expression \
             of other columns with --fill-sql, or make the field optional",
            word(kind)
        )),
    }
}

/// Whether every value of the one kind is one of the other, too.
pub(crate) fn widens(before: Kind, after: Kind) -> bool {
    match (before, after) {
        (Kind::Blob, _) => false,
        (_, Kind::Text) | (Kind::Boolean, Kind::BigInteger) => true,
        (before, after) => before == after,
    }
}

/// The columns of a relation, for a message.
pub(crate) fn is_referring(entity: &Entity, column: &str) -> bool {
    entity.relations.iter().any(|relation| match &relation.way {
        Way::Key(key) => key.columns.iter().any(|own| own == column),
        Way::OtherEnd => false,
    })
}
