//! The codes of errors in the sources: literals of capitals and `_`, outside of tests.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context as _, Result};

/// Each code, with the crates that have it.
pub(super) type Codes = BTreeMap<String, BTreeSet<&'static str>>;

/// Where codes of every service are, and the crate that a reader knows it by.
const FOUNDATION: [(&str, &str); 4] = [
    ("crates/error/src", "groundwork-error"),
    ("crates/core/src/db", "groundwork-core"),
    ("crates/core/src/files", "groundwork-core"),
    ("crates/http/src", "groundwork-http"),
];

/// Where the codes of the domains and of their routes are.
const DOMAINS: [(&str, &str); 2] = [
    ("crates/core/src/services", "groundwork-core"),
    ("crates/app/src/routes", "groundwork"),
];

/// Literals of the same form that are no codes.
const OTHERS: [&str; 3] = ["CARGO_PKG_VERSION", "CURRENT_TIMESTAMP", "NO_COLOR"];

/// All codes.
pub(super) fn codes(root: &Path) -> Result<Codes> {
    let mut codes = foundation(root)?;
    for (folder, owner) in DOMAINS {
        gather(&root.join(folder), owner, &mut codes)?;
    }
    Ok(codes)
}

/// The codes that every service on the foundation has.
pub(super) fn foundation(root: &Path) -> Result<Codes> {
    let mut codes = Codes::new();
    for (folder, owner) in FOUNDATION {
        gather(&root.join(folder), owner, &mut codes)?;
    }
    Ok(codes)
}

fn gather(folder: &Path, owner: &'static str, codes: &mut Codes) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() && !is_test {
            gather(&path, owner, codes)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            // Only the codes of kinds are single words.
            let allows_words = owner == "groundwork-error";
            for code in in_text(&text, allows_words) {
                codes.entry(code.to_owned()).or_default().insert(owner);
            }
        }
    }
    Ok(())
}

/// The codes in a source, without those in comments and in its tests.
fn in_text(text: &str, allows_words: bool) -> impl Iterator<Item = &str> {
    let tests = text.find("#[cfg(test)]").unwrap_or(text.len());
    text[..tests]
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        // Every second part is between quotes.
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .filter(move |literal| is_code(literal, allows_words))
}

fn is_code(literal: &str, allows_words: bool) -> bool {
    let is_capital = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase());
    literal.split('_').all(is_capital)
        && (allows_words || literal.contains('_'))
        && !OTHERS.contains(&literal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_outside_of_comments_and_tests() {
        let text = r#"
            /// A "COMMENTED_CODE".
            Self::Gone { .. } => "LAMP_GONE",
            new(STATUS, "LAMP_BROKEN", "it is OUT_OF oil"), "SELECT"
            #[cfg(test)]
            "TEST_CODE"
        "#;
        let found: Vec<&str> = in_text(text, false).collect();
        assert_eq!(found, ["LAMP_GONE", "LAMP_BROKEN"]);
    }

    #[test]
    fn the_sources_have_codes_of_every_crate() {
        let codes = codes(&crate::cargo::workspace()).unwrap();
        for code in [
            "PROJECT_NOT_FOUND",
            "DATABASE_BUSY",
            "ROUTE_NOT_FOUND",
            "NO_PATH",
            "USAGE",
        ] {
            assert!(codes.contains_key(code), "{code} is not found");
        }
    }
}
