//! Names in the database and the Rust names made of them.

use std::collections::BTreeMap;

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};

/// Names that generated files already use for something else.
const TAKEN: [&str; 18] = [
    "ActiveModel",
    "ActiveModelEx",
    "BelongsTo",
    "Column",
    "DateTimeUtc",
    "Entity",
    "EntityLoader",
    "HasMany",
    "HasOne",
    "Json",
    "Loose",
    "Model",
    "ModelEx",
    "PrimaryKey",
    "RelatedEntity",
    "Relation",
    "UnknownValue",
    "Uuid",
];

/// Names of columns whose variant would be taken for a type that a trait of the variants has.
const ASSOCIATED: [&str; 4] = ["err", "entity_name", "iterator", "value_type"];

/// Keywords of the edition 2024 that `syn` takes for names.
const KEYWORDS: [&str; 1] = ["gen"];

/// The name of the module of a table, without `r#`.
pub(crate) fn module(table: &str) -> String {
    match identifier(table).as_str() {
        "" => "table".to_owned(),
        name => name.to_owned(),
    }
}

/// The name of the field of a column, if no other column of the table has it, without `r#`.
pub(crate) fn snake(column: &str) -> String {
    match identifier(column).as_str() {
        "" => "column".to_owned(),
        name if ASSOCIATED.contains(&name) => format!("{name}_value"),
        name => name.to_owned(),
    }
}

/// A name in small letters of which nothing but a keyword is no identifier; empty if nothing is
/// left.
fn identifier(name: &str) -> String {
    // No keyword begins so.
    let can_follow = |c: &char| syn::parse_str::<syn::Ident>(&format!("xx{c}")).is_ok();
    let name: String = (name.to_snake_case().chars()).filter(can_follow).collect();
    if name.starts_with(|first: char| syn::parse_str::<syn::Ident>(&format!("{first}xx")).is_err())
    {
        format!("n{name}")
    } else {
        name
    }
}

/// The name as an identifier: raw (`r#type`) where it is a keyword.
pub(crate) fn ident(name: &str) -> proc_macro2::Ident {
    let span = proc_macro2::Span::call_site();
    match syn::parse_str::<syn::Ident>(name) {
        Ok(_) if !KEYWORDS.contains(&name) => proc_macro2::Ident::new(name, span),
        // What cannot be raw either, gets an underscore.
        Err(_) if matches!(name, "crate" | "self" | "super" | "Self") => {
            proc_macro2::Ident::new(&format!("{name}_"), span)
        }
        _ => proc_macro2::Ident::new_raw(name, span),
    }
}

/// The name of a variant, a type or a relation.
pub(crate) fn upper_camel(name: &str) -> String {
    let camel = name.to_upper_camel_case();
    if camel.starts_with(|first: char| first.is_ascii_digit()) {
        format!("V{camel}")
    } else {
        camel
    }
}

/// What one row of a table is, as the name of a type: `Category` for `categories`.
pub(crate) fn one_of(table: &str) -> String {
    upper_camel(&pluralizer::pluralize(&module(table), 1, false))
}

/// The variants of an enum of these values, which are distinct.
///
/// # Errors
/// Why there is no such enum.
pub(crate) fn variants(values: &[String]) -> Result<Vec<String>, String> {
    let mut variants = BTreeMap::new();
    for value in values {
        let variant = upper_camel(value);
        if syn::parse_str::<syn::Ident>(&variant).is_err() {
            return Err(format!("the value '{value}' gives no name for a variant"));
        }
        if let Some(other) = variants.insert(variant, value) {
            return Err(format!(
                "the values '{other}' and '{value}' give one variant"
            ));
        }
    }
    Ok(variants.into_keys().collect())
}

/// Whether a domain may have the name: it becomes a folder and a module.
pub(crate) fn is_module(name: &str) -> bool {
    name == name.to_snake_case()
        && syn::parse_str::<syn::Ident>(name).is_ok()
        && !KEYWORDS.contains(&name)
}

/// Whether a type may have the name.
///
/// # Errors
/// Why not, as the rest of a sentence that begins with the name.
pub(crate) fn check_type(name: &str) -> Result<(), String> {
    if syn::parse_str::<syn::Ident>(name).is_err() {
        Err("is no name of a Rust type".to_owned())
    } else if TAKEN.contains(&name) {
        Err("is the name of something else in every entity; choose another".to_owned())
    } else if name != name.to_upper_camel_case() {
        Err(format!(
            "is written differently from other types; did you mean `{}`?",
            name.to_upper_camel_case()
        ))
    } else {
        Ok(())
    }
}

/// `; did you mean …?`, if one of the known words is near the unknown one.
pub(crate) fn suggestion<'a>(
    unknown: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(unknown, word), word))
        .filter(|(distance, word)| *distance <= word.chars().count().max(3) / 3)
        .min()
        .map(|(_, word)| format!("; did you mean `{word}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_become_raw_identifiers() {
        assert_eq!(ident("type").to_string(), "r#type");
        assert_eq!(ident("gen").to_string(), "r#gen");
        assert_eq!(ident("self").to_string(), "self_");
        assert_eq!(ident("title").to_string(), "title");
    }

    #[test]
    fn only_near_words_are_suggested() {
        let tables = ["scenes", "projects"];
        assert_eq!(
            suggestion("scene", tables).as_deref(),
            Some("; did you mean `scenes`?")
        );
        assert_eq!(suggestion("invoices", tables), None);
    }

    #[test]
    fn a_row_is_named_in_the_singular() {
        for (table, one) in [
            ("video_clips", "VideoClip"),
            ("categories", "Category"),
            ("people", "Person"),
            ("file_trash", "FileTrash"),
            ("knowledge_graphs", "KnowledgeGraph"),
            ("statuses", "Status"),
        ] {
            assert_eq!(one_of(table), one);
        }
    }

    #[test]
    fn names_that_entities_use_themselves_are_refused() {
        assert!(check_type("ProjectId").is_ok());
        for refused in ["Model", "projectId", "project_id", "9Id", ""] {
            assert!(check_type(refused).is_err(), "{refused}");
        }
    }
}
