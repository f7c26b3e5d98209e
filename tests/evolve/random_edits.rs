//! Edits at random: each is made in the schema that is known and in the text of its entities, as a
//! person makes it.

use std::{fs, path::Path};

use groundwork_schema::table::{Kind, OnDelete};

use acceptance::Numbers;

use super::random_schema::{Db, DbColumn, DbTable, Extra, enum_name};

/// The fields of a file, to be edited.
pub(super) struct Text {
    head: String,
    fields: Vec<String>,
    tail: String,
}

impl Text {
    pub(super) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let (head, rest) = text.split_once("pub struct Model {\n").unwrap();
        let (body, tail) = rest.split_once("\n}\n").unwrap();
        let (mut fields, mut field) = (Vec::new(), String::new());
        for line in body.lines() {
            field.push_str(line);
            field.push('\n');
            if line.starts_with("    pub ") {
                fields.push(std::mem::take(&mut field));
            }
        }
        Self {
            head: format!("{head}pub struct Model {{\n"),
            fields,
            tail: format!("}}\n{tail}"),
        }
    }

    pub(super) fn write(&self, path: &Path) {
        fs::write(
            path,
            format!("{}{}{}", self.head, self.fields.concat(), self.tail),
        )
        .unwrap();
    }

    /// The field of a column.
    fn of(&mut self, column: &str) -> &mut String {
        let names = [format!(" pub {column}: "), format!(" pub r#{column}: ")];
        let mut fields = self.fields.iter_mut();
        fields
            .find(|field| names.iter().any(|name| field.contains(name)))
            .unwrap()
    }

    fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.fields.retain(|field| keep(field));
    }
}

/// What was edited, for the decisions.
#[derive(Debug, Default)]
pub(super) struct Edited {
    pub(super) renamed: Vec<(String, String)>,
    pub(super) what: Vec<String>,
}

/// Makes an edit in both; false if the one that chance chose cannot be made.
pub(super) fn edit(numbers: &mut Numbers, db: &mut Db, source: &Path, edited: &mut Edited) -> bool {
    let Some(table) = numbers.pick(&db.tables) else {
        return false;
    };
    let path = source.join(format!("all/{}.rs", table.name));
    let column = numbers.pick(&table.columns);
    let done = match (numbers.below(13), column) {
        (0, _) => add_field(numbers, db.table(&table.name), &path, source),
        (1, Some(column)) => drop_field(db.table(&table.name), &path, &column),
        (2, Some(column)) => rename_field(
            numbers,
            db.table(&table.name),
            &path,
            source,
            &column,
            edited,
        ),
        (3, Some(column)) => toggle_option(db.table(&table.name), &path, &column),
        (4, Some(column)) => toggle_unique(db.table(&table.name), &path, &column),
        (5, Some(column)) => change_type(numbers, db.table(&table.name), &path, &column),
        (6, Some(column)) => change_values(numbers, db.table(&table.name), source, &column),
        (7, Some(column)) => drop_relation(db.table(&table.name), &path, &column, edited),
        (8, Some(column)) => change_action(db.table(&table.name), &path, &column),
        (9, _) => add_relation(numbers, db, &table.name, source),
        (10, _) => add_table(numbers, db, source),
        (11, _) => drop_table(db, &table, source),
        _ => drop_pair(db.table(&table.name), &path),
    };
    edited.what.extend(done.clone());
    done.is_some()
}

fn rust(kind: Kind) -> &'static str {
    match kind {
        Kind::BigInteger => "i64",
        Kind::Double => "f64",
        Kind::Boolean => "bool",
        Kind::Timestamptz => "DateTimeUtc",
        Kind::Json => "Json",
        Kind::Blob => "Vec<u8>",
        Kind::Uuid => "Uuid",
        _ => "String",
    }
}

fn field(table: &str, column: &DbColumn) -> String {
    let own = match &column.values {
        Some(_) => enum_name(table, &column.name),
        None => rust(column.kind).to_owned(),
    };
    let own = if column.required {
        own
    } else {
        format!("Option<{own}>")
    };
    let raw = if matches!(column.name.as_str(), "type" | "ref") {
        "r#"
    } else {
        ""
    };
    let unique = if column.unique {
        "    #[sea_orm(unique)]\n"
    } else {
        ""
    };
    format!("{unique}    pub {raw}{}: {own},\n", column.name)
}

fn new_enum(source: &Path, name: &str, values: &[String]) {
    let path = source.join("all/enums.rs");
    let variants: String = (values.iter())
        .map(|value| {
            format!(
                "        {} = {value:?},\n",
                value[..1].to_uppercase() + &value[1..].replace(' ', "")
            )
        })
        .collect();
    let own = format!("    {name} {{\n{variants}    }}\n");
    match fs::read_to_string(&path) {
        Ok(text) => fs::write(
            &path,
            text.replacen("enums! {\n", &format!("enums! {{\n{own}"), 1),
        )
        .unwrap(),
        Err(_) => fs::write(&path, format!("enums! {{\n{own}}}\n")).unwrap(),
    }
}

fn add_field(
    numbers: &mut Numbers,
    table: &mut DbTable,
    path: &Path,
    source: &Path,
) -> Option<String> {
    let mut column = DbColumn::random(numbers, table)?;
    column.extra = None;
    // A value that every row has cannot be unique.
    column.unique &= !column.required;
    let mut text = Text::read(path);
    text.fields.push(field(&table.name, &column));
    text.write(path);
    if let Some((_, values)) = &column.values {
        new_enum(source, &enum_name(&table.name, &column.name), values);
    }
    let what = format!("add {}.{}", table.name, column.name);
    table.columns.push(column);
    Some(what)
}

/// The field of a column and the relation that begins there.
fn without(text: &mut Text, column: &str) {
    let (plain, raw) = (format!(" pub {column}: "), format!(" pub r#{column}: "));
    let from = format!("from = \"{column}\"");
    text.retain(|field| !field.contains(&plain) && !field.contains(&raw) && !field.contains(&from));
}

fn drop_field(table: &mut DbTable, path: &Path, column: &DbColumn) -> Option<String> {
    if table.columns.len() < 2 {
        return None;
    }
    let mut text = Text::read(path);
    without(&mut text, &column.name);
    // A key of two columns goes with one of them.
    if table
        .pair
        .take_if(|pair| pair.contains(&column.name))
        .is_some()
    {
        remove_pair(&mut text);
    }
    text.write(path);
    table.columns.retain(|own| own.name != column.name);
    Some(format!("drop {}.{}", table.name, column.name))
}

/// A table has one such key, which a renamed column has left under its old name.
fn remove_pair(text: &mut Text) {
    for field in &mut text.fields {
        let lines = field
            .lines()
            .filter(|line| !line.contains("(unique_key = \""));
        *field = lines.map(|line| format!("{line}\n")).collect();
    }
}

fn drop_pair(table: &mut DbTable, path: &Path) -> Option<String> {
    let [one, other] = table.pair.take()?;
    let mut text = Text::read(path);
    remove_pair(&mut text);
    text.write(path);
    Some(format!("drop the pair {one}, {other} of {}", table.name))
}

fn rename_field(
    numbers: &mut Numbers,
    table: &mut DbTable,
    path: &Path,
    source: &Path,
    column: &DbColumn,
    edited: &mut Edited,
) -> Option<String> {
    // The condition of a partial key names the column: the engines write the new name into it.
    let to = DbColumn::random(numbers, table)?.name;
    if column.refers.is_some()
        || column.extra == Some(Extra::PartialUnique)
        || to == "type"
        || to == "ref"
    {
        return None;
    }
    let is_new = |new: &(String, String)| new.1 == column.name;
    if edited.renamed.iter().any(is_new)
        || edited
            .what
            .iter()
            .any(|what| what.starts_with(&format!("add {}.", table.name)))
    {
        return None;
    }
    let mut text = Text::read(path);
    let own = text.of(&column.name);
    *own = own.replace(&format!(" pub {}: ", column.name), &format!(" pub {to}: "));
    *own = own.replace(
        &format!(" pub r#{}: ", column.name),
        &format!(" pub {to}: "),
    );
    text.write(path);
    let _ = source;
    let name = &table.name;
    let own = table
        .columns
        .iter_mut()
        .find(|own| own.name == column.name)?;
    own.name.clone_from(&to);
    if let Some(pair) = &mut table.pair {
        for part in pair.iter_mut().filter(|part| **part == column.name) {
            part.clone_from(&to);
        }
    }
    edited
        .renamed
        .push((format!("{name}.{}", column.name), to.clone()));
    Some(format!("rename {name}.{} to {to}", column.name))
}

fn toggle_option(table: &mut DbTable, path: &Path, column: &DbColumn) -> Option<String> {
    if matches!(column.refers, Some((_, OnDelete::SetNull))) {
        return None;
    }
    let mut text = Text::read(path);
    let own = text.of(&column.name);
    let line = own.lines().last()?.to_owned();
    let new = match line.split_once("Option<") {
        Some((before, after)) => format!("{before}{}", after.replacen(">,", ",", 1)),
        None => {
            let (before, after) = line.split_once(": ")?;
            format!("{before}: Option<{}>,", after.trim_end_matches(','))
        }
    };
    *own = own.replace(&line, &new);
    text.write(path);
    let own = table
        .columns
        .iter_mut()
        .find(|own| own.name == column.name)?;
    own.required = !own.required;
    Some(format!(
        "toggle the option of {}.{}",
        table.name, column.name
    ))
}

fn toggle_unique(table: &mut DbTable, path: &Path, column: &DbColumn) -> Option<String> {
    let is_odd = matches!(column.name.as_str(), "type" | "ref") || column.kind == Kind::Json;
    if is_odd || column.refers.is_some() || column.extra == Some(Extra::PartialUnique) {
        return None;
    }
    let mut text = Text::read(path);
    let own = text.of(&column.name);
    match column.unique {
        // Beside other arguments, or alone.
        true => {
            *own = own
                .replace("    #[sea_orm(unique)]\n", "")
                .replace(", unique)]", ")]")
        }
        false => {
            let line = own.lines().last()?.to_owned();
            *own = own.replace(&line, &format!("    #[sea_orm(unique)]\n{line}"));
        }
    }
    text.write(path);
    let own = table
        .columns
        .iter_mut()
        .find(|own| own.name == column.name)?;
    own.unique = !own.unique;
    Some(format!("toggle the key of {}.{}", table.name, column.name))
}

fn change_type(
    numbers: &mut Numbers,
    table: &mut DbTable,
    path: &Path,
    column: &DbColumn,
) -> Option<String> {
    let kind = numbers.pick(&super::random_schema::KINDS)?;
    let is_bound = column.refers.is_some()
        || column.values.is_some()
        || column.extra.is_some()
        || column.unique
        || table
            .pair
            .as_ref()
            .is_some_and(|pair| pair.contains(&column.name));
    if is_bound || kind == column.kind {
        return None;
    }
    let mut text = Text::read(path);
    let own = text.of(&column.name);
    let raw = if own.contains(" pub r#") { "r#" } else { "" };
    let new = if column.required {
        rust(kind).to_owned()
    } else {
        format!("Option<{}>", rust(kind))
    };
    *own = format!("    pub {raw}{}: {new},\n", column.name);
    text.write(path);
    let name = &table.name;
    let own = table
        .columns
        .iter_mut()
        .find(|own| own.name == column.name)?;
    own.kind = kind;
    Some(format!(
        "change {name}.{} from {:?} to {kind:?}",
        column.name, column.kind
    ))
}

fn change_values(
    numbers: &mut Numbers,
    table: &mut DbTable,
    source: &Path,
    column: &DbColumn,
) -> Option<String> {
    let path = source.join("all/enums.rs");
    let text = fs::read_to_string(&path).ok()?;
    let name = enum_name(&table.name, &column.name);
    let own = table
        .columns
        .iter_mut()
        .find(|own| own.name == column.name)?;
    let (_, values) = own.values.as_mut()?;
    let start = text.find(&format!("    {name} {{\n"))?;
    let (before, rest) = text.split_at(start);
    let (own, after) = rest.split_once("    }\n")?;
    let own = match numbers.one_in(2) || values.len() < 3 {
        true => {
            if values.iter().any(|value| value == "new") {
                return None;
            }
            values.push("new".to_owned());
            format!("{own}        New = \"new\",\n")
        }
        false => {
            let gone = values.pop()?;
            let lines = own
                .lines()
                .filter(|line| !line.contains(&format!("{gone:?}")));
            lines.map(|line| format!("{line}\n")).collect()
        }
    };
    fs::write(&path, format!("{before}{own}    }}\n{after}")).unwrap();
    Some(format!(
        "change the values of {}.{}",
        table.name, column.name
    ))
}

fn drop_relation(
    table: &mut DbTable,
    path: &Path,
    column: &DbColumn,
    edited: &Edited,
) -> Option<String> {
    column.refers.as_ref()?;
    // One that is new was never there, nor was its index.
    let is_new = format!("add a relation from {} ", table.name);
    if edited.what.iter().any(|what| what.starts_with(&is_new)) {
        return None;
    }
    let mut text = Text::read(path);
    let from = format!("from = \"{}\"", column.name);
    text.retain(|field| !field.contains(&from));
    let own = text.of(&column.name);
    let new = if column.required {
        "Uuid"
    } else {
        "Option<Uuid>"
    };
    *own = format!("    pub {}: {new},\n", column.name);
    text.write(path);
    let own = table
        .columns
        .iter_mut()
        .find(|own| own.name == column.name)?;
    own.refers = None;
    // The index of the key stays, where there was one.
    let is_served = table
        .pair
        .as_ref()
        .is_some_and(|[first, _]| *first == column.name);
    own.extra = (!is_served).then_some(Extra::Index);
    Some(format!(
        "drop the relation of {}.{}",
        table.name, column.name
    ))
}

fn change_action(table: &mut DbTable, path: &Path, column: &DbColumn) -> Option<String> {
    let own = table
        .columns
        .iter_mut()
        .find(|own| own.name == column.name)?;
    let (_, action) = own.refers.as_mut()?;
    let mut text = Text::read(path);
    let from = format!("from = \"{}\"", column.name);
    let field = text.fields.iter_mut().find(|field| field.contains(&from))?;
    match action {
        OnDelete::Cascade => {
            *field = field
                .replace(", on_delete = \"Cascade\"", "")
                .replace("        on_delete = \"Cascade\"\n", "");
            *action = OnDelete::NoAction;
        }
        OnDelete::NoAction => {
            *field = field.replacen(&from, &format!("{from}, on_delete = \"Cascade\""), 1);
            *action = OnDelete::Cascade;
        }
        _ => return None,
    }
    text.write(path);
    Some(format!(
        "change the action of {}.{}",
        table.name, column.name
    ))
}

fn add_relation(numbers: &mut Numbers, db: &mut Db, name: &str, source: &Path) -> Option<String> {
    // Only to what was made before, so that tables can be made in their order.
    let own = db.tables.iter().position(|table| table.name == name)?;
    let to = numbers.pick(&db.tables[..own])?.name;
    let mut column = DbColumn::referring(numbers, &to);
    column.required = false;
    let table = db.table(name);
    if table.columns.iter().any(|known| known.name == column.name) {
        return None;
    }
    let path = source.join(format!("all/{name}.rs"));
    let mut text = Text::read(&path);
    let one = to.trim_end_matches('s');
    let id = one[..1].to_uppercase() + &one[1..] + "Id";
    let action = match column.refers.as_ref()?.1 {
        OnDelete::Cascade => ", on_delete = \"Cascade\"",
        OnDelete::SetNull => ", on_delete = \"SetNull\"",
        _ => "",
    };
    text.fields.push(format!(
        "    pub {one}_id: Option<{id}>,\n    #[sea_orm(belongs_to, from = \"{one}_id\", to = \"id\"{action})]\n    \
         pub {one}: BelongsTo<Option<super::{to}::Entity>>,\n"
    ));
    text.write(&path);
    table.columns.push(column);
    Some(format!("add a relation from {name} to {to}"))
}

fn add_table(numbers: &mut Numbers, db: &mut Db, source: &Path) -> Option<String> {
    if db.tables.iter().any(|table| table.name == "shelves") || db.tables.len() < 2 {
        return None;
    }
    let mut table = DbTable {
        name: "shelves".to_owned(),
        columns: Vec::new(),
        pair: None,
    };
    for _ in 0..2 {
        let mut column = DbColumn::random(numbers, &table)?;
        column.extra = None;
        if let Some((_, values)) = &column.values {
            new_enum(source, &enum_name("shelves", &column.name), values);
        }
        table.columns.push(column);
    }
    let fields: String = table
        .columns
        .iter()
        .map(|column| field("shelves", column))
        .collect();
    let text = format!(
        "#[sea_orm::model]\n#[sea_orm(table_name = \"shelves\")]\npub struct Model {{\n    \
         #[sea_orm(primary_key, auto_increment = false)]\n    pub id: ShelfId,\n{fields}\n}}\n\n\
         impl ActiveModelBehavior for ActiveModel {{}}\n"
    );
    fs::write(source.join("all/shelves.rs"), text).unwrap();
    db.tables.push(table);
    Some("create shelves".to_owned())
}

fn drop_table(db: &mut Db, table: &DbTable, source: &Path) -> Option<String> {
    let is_referred = db.tables.iter().any(|other| {
        let mut columns = other.columns.iter();
        columns.any(|column| {
            column
                .refers
                .as_ref()
                .is_some_and(|(to, _)| *to == table.name)
        })
    });
    if is_referred || db.tables.len() < 3 || table.name == "shelves" {
        return None;
    }
    fs::remove_file(source.join(format!("all/{}.rs", table.name))).unwrap();
    db.tables.retain(|own| own.name != table.name);
    Some(format!("drop {}", table.name))
}
