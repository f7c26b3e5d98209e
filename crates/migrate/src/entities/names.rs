//! Names in the database and the Rust names made of them.

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};

/// Names that generated files already use for something else.
const TAKEN: [&str; 17] = [
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
    "Model",
    "ModelEx",
    "PrimaryKey",
    "RelatedEntity",
    "Relation",
    "UnknownValue",
    "Uuid",
];

/// The name of the module of a table, as sea-orm-codegen makes it, without `r#`.
pub(super) fn module(table: &str) -> String {
    table.to_snake_case()
}

/// The name as an identifier: raw (`r#type`) where it is a keyword.
pub(super) fn ident(name: &str) -> proc_macro2::Ident {
    let span = proc_macro2::Span::call_site();
    match syn::parse_str::<syn::Ident>(name) {
        Ok(_) => proc_macro2::Ident::new(name, span),
        // What cannot be raw either, sea-orm-codegen gives an underscore.
        Err(_) if matches!(name, "crate" | "self" | "super" | "Self") => {
            proc_macro2::Ident::new(&format!("{name}_"), span)
        }
        Err(_) => proc_macro2::Ident::new_raw(name, span),
    }
}

/// The name of the field of a column.
pub(super) fn field(column: &str) -> proc_macro2::Ident {
    ident(&column.to_snake_case())
}

/// Whether the field of a column is a raw identifier, such as `r#type`.
pub(super) fn is_raw(column: &str) -> bool {
    field(column).to_string().starts_with("r#")
}

/// The name of a variant, a type or a relation.
pub(super) fn upper_camel(name: &str) -> String {
    let camel = name.to_upper_camel_case();
    if camel.starts_with(|first: char| first.is_ascii_digit()) {
        format!("V{camel}")
    } else {
        camel
    }
}

/// What one row of a table is, as the name of a type: `Category` for `categories`.
pub(super) fn one_of(table: &str) -> String {
    upper_camel(&pluralizer::pluralize(&table.to_snake_case(), 1, false))
}

/// Whether a domain may have the name: it becomes a folder and a module.
pub(super) fn is_module(name: &str) -> bool {
    name == name.to_snake_case() && syn::parse_str::<syn::Ident>(name).is_ok()
}

/// Whether a type may have the name.
///
/// # Errors
/// Why not, as the rest of a sentence that begins with the name.
pub(super) fn check_type(name: &str) -> Result<(), String> {
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
pub(super) fn suggestion<'a>(
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
        assert_eq!(field("type").to_string(), "r#type");
        assert_eq!(field("self").to_string(), "self_");
        assert_eq!(field("title").to_string(), "title");
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
