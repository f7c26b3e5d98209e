//! What a declared table is on one engine: the same model that is read from a catalog, with its
//! expressions as they are written rather than as the engine would keep them.

use groundwork_naming::{Convention, Engine};

use super::{
    Check, Column, Condition, ForeignKey, Index, Kind, OnDelete, Presence, Table, Unique, postgres,
    sqlite,
};
use crate::{
    model,
    sql::{identifier, literal},
};

impl Table {
    /// The table on this engine, with names by the convention.
    #[must_use]
    pub fn model(&self, convention: &Convention, engine: Engine) -> model::Table {
        let of_whole_table = |unique: &&Unique| unique.only_where.is_none();
        let partial = self.uniques.iter().filter(|unique| !of_whole_table(unique));
        let indexes = partial
            .map(|unique| unique.index(self.name, convention))
            .chain(
                self.all_indexes()
                    .into_iter()
                    .map(|index| index.model(self.name, convention)),
            );
        model::Table {
            name: self.name.to_owned(),
            columns: (self.columns.iter()).map(|own| own.model(engine)).collect(),
            primary_key: Some(model::PrimaryKey {
                name: Some(convention.primary_key(self.name)),
                columns: owned(self.primary_key),
            }),
            uniques: (self.uniques.iter().filter(of_whole_table))
                .map(|unique| unique.model(self.name, convention))
                .collect(),
            foreign_keys: (self.foreign_keys.iter())
                .map(|key| key.model(self.name, convention))
                .collect(),
            checks: (self.checks.iter())
                .map(|check| check.model(self.name, convention))
                .collect(),
            indexes: indexes.collect(),
            triggers: Vec::new(),
            without_rowid: false,
            strict: false,
            definition: None,
        }
    }

    /// The declared indexes, and one for each foreign key that no key or index serves yet.
    fn all_indexes(&self) -> Vec<Index> {
        let mut indexes = self.indexes.to_vec();
        for key in self.foreign_keys {
            let whole_table = |columns: &[&str], condition: Option<&str>| {
                condition.is_none() && columns.starts_with(key.columns)
            };
            let served = self.primary_key.starts_with(key.columns)
                || (self.uniques.iter()).any(|u| whole_table(u.columns, u.only_where))
                || indexes.iter().any(|i| whole_table(i.columns, i.only_where));
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
            default: None,
            generated: None,
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
            on_delete: match self.on_delete {
                OnDelete::Cascade => model::Action::Cascade,
                OnDelete::SetNull => model::Action::SetNull,
                OnDelete::NoAction => model::Action::NoAction,
            },
            on_update: model::Action::NoAction,
            timing: model::Timing::Immediate,
            valid: true,
        }
    }
}

impl Unique {
    /// As a constraint, which the rows of the whole table fulfil.
    pub(crate) fn model(&self, table: &str, convention: &Convention) -> model::Unique {
        model::Unique {
            name: Some(convention.unique(table, self.columns)),
            columns: owned(self.columns),
            timing: model::Timing::Immediate,
        }
    }

    /// As an index, which can be over a part of the table.
    pub(crate) fn index(&self, table: &str, convention: &Convention) -> model::Index {
        let name = convention.unique(table, self.columns);
        model::Index {
            unique: true,
            ..index(name, self.columns, self.only_where)
        }
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
    /// An index over a whole table.
    pub(crate) const fn over(columns: &'static [&'static str]) -> Self {
        Self {
            columns,
            only_where: None,
        }
    }

    pub(crate) fn model(&self, table: &str, convention: &Convention) -> model::Index {
        let name = convention.index(table, self.columns);
        index(name, self.columns, self.only_where)
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

fn index(name: String, columns: &[&str], only_where: Option<&str>) -> model::Index {
    let key = |column: &&str| model::IndexKey {
        of: model::IndexedBy::Column((*column).to_owned()),
        descending: false,
        collation: None,
        options: None,
    };
    model::Index {
        name,
        unique: false,
        method: "btree".to_owned(),
        keys: columns.iter().map(key).collect(),
        include: Vec::new(),
        predicate: only_where.map(str::to_owned),
        valid: true,
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
