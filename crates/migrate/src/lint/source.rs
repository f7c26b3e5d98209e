//! Checks of a migration's source, for what its statements do not show.

use std::{collections::BTreeSet, str::FromStr};

use proc_macro2::{TokenStream, TokenTree};

/// Crates and modules in which models live.
const HOMES: &[&str] = &["entity", "entities", "model", "models"];

/// Types that a generated model brings.
const MODELS: &[&str] = &["Entity", "ActiveModel"];

/// The models that a source uses: what is written, and on which line. A module of models in the
/// same file is frozen with it, and is none.
///
/// # Errors
/// Why the text is no Rust.
pub(super) fn models(source: &str) -> Result<Vec<(String, u64)>, String> {
    let tokens = TokenStream::from_str(source).map_err(|error| error.to_string())?;
    let mut words = Vec::new();
    flatten(tokens, &mut words);
    let owns: BTreeSet<&str> = (words.windows(2))
        .filter(|pair| ["mod", "struct"].contains(&pair[0].as_str()))
        .map(|pair| pair[1].as_str())
        .collect();
    let has_models = words.iter().any(|word| word == "DeriveEntityModel");
    let mut found = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        let is = |offset: usize, text: &str| words.get(at + offset).is_some_and(|w| w == text);
        let begins = !(at >= 2 && words[at - 1] == ":" && words[at - 2] == ":");
        let is_path = is(1, ":") && is(2, ":");
        let is_used = at > 0 && words[at - 1] == "use" && (is(1, ";") || is(1, "as"));
        let is_home = HOMES.contains(&word.as_str()) && (is_path || is_used) && begins;
        let is_model = MODELS.contains(&word.as_str()) && (is_path || !begins) && !has_models;
        if (is_home || is_model) && !owns.contains(word.as_str()) {
            found.insert(word.clone());
        }
    }
    let mut places: Vec<(String, u64)> = (found.into_iter())
        .map(|word| {
            let line = line_of(source, &word);
            (word, line)
        })
        .collect();
    // One import is one mistake.
    places.sort_by_key(|(_, line)| *line);
    places.dedup_by_key(|(_, line)| *line);
    Ok(places)
}

fn flatten(tokens: TokenStream, words: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                words.push("{".to_owned());
                flatten(group.stream(), words);
                words.push("}".to_owned());
            }
            token => words.push(token.to_string()),
        }
    }
}

/// The first line with this word that is no comment.
fn line_of(source: &str, word: &str) -> u64 {
    let is_in = |line: &str| {
        let is_comment = line.trim_start().starts_with("//");
        !is_comment
            && line
                .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .any(|other| other == word)
    };
    (source.lines().zip(1..))
        .find(|(line, _)| is_in(line))
        .map_or(1, |(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_found_wherever_they_are_used() {
        for source in [
            "use entity::studio::scenes;",
            "use entity as models;",
            "fn f() { crate::scenes::Entity::find() }",
            "use {entities::a, b};",
        ] {
            assert_eq!(models(source).map(|found| found.len()), Ok(1), "{source}");
        }
    }

    #[test]
    fn what_is_no_model_or_frozen_in_the_file_is_none() {
        for source in [
            "use groundwork_schema::table::Table; struct Migration;",
            "mod entity { pub struct Model; } use entity::Model;",
            "// use entity::scenes;\nconst SQL: &str = \"entity::x\";",
            "let entity = 1; entity.save();",
        ] {
            assert_eq!(models(source), Ok(Vec::new()), "{source}");
        }
    }
}
