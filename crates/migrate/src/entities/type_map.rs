//! The type map: which tables make up which domain, and which columns have types of their own.
//!
//! ```toml
//! # Tables, or columns (`"table.column"`), that get no entity.
//! ignored = ["spatial_ref_sys"]
//! # Ids and enums derive `utoipa::ToSchema`: the package of the models depends on utoipa then.
//! openapi = true
//!
//! # What columns are read as: a column, a pattern, or a type in the engine's words.
//! [types]
//! "orders.price" = "Decimal"
//! "integer" = "i64"
//!
//! [shop]
//! tables = ["customers", "orders"]
//!
//! # What identifies a row of a table that has no primary key.
//! [shop.keys]
//! visits = ["customer_id", "day"]
//!
//! # A column and the newtype of its ids; foreign keys that refer to it get the same type.
//! [shop.ids]
//! "customers.id" = "CustomerId"
//!
//! # A column and its enum; the variants are what the column's CHECK lists.
//! [shop.enums]
//! "orders.status" = "OrderStatus"
//!
//! # What a table or a column means, for the documentation.
//! [shop.docs]
//! "orders" = "What a customer ordered at once."
//! ```
//!
//! A `*` matches any characters, so that one line applies to many columns of the domain; a line
//! that names a column goes before. In the type of a pattern, `{Table}` is the table in the singular:
//! `"*.id" = "{Table}Id"` gives `OrderId` to `orders.id`.

use std::{fmt, ops::Range};

use toml::de::{DeTable, DeValue};

use super::{names, plan, rust_type::RustType};

/// A type map, read and checked in itself; whether it fits the tables is seen on generation.
#[derive(Clone, Debug)]
pub struct TypeMap {
    pub(super) domains: Vec<Domain>,
    pub(super) ignored: Vec<Entry>,
    /// Whether ids and enums describe themselves to utoipa.
    pub(super) openapi: bool,
    pub(super) types: Vec<TypeAssignment>,
}

/// What a column, the columns of a pattern or those of a type are read as.
#[derive(Clone, Debug)]
pub(super) struct TypeAssignment {
    pub(super) subject: String,
    pub(super) rust: RustType,
    pub(super) line: usize,
}

/// What identifies a row of a table without a primary key.
#[derive(Clone, Debug)]
pub(super) struct KeyColumns {
    pub(super) table: String,
    pub(super) columns: Vec<String>,
    pub(super) line: usize,
}

/// A domain: a folder of entities.
#[derive(Clone, Debug)]
pub(super) struct Domain {
    pub(super) name: String,
    pub(super) tables: Vec<Entry>,
    pub(super) keys: Vec<KeyColumns>,
    pub(super) ids: Vec<Assignment>,
    pub(super) enums: Vec<Assignment>,
    pub(super) docs: Vec<Assignment>,
}

/// A text and its line in the type map.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) text: String,
    pub(super) line: usize,
}

/// What the type map says about a `table` or a `table.column`.
#[derive(Clone, Debug)]
pub(super) struct Assignment {
    pub(super) subject: String,
    pub(super) value: String,
    pub(super) line: usize,
}

/// What is replaced by the name of the table in the type of a pattern.
pub(super) const TABLE: &str = "{Table}";

impl Assignment {
    /// Whether it speaks of whatever columns match.
    pub(super) fn is_pattern(&self) -> bool {
        self.subject.contains('*')
    }

    /// The table and the column; `None` for the column where only a table is named.
    pub(super) fn table_and_column(&self) -> (&str, Option<&str>) {
        match self.subject.split_once('.') {
            Some((table, column)) => (table, Some(column)),
            None => (&self.subject, None),
        }
    }
}

/// What a line says about a table or a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) value: String,
    /// Whether the line speaks of others too.
    pub(crate) by_pattern: bool,
}

/// Something that is wrong with the type map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1; `None` where something is missing altogether.
    pub line: Option<usize>,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// The keys of a domain.
const KEYS: [&str; 5] = ["tables", "keys", "ids", "enums", "docs"];

impl TypeMap {
    /// Reads a type map.
    ///
    /// # Errors
    /// Every [`Problem`] at once, in the order of lines.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let root = DeTable::parse(text).map_err(|error| {
            let line = error.span().map(|span| line_at(text, span.start));
            vec![Problem {
                line,
                message: error.message().to_owned(),
            }]
        })?;
        let mut reader = Reader {
            text,
            problems: Vec::new(),
        };
        let map = reader.root(root.get_ref());
        if reader.problems.is_empty() {
            Ok(map)
        } else {
            reader.problems.sort_by_key(|problem| problem.line);
            Err(reader.problems)
        }
    }

    /// The names of the domains.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.domains.iter().map(|domain| domain.name.as_str())
    }

    /// The tables of a domain; `None` if there is no such domain.
    pub(crate) fn tables_of(&self, domain: &str) -> Option<impl Iterator<Item = &str>> {
        let domain = self.domains.iter().find(|known| known.name == domain)?;
        Some(domain.tables.iter().map(|entry| entry.text.as_str()))
    }

    /// What a section of a domain (`ids`, `enums`, `docs`) says about a table or a column, in a line
    /// of its own or by a pattern.
    pub(crate) fn says(&self, domain: &str, section: &str, subject: &str) -> Option<Said> {
        let domain = self.domains.iter().find(|known| known.name == domain)?;
        let lines = match section {
            "ids" => &domain.ids,
            "enums" => &domain.enums,
            _ => &domain.docs,
        };
        let named = lines.iter().find(|line| line.subject == subject);
        if let Some(named) = named {
            let value = named.value.clone();
            return Some(Said {
                value,
                by_pattern: false,
            });
        }
        let (table, column) = subject.split_once('.')?;
        let mut patterns = lines.iter().filter(|line| line.is_pattern());
        let pattern = patterns.find(|line| {
            let (tables, columns) = line.table_and_column();
            plan::matches(tables, table)
                && columns.is_some_and(|columns| plan::matches(columns, column))
        })?;
        let value = pattern.value.replace(TABLE, &names::one_of(table));
        Some(Said {
            value,
            by_pattern: true,
        })
    }

    /// Whether the type map leaves the table or `table.column` out.
    pub(super) fn ignores(&self, subject: &str) -> bool {
        self.ignored.iter().any(|entry| entry.text == subject)
    }
}

/// Reads values and remembers what is wrong with them.
struct Reader<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn root(&mut self, root: &DeTable<'_>) -> TypeMap {
        let mut map = TypeMap {
            domains: Vec::new(),
            ignored: Vec::new(),
            openapi: false,
            types: Vec::new(),
        };
        for (key, value) in root {
            let name = key.get_ref().as_ref();
            match value.get_ref() {
                DeValue::Array(_) if name == "ignored" => {
                    map.ignored = self.texts(name, value.get_ref(), value.span());
                }
                DeValue::Boolean(openapi) if name == "openapi" => map.openapi = *openapi,
                // A domain may be called so, too: then it has tables.
                DeValue::Table(table) if name == "types" && !table.contains_key("tables") => {
                    map.types = self.column_types(value.get_ref(), value.span());
                }
                DeValue::Table(table) => {
                    if !names::is_module(name) {
                        let message =
                            format!("`{name}` cannot be the name of a folder and a Rust module");
                        self.problem(key.span(), message);
                    }
                    let domain = self.domain(name, table);
                    map.domains.push(domain);
                }
                other => {
                    let message = format!(
                        "`{name}` is {}; expected a domain (`[{name}]`), \
                         `ignored = [\"table\"]` or `openapi = true`",
                        kind(other)
                    );
                    self.problem(key.span(), message);
                }
            }
        }
        map
    }

    fn domain(&mut self, name: &str, table: &DeTable<'_>) -> Domain {
        let mut domain = Domain {
            name: name.to_owned(),
            tables: Vec::new(),
            keys: Vec::new(),
            ids: Vec::new(),
            enums: Vec::new(),
            docs: Vec::new(),
        };
        for (key, value) in table {
            let span = value.span();
            match key.get_ref().as_ref() {
                "tables" => domain.tables = self.texts("tables", value.get_ref(), span),
                "keys" => domain.keys = self.keys(value.get_ref(), span),
                "ids" => domain.ids = self.types("ids", value.get_ref(), span),
                "enums" => domain.enums = self.types("enums", value.get_ref(), span),
                "docs" => domain.docs = self.assignments("docs", value.get_ref(), span),
                unknown => {
                    let message = format!(
                        "unknown key `{unknown}` in the domain `{name}`{}",
                        names::suggestion(unknown, KEYS)
                            .unwrap_or_else(|| format!("; expected one of {}", KEYS.join(", ")))
                    );
                    self.problem(key.span(), message);
                }
            }
        }
        domain
    }

    fn texts(&mut self, key: &str, value: &DeValue<'_>, span: Range<usize>) -> Vec<Entry> {
        let Some(array) = value.as_array() else {
            let message = format!(
                "`{key}` is {}; expected a list of names, such as [\"orders\"]",
                kind(value)
            );
            self.problem(span, message);
            return Vec::new();
        };
        let mut entries = Vec::new();
        for item in array.iter() {
            match item.get_ref().as_str() {
                Some(text) => entries.push(Entry {
                    text: text.to_owned(),
                    line: line_at(self.text, item.span().start),
                }),
                None => {
                    let message =
                        format!("`{key}` holds {}; expected a text", kind(item.get_ref()));
                    self.problem(item.span(), message);
                }
            }
        }
        entries
    }

    /// What columns are read as.
    fn column_types(&mut self, value: &DeValue<'_>, span: Range<usize>) -> Vec<TypeAssignment> {
        let mut types = Vec::new();
        for Assignment {
            subject,
            value,
            line,
        } in self.assignments("types", value, span)
        {
            match value.parse() {
                Ok(rust) => types.push(TypeAssignment {
                    subject,
                    rust,
                    line,
                }),
                Err(why) => self.problems.push(Problem {
                    line: Some(line),
                    message: format!("`{value}` {why}"),
                }),
            }
        }
        types
    }

    /// What identifies the rows of tables without a primary key.
    fn keys(&mut self, value: &DeValue<'_>, span: Range<usize>) -> Vec<KeyColumns> {
        let Some(table) = value.as_table() else {
            let message = format!(
                "`keys` is {}; expected lines such as visits = [\"customer_id\", \"day\"]",
                kind(value)
            );
            self.problem(span, message);
            return Vec::new();
        };
        let mut keys = Vec::new();
        for (name, columns) in table {
            let line = line_at(self.text, name.span().start);
            let columns = self.texts(name.get_ref(), columns.get_ref(), columns.span());
            if !columns.is_empty() {
                keys.push(KeyColumns {
                    table: name.get_ref().to_string(),
                    columns: columns.into_iter().map(|entry| entry.text).collect(),
                    line,
                });
            }
        }
        keys
    }

    /// Assignments of Rust types to columns.
    fn types(&mut self, key: &str, value: &DeValue<'_>, span: Range<usize>) -> Vec<Assignment> {
        let assignments = self.assignments(key, value, span);
        for assignment in &assignments {
            let line = Some(assignment.line);
            if assignment.table_and_column().1.is_none() {
                self.problems.push(Problem {
                    line,
                    message: format!(
                        "`{}` names no column; expected \"table.column\"",
                        assignment.subject
                    ),
                });
            }
            let name = if assignment.is_pattern() {
                assignment.value.replace(TABLE, "Table")
            } else {
                assignment.value.clone()
            };
            if let Err(why) = names::check_type(&name) {
                let message = format!("`{}` {why}", assignment.value);
                self.problems.push(Problem { line, message });
            }
        }
        assignments
    }

    fn assignments(
        &mut self,
        key: &str,
        value: &DeValue<'_>,
        span: Range<usize>,
    ) -> Vec<Assignment> {
        let Some(table) = value.as_table() else {
            let message = format!(
                "`{key}` is {}; expected lines such as \"orders.id\" = \"…\"",
                kind(value)
            );
            self.problem(span, message);
            return Vec::new();
        };
        let mut assignments = Vec::new();
        for (subject, value) in table {
            let line = line_at(self.text, subject.span().start);
            match value.get_ref() {
                DeValue::String(text) => assignments.push(Assignment {
                    subject: subject.get_ref().to_string(),
                    value: text.trim().to_owned(),
                    line,
                }),
                DeValue::Table(columns) => {
                    // Without quotes, `orders.id = "…"` is a table `orders` with a key `id`.
                    for (column, value) in columns {
                        match value.get_ref().as_str() {
                            Some(text) => assignments.push(Assignment {
                                subject: format!("{}.{}", subject.get_ref(), column.get_ref()),
                                value: text.trim().to_owned(),
                                line: line_at(self.text, column.span().start),
                            }),
                            None => self.no_text(column.get_ref(), value.get_ref(), column.span()),
                        }
                    }
                }
                other => self.no_text(subject.get_ref(), other, subject.span()),
            }
        }
        assignments.sort_by_key(|assignment| assignment.line);
        assignments
    }

    fn no_text(&mut self, subject: &str, value: &DeValue<'_>, span: Range<usize>) {
        let message = format!("`{subject}` is {}; expected a text", kind(value));
        self.problem(span, message);
    }

    fn problem(&mut self, span: Range<usize>, message: String) {
        self.problems.push(Problem {
            line: Some(line_at(self.text, span.start)),
            message,
        });
    }
}

/// The line of a byte, from 1.
fn line_at(text: &str, byte: usize) -> usize {
    let before = text.as_bytes().get(..byte).unwrap_or_default();
    before.iter().filter(|&&byte| byte == b'\n').count() + 1
}

fn kind(value: &DeValue<'_>) -> String {
    let kind = value.type_str();
    let article = if kind.starts_with(['a', 'i']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {kind}")
}
