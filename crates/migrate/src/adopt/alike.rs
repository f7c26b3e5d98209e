//! Whether two expressions of PostgreSQL mean the same.

use groundwork_naming::Engine;
use groundwork_schema::sql::{Token, tokens};

/// Whether two texts differ in parentheses and casts only. The server writes an expression with the
/// casts that it has added, and adds others when it reads that: only then the text stays the same.
/// Both texts are the server's, and the one was made of the other.
pub(super) fn are_alike(one: &str, other: &str) -> bool {
    bare(one).is_some_and(|bare_one| bare(other).is_some_and(|bare_other| bare_one == bare_other))
}

fn bare(text: &str) -> Option<Vec<&str>> {
    let tokens = tokens(Engine::Postgres, text).ok()?;
    let mut tokens = tokens.iter().filter(|token| !token.is_blank()).peekable();
    let mut bare = Vec::new();
    while let Some(token) = tokens.next() {
        if token.is_sign("::") {
            // The name of the type, with its schema.
            tokens.next();
            while tokens.next_if(|next| next.is_sign(".")).is_some() {
                tokens.next();
            }
            while tokens.next_if(|next| goes_on(next)).is_some() {}
        } else if !["(", ")", "[", "]"].iter().any(|sign| token.is_sign(sign)) {
            bare.push(token.text);
        }
    }
    Some(bare)
}

/// Whether it is the second or a later word of a type's name.
fn goes_on(token: &Token<'_>) -> bool {
    let words = ["varying", "precision", "with", "without", "time", "zone"];
    words.iter().any(|word| token.is(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casts_and_parentheses_do_not_matter_and_everything_else_does() {
        let first =
            "((s)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))";
        let second = "((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))";
        assert!(are_alike(first, second));
        assert!(!are_alike(first, &second.replace("'b'", "'c'")));
        assert!(!are_alike("a > 0", "a >= 0"));
        assert!(!are_alike("a AND b", "a OR b"));
    }
}
