//! What a declared table is on one engine: the same model that is read from a catalog, with its
//! expressions as they are written rather than as the engine would keep them.

use groundwork_naming::{Convention, Engine};

use super::{
    Check, Column, Condition, ForeignKey, Index, IndexKey, Kind, Nulls, Presence, Table, Unique,
    index::words, postgres, sqlite,
};
use crate::{
    model,
    sql::{default, identifier, literal},
};

impl Table {
    /// The table on this engine, with names by the convention.
    #[must_use]
    pub fn model(&self, convention: &Convention, engine: Engine) -> model::Table {
        let (unique_indexes, constraints): (Vec<&Unique>, Vec<&Unique>) =
            (self.uniques.iter()).partition(|unique| unique.is_index(engine));
        let indexes = (unique_indexes.into_iter())
            .map(|unique| unique.index(self.name, convention, engine))
            .chain(
                self.all_indexes()
                    .into_iter()
                    .map(|index| index.model(self.name, convention, engine)),
            );
        model::Table {
            name: self.name.to_owned(),
            columns: (self.columns.iter()).map(|own| own.model(engine)).collect(),
            primary_key: Some(model::PrimaryKey {
                name: Some(convention.primary_key(self.name)),
                columns: owned(self.primary_key),
            }),
            uniques: (constraints.into_iter())
                .map(|unique| unique.model(self.name, convention))
                .collect(),
            foreign_keys: (self.foreign_keys.iter())
                .map(|key| key.model(self.name, convention))
                .collect(),
            checks: (self.checks.iter())
                .map(|check| check.model(self.name, convention))
                .chain(self.uuid_checks(convention, engine))
                .collect(),
            indexes: indexes.collect(),
            triggers: Vec::new(),
            without_rowid: false,
            strict: false,
            definition: None,
        }
    }

    /// That what is in a column of UUIDs is one, as 16 bytes.
    fn uuid_checks(&self, convention: &Convention, engine: Engine) -> Vec<model::Check> {
        let is_checked = self.checks_uuids && engine == Engine::Sqlite;
        let columns = self.columns.iter();
        let columns = columns.filter(|column| is_checked && column.kind == Kind::Uuid);
        let checks = columns.map(|column| {
            let name = identifier(column.name);
            let is_uuid = format!("typeof({name}) = 'blob' AND length({name}) = 16");
            model::Check {
                name: Some(convention.check(self.name, &format!("{}_uuid", column.name))),
                expression: match column.presence {
                    Presence::Required => is_uuid,
                    Presence::Optional => format!("{name} IS NULL OR {is_uuid}"),
                },
                valid: true,
            }
        });
        checks.collect()
    }

    /// The declared indexes, and one for each foreign key that no key or index serves yet.
    fn all_indexes(&self) -> Vec<Index> {
        let mut indexes = self.indexes.to_vec();
        let is_sorted = |index: &Index| index.method == super::IndexMethod::Btree;
        for key in self.foreign_keys {
            let whole_table = |columns: &[&str], condition: Option<&str>| {
                condition.is_none() && columns.starts_with(key.columns)
            };
            let served = self.primary_key.starts_with(key.columns)
                || (self.uniques.iter()).any(|u| whole_table(u.columns, u.only_where))
                || indexes
                    .iter()
                    .any(|i| is_sorted(i) && whole_table(&i.leading(), i.only_where));
            if !served {
                indexes.push(Index::over(key.columns));
            }
        }
        indexes
    }
}

impl Column {
    /// The column on this engine.
    pub(crate) fn model(&self, engine: Engine) -> model::Column {
        let numbered = (self.kind == Kind::Numbered).then_some(engine);
        model::Column {
            numbering: numbered.and_then(|engine| match engine {
                Engine::Sqlite => sqlite::NUMBERING,
                Engine::Postgres => postgres::NUMBERING,
            }),
            ..self.unnumbered(self.kind.on(engine))
        }
    }

    /// A column of this type whose rows nobody numbers.
    pub(crate) fn unnumbered(&self, kind: &str) -> model::Column {
        model::Column {
            name: self.name.to_owned(),
            kind: kind.to_owned(),
            nullable: self.presence == Presence::Optional,
            default: self.default.map(default),
            generated: self.generated.map(|expression| model::Generated {
                expression: expression.to_owned(),
                stored: true,
            }),
            numbering: None,
            collation: None,
        }
    }
}

impl Kind {
    /// The name of the type.
    pub(crate) const fn on(self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => sqlite::kind(self),
            Engine::Postgres => postgres::kind(self),
        }
    }
}

impl ForeignKey {
    pub(crate) fn model(&self, table: &str, convention: &Convention) -> model::ForeignKey {
        model::ForeignKey {
            name: Some(convention.foreign_key(table, self.columns, self.table)),
            columns: owned(self.columns),
            table: self.table.to_owned(),
            referred_columns: owned(self.referred_columns),
            on_delete: self.on_delete,
            on_update: self.on_update,
            timing: self.timing,
            valid: true,
        }
    }
}

impl Unique {
    /// Whether it is an index on this engine, which can do more than a constraint.
    pub(crate) fn is_index(&self, engine: Engine) -> bool {
        let by_expressions = engine == Engine::Sqlite && self.nulls == Nulls::Equal;
        self.only_where.is_some() || !self.keys.is_empty() || by_expressions
    }

    /// Its name.
    pub(crate) fn name(&self, table: &str, convention: &Convention) -> String {
        convention.unique(table, &words(self.columns, self.keys))
    }

    /// What may exist once only, as SQL.
    pub(crate) fn expressions(&self) -> Vec<String> {
        let of_keys = self.keys.iter().map(|key| match key.expression {
            Some(sql) => format!("({sql})"),
            None => identifier(key.name),
        });
        let columns = self.columns.iter().map(|column| identifier(column));
        columns.chain(of_keys).collect()
    }

    /// As a constraint, which the rows of the whole table fulfil.
    pub(crate) fn model(&self, table: &str, convention: &Convention) -> model::Unique {
        model::Unique {
            name: Some(self.name(table, convention)),
            columns: owned(self.columns),
            timing: self.timing,
            nulls_not_distinct: self.nulls == Nulls::Equal,
        }
    }

    /// As an index, which can be over a part of the table.
    pub(crate) fn index(
        &self,
        table: &str,
        convention: &Convention,
        engine: Engine,
    ) -> model::Index {
        let is_equal = self.nulls == Nulls::Equal;
        let keys = match engine {
            Engine::Sqlite if is_equal => self.with_nulls_as_values(),
            engine => keys(self.columns, self.keys, engine),
        };
        model::Index {
            unique: true,
            nulls_not_distinct: is_equal && engine == Engine::Postgres,
            keys,
            ..plain(self.name(table, convention), self.only_where)
        }
    }

    /// Two keys for each: whether it is NULL, and its value. Any value may stand for NULL in the
    /// second, since the first tells them apart.
    fn with_nulls_as_values(&self) -> Vec<model::IndexKey> {
        let expressions = self.expressions();
        (expressions.iter())
            .flat_map(|sql| [format!("{sql} IS NULL"), format!("coalesce({sql}, 0)")])
            .map(|sql| key(model::IndexedBy::Expression(sql)))
            .collect()
    }
}

impl Check {
    pub(crate) fn model(&self, table: &str, convention: &Convention) -> model::Check {
        model::Check {
            name: Some(convention.check(table, self.rule)),
            expression: condition(&self.condition),
            valid: true,
        }
    }
}

impl Index {
    pub(crate) fn model(
        &self,
        table: &str,
        convention: &Convention,
        engine: Engine,
    ) -> model::Index {
        let name = convention.index(table, &self.words());
        let mut model = plain(name, self.only_where);
        model.keys = keys(self.columns, self.keys, engine);
        if engine == Engine::Postgres {
            model.include = owned(self.include);
            self.method.name().clone_into(&mut model.method);
        }
        model
    }

    /// The columns that it begins with, up to the first expression.
    fn leading(&self) -> Vec<&'static str> {
        let of_keys = (self.keys.iter()).take_while(|key| key.expression.is_none());
        let columns = self.columns.iter().copied();
        columns.chain(of_keys.map(|key| key.name)).collect()
    }
}

/// What must hold, as SQL of both engines.
pub(crate) fn condition(condition: &Condition) -> String {
    match condition {
        Condition::OneOf { column, values } => {
            let values: Vec<String> = values.iter().map(|value| literal(value)).collect();
            format!("{} IN ({})", identifier(column), values.join(", "))
        }
        Condition::Length { column, characters } => {
            format!("length({}) = {characters}", identifier(column))
        }
        Condition::MaxLength { column, characters } => {
            format!("length({}) <= {characters}", identifier(column))
        }
        Condition::AtLeast { column, number } => format!("{} >= {number}", identifier(column)),
        Condition::Sql(sql) => (*sql).to_owned(),
    }
}

/// An index without keys.
fn plain(name: String, only_where: Option<&str>) -> model::Index {
    model::Index {
        name,
        unique: false,
        nulls_not_distinct: false,
        method: "btree".to_owned(),
        keys: Vec::new(),
        include: Vec::new(),
        predicate: only_where.map(str::to_owned),
        valid: true,
    }
}

fn keys(columns: &[&str], keys: &[IndexKey], engine: Engine) -> Vec<model::IndexKey> {
    let of_keys = keys.iter().map(|own| model::IndexKey {
        descending: own.is_descending,
        options: (own.class.filter(|_| engine == Engine::Postgres)).map(str::to_owned),
        ..key(match own.expression {
            Some(sql) => model::IndexedBy::Expression(sql.to_owned()),
            None => model::IndexedBy::Column(own.name.to_owned()),
        })
    });
    let columns = columns.iter().map(|name| of_column(name));
    columns.chain(of_keys).collect()
}

fn of_column(name: &str) -> model::IndexKey {
    key(model::IndexedBy::Column(name.to_owned()))
}

/// A key in ascending order.
const fn key(of: model::IndexedBy) -> model::IndexKey {
    model::IndexKey {
        of,
        descending: false,
        collation: None,
        options: None,
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
