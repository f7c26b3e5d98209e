//! The source of a migration, as a person would write it.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use groundwork_schema::alter::Named;
use groundwork_schema::table::{
    Check, Column, Condition, ForeignKey, Index, Presence, Table, Unique,
};

use super::step::{Call, Step, WayBack, bare};

/// The file of a migration. `sources` is where it will be, so that rustfmt finds its settings.
pub(crate) fn source(title: &str, up: &[Step], down: &WayBack, sources: &Path) -> String {
    let text = written(title, up, down);
    formatted(&text, sources).unwrap_or(text)
}

fn written(title: &str, up: &[Step], down: &WayBack) -> String {
    let mut tables = Vec::new();
    // A table that one way drops is what the other way creates.
    for step in up.iter().chain(steps_of(down)) {
        if let Step::Create(created) = step {
            tables.push((constant(created.name), table(created)));
        }
    }
    let body_up = body(up, &mut tables);
    let body_down = match down {
        WayBack::Steps(steps) => body(steps, &mut tables),
        WayBack::None(why) => format!("        Err(irreversible({}))\n", quoted(why)),
    };
    let tables: String = tables
        .iter()
        .map(|(name, text)| format!("const {name}: Table = {text};\n\n"))
        .collect();
    let code = format!("{tables}{body_up}{body_down}");
    let unused = |body: &str, name: &str| match body.contains("manager") {
        true => name.to_owned(),
        false => format!("_{name}"),
    };
    let (up_name, down_name) = (unused(&body_up, "manager"), unused(&body_down, "manager"));
    format!(
        "//! {title}.\n\n{}use sea_orm_migration::prelude::*;\n\n{}{tables}\
         #[derive(DeriveMigrationName)]\npub(crate) struct Migration;\n\n\
         #[async_trait::async_trait]\nimpl MigrationTrait for Migration {{\n    \
         async fn up(&self, {up_name}: &SchemaManager) -> Result<(), DbErr> {{\n{body_up}    }}\n\n    \
         async fn down(&self, {down_name}: &SchemaManager) -> Result<(), DbErr> {{\n{body_down}    }}\n\n    \
         fn use_transaction(&self) -> Option<bool> {{\n        Some(true)\n    }}\n}}\n",
        imports(&code),
        match code.contains("CONVENTION") {
            true => "use super::CONVENTION;\n\n",
            false => "",
        }
    )
}

fn steps_of(down: &WayBack) -> &[Step] {
    match down {
        WayBack::Steps(steps) => steps,
        WayBack::None(_) => &[],
    }
}

/// The `use` of what the code names.
fn imports(code: &str) -> String {
    let has = |word: &str| {
        code.match_indices(word).any(|(at, _)| {
            if code[..at].ends_with("Named::") {
                return false;
            }
            let is_name = |c: char| c.is_alphanumeric() || c == '_';
            let before = code[..at].chars().next_back();
            let after = code[at + word.len()..].chars().next();
            !before.is_some_and(is_name) && !after.is_some_and(is_name)
        })
    };
    let parts = |words: &[&'static str]| -> Vec<&'static str> {
        words.iter().copied().filter(|word| has(word)).collect()
    };
    let group = |module: &str, names: &[&str]| match names {
        [] => None,
        [one] => Some(format!("{module}::{one}")),
        several => Some(format!("{module}::{{{}}}", several.join(", "))),
    };
    let tables = parts(&[
        "Check",
        "Column",
        "Condition",
        "ConstraintTiming",
        "ForeignKey",
        "Index",
        "Kind",
        "OnDelete",
        "OnUpdate",
        "Table",
        "Unique",
    ]);
    let groups = [
        group("alter", &parts(&["Alter", "Named"])),
        group("run", &parts(&["irreversible"])),
        group("table", &tables),
    ];
    let groups: Vec<String> = groups.into_iter().flatten().collect();
    match groups.as_slice() {
        [] => String::new(),
        [one] => format!("use groundwork_schema::{one};\n"),
        several => format!(
            "use groundwork_schema::{{\n    {},\n}};\n",
            several.join(",\n    ")
        ),
    }
}

/// The statements of a way. Created tables become constants.
fn body(steps: &[Step], tables: &mut Vec<(String, String)>) -> String {
    let mut statements: Vec<String> = Vec::new();
    for step in steps {
        statements.push(match step {
            Step::Create(created) => {
                let name = constant(created.name);
                format!("{name}.create_with(manager, &CONVENTION).await")
            }
            Step::Drop(name) => {
                let name_of = constant(name);
                if !tables.iter().any(|(known, _)| *known == name_of) {
                    tables.push((name_of.clone(), table(&bare(name))));
                }
                format!("{name_of}.drop_with(manager).await")
            }
            Step::Alter(table, calls) => {
                let calls: String = calls.iter().map(|call| format!("\n            .{}", call_text(call))).collect();
                format!("Alter::table({}){calls}\n            .apply(manager, &CONVENTION)\n            .await", quoted(table))
            }
        });
    }
    match statements.split_last() {
        None => "        Ok(())\n".to_owned(),
        Some((last, before)) => {
            let before: String = before
                .iter()
                .map(|statement| format!("        {statement}?;\n"))
                .collect();
            format!("{before}        {last}\n")
        }
    }
}

fn constant(table: &str) -> String {
    let name: String = table
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    match name.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("TABLE_{name}"),
        false => name,
    }
}

fn call_text(call: &Call) -> String {
    match call {
        Call::AddColumn(own) => format!("add_column({})", column(own)),
        Call::AddColumnFilled(own, value) => {
            format!("add_column_filled({}, {})", column(own), quoted(value))
        }
        Call::AddColumnWithDefault(own, value) => format!(
            "add_column_with_default({}, {})",
            column(own),
            quoted(value)
        ),
        Call::DropColumn(name) => format!("drop_column({})", quoted(name)),
        Call::RenameTable(to, all) => {
            format!("rename_table({}, {})", quoted(to), parts(all, named))
        }
        Call::RenameColumn(from, to) => format!("rename_column({}, {})", quoted(from), quoted(to)),
        Call::ChangeType(name, kind) => format!("change_type({}, Kind::{kind:?})", quoted(name)),
        Call::ChangeTypeUsing(name, kind, value) => {
            format!(
                "change_type_using({}, Kind::{kind:?}, {})",
                quoted(name),
                quoted(value)
            )
        }
        Call::SetRequired(name) => format!("set_required({})", quoted(name)),
        Call::SetRequiredFilling(name, value) => {
            format!("set_required_filling({}, {})", quoted(name), quoted(value))
        }
        Call::SetOptional(name) => format!("set_optional({})", quoted(name)),
        Call::SetDefault(name, value) => {
            format!("set_default({}, {})", quoted(name), quoted(value))
        }
        Call::AddForeignKey(key) => format!("add_foreign_key({})", foreign_key(key)),
        Call::DropForeignKey(columns, table) => {
            format!("drop_foreign_key({}, {})", list(columns), quoted(table))
        }
        Call::AddCheck(own) => format!("add_check({})", check(own)),
        Call::DropCheck(rule) => format!("drop_check({})", quoted(rule)),
        Call::AddUnique(own) => format!("add_unique({})", unique(own)),
        Call::DropUnique(own) => format!("drop_unique({})", unique(own)),
        Call::ChangePrimaryKey(columns) => format!("change_primary_key({})", list(columns)),
        Call::AddIndex(own) => format!("add_index({})", index(own)),
        Call::DropIndex(columns) => format!("drop_index({})", list(columns)),
    }
}

fn table(own: &Table) -> String {
    let fields = [
        (
            "columns",
            own.columns.is_empty(),
            parts(own.columns, column),
        ),
        (
            "primary_key",
            own.primary_key.is_empty(),
            list(own.primary_key),
        ),
        (
            "foreign_keys",
            own.foreign_keys.is_empty(),
            parts(own.foreign_keys, foreign_key),
        ),
        (
            "uniques",
            own.uniques.is_empty(),
            parts(own.uniques, unique),
        ),
        ("checks", own.checks.is_empty(), parts(own.checks, check)),
        ("indexes", own.indexes.is_empty(), parts(own.indexes, index)),
    ];
    let fields = fields.into_iter().filter(|(_, is_empty, _)| !is_empty);
    let fields: String = fields
        .map(|(name, _, value)| format!("    {name}: {value},\n"))
        .collect();
    format!(
        "Table {{\n    name: {},\n{fields}    ..Table::DEFAULT\n}}",
        quoted(own.name)
    )
}

fn parts<T>(parts: &[T], text: impl Fn(&T) -> String) -> String {
    match parts {
        [] => "&[]".to_owned(),
        [one] => format!("&[{}]", text(one)),
        several => {
            let lines: String = several
                .iter()
                .map(|part| format!("\n        {},", text(part)))
                .collect();
            format!("&[{lines}\n    ]")
        }
    }
}

fn column(own: &Column) -> String {
    let presence = match own.presence {
        Presence::Required => "required",
        Presence::Optional => "optional",
    };
    format!(
        "Column::{presence}({}, Kind::{:?})",
        quoted(own.name),
        own.kind
    )
}

fn foreign_key(own: &ForeignKey) -> String {
    let mut fields = vec![
        format!("columns: {}", list(own.columns)),
        format!("table: {}", quoted(own.table)),
        format!("referred_columns: {}", list(own.referred_columns)),
    ];
    let usual = ForeignKey::DEFAULT;
    if own.on_delete != usual.on_delete {
        fields.push(format!("on_delete: OnDelete::{:?}", own.on_delete));
    }
    if own.on_update != usual.on_update {
        fields.push(format!("on_update: OnUpdate::{:?}", own.on_update));
    }
    if own.timing != usual.timing {
        fields.push(format!("timing: ConstraintTiming::{:?}", own.timing));
    }
    format!(
        "ForeignKey {{ {}, ..ForeignKey::DEFAULT }}",
        fields.join(", ")
    )
}

fn unique(own: &Unique) -> String {
    format!(
        "Unique {{ {}, ..Unique::DEFAULT }}",
        over(own.columns, own.only_where)
    )
}

fn index(own: &Index) -> String {
    format!(
        "Index {{ {}, ..Index::DEFAULT }}",
        over(own.columns, own.only_where)
    )
}

fn over(columns: &[&str], only_where: Option<&str>) -> String {
    let columns = format!("columns: {}", list(columns));
    match only_where {
        Some(sql) => format!("{columns}, only_where: Some({})", quoted(sql)),
        None => columns,
    }
}

/// What is named after a table.
fn named(own: &Named) -> String {
    match own {
        Named::PrimaryKey => "Named::PrimaryKey".to_owned(),
        Named::ForeignKey { columns, table } => {
            format!(
                "Named::ForeignKey {{ columns: {}, table: {} }}",
                list(columns),
                quoted(table)
            )
        }
        Named::Referring { table, columns } => {
            format!(
                "Named::Referring {{ table: {}, columns: {} }}",
                quoted(table),
                list(columns)
            )
        }
        Named::Unique(words) => format!("Named::Unique({})", list(words)),
        Named::Check(rule) => format!("Named::Check({})", quoted(rule)),
        Named::Index(words) => format!("Named::Index({})", list(words)),
    }
}

fn check(own: &Check) -> String {
    let condition = match own.condition {
        Condition::OneOf { column, values } => {
            format!(
                "Condition::OneOf {{ column: {}, values: {} }}",
                quoted(column),
                list(values)
            )
        }
        Condition::Length { column, characters } => {
            format!(
                "Condition::Length {{ column: {}, characters: {characters} }}",
                quoted(column)
            )
        }
        Condition::MaxLength { column, characters } => {
            format!(
                "Condition::MaxLength {{ column: {}, characters: {characters} }}",
                quoted(column)
            )
        }
        Condition::AtLeast { column, number } => {
            format!(
                "Condition::AtLeast {{ column: {}, number: {number} }}",
                quoted(column)
            )
        }
        Condition::Sql(sql) => format!("Condition::Sql({})", quoted(sql)),
    };
    format!(
        "Check {{ rule: {}, condition: {condition} }}",
        quoted(own.rule)
    )
}

fn list(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("&[{}]", names.join(", "))
}

/// A literal of Rust; raw where that reads better.
fn quoted(text: &str) -> String {
    let is_raw = text.contains('"') && !text.contains("\"#") && !text.contains(['\r', '\0']);
    match is_raw {
        true => format!("r#\"{text}\"#"),
        false => format!("{text:?}"),
    }
}

/// The text as rustfmt writes it; `None` where there is no rustfmt.
fn formatted(text: &str, sources: &Path) -> Option<String> {
    let folder = if sources.is_dir() {
        sources
    } else {
        Path::new(".")
    };
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    let formatted = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !formatted.is_empty()).then_some(formatted)
}
