//! Every path that a Rust source names, such as `crate::db::Reader`.
//!
//! Read from the tokens, so that a path inside of a macro counts as well, and a comment does not.

use std::str::FromStr as _;

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// What one source names.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Paths of two segments and more; those that begin with `crate`, `self` or `super` start at
    /// the crate's root, with `crate` as the first segment. A glob ends in `*`.
    pub(super) paths: Vec<Vec<String>>,
    /// Each single identifier.
    pub(super) words: Vec<String>,
    /// Literals as they are written, without those of documentation.
    pub(super) literals: Vec<String>,
}

impl Names {
    /// Reads `text`, the source of the module `module` (its names from the crate's root down).
    ///
    /// # Errors
    /// If the text is not Rust.
    pub(super) fn read(text: &str, module: &[String]) -> Result<Self> {
        let tokens = TokenStream::from_str(text).map_err(|error| anyhow!("{error}"))?;
        let mut names = Self::default();
        names.walk(tokens, module);
        Ok(names)
    }

    fn walk(&mut self, tokens: TokenStream, module: &[String]) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        while let Some((token, after)) = rest.split_first() {
            rest = match token {
                TokenTree::Ident(word) => self.word(word, after, module),
                TokenTree::Group(group) => {
                    if !is_documentation(group) {
                        self.walk(group.stream(), module);
                    }
                    after
                }
                TokenTree::Literal(literal) => {
                    self.literals.push(literal.to_string());
                    after
                }
                TokenTree::Punct(_) => after,
            };
        }
    }

    /// Takes in what begins with `word`: a module in braces, a visibility, or a path. Returns what
    /// follows.
    fn word<'a>(
        &mut self,
        word: &Ident,
        after: &'a [TokenTree],
        module: &[String],
    ) -> &'a [TokenTree] {
        match (word.to_string().as_str(), after) {
            ("mod", [TokenTree::Ident(name), TokenTree::Group(body), rest @ ..]) => {
                let inner = [module, &[name.to_string()]].concat();
                self.walk(body.stream(), &inner);
                rest
            }
            ("pub", [TokenTree::Group(scope), rest @ ..])
                if scope.delimiter() == Delimiter::Parenthesis && is_scope(scope) =>
            {
                rest
            }
            (name, _) => self.path(vec![name.to_owned()], after, module),
        }
    }

    /// Follows a path whose first segments are known; a group of imports becomes a path for each.
    fn path<'a>(
        &mut self,
        mut segments: Vec<String>,
        mut rest: &'a [TokenTree],
        module: &[String],
    ) -> &'a [TokenTree] {
        while let Some((next, after)) = segment(rest) {
            rest = after;
            match next {
                TokenTree::Ident(name) => segments.push(name.to_string()),
                TokenTree::Punct(_) => segments.push("*".to_owned()),
                TokenTree::Group(group) => {
                    self.group(&segments, group, module);
                    return rest;
                }
                TokenTree::Literal(_) => break,
            }
        }
        self.record(segments, module);
        rest
    }

    fn group(&mut self, before: &[String], group: &Group, module: &[String]) {
        let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
        for item in tokens.split(|it| is_punct(it, ',')) {
            match item {
                [TokenTree::Ident(name), rest @ ..] => {
                    let mut segments = before.to_vec();
                    if name != "self" {
                        segments.push(name.to_string());
                    }
                    self.path(segments, rest, module);
                }
                [TokenTree::Punct(star), ..] if star.as_char() == '*' => {
                    self.record([before, &["*".to_owned()]].concat(), module);
                }
                _ => {}
            }
        }
    }

    fn record(&mut self, segments: Vec<String>, module: &[String]) {
        self.words.extend(segments.iter().cloned());
        if segments.len() > 1 {
            self.paths.push(from_root(segments, module));
        }
    }
}

/// What follows `::`, if a path goes on there.
fn segment(rest: &[TokenTree]) -> Option<(&TokenTree, &[TokenTree])> {
    let [first, second, next, after @ ..] = rest else {
        return None;
    };
    let goes_on = match next {
        TokenTree::Ident(_) => true,
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == '*',
        TokenTree::Literal(_) => false,
    };
    (is_punct(first, ':') && is_punct(second, ':') && goes_on).then_some((next, after))
}

/// The same path from the crate's root, where `self` and `super` are resolved.
fn from_root(segments: Vec<String>, module: &[String]) -> Vec<String> {
    let climbs = segments.iter().take_while(|it| *it == "super").count();
    let (up, named) = match segments.first().map(String::as_str) {
        Some("self") => {
            let climbs = segments[1..].iter().take_while(|it| *it == "super").count();
            (climbs, 1 + climbs)
        }
        Some("super") => (climbs, climbs),
        _ => return segments,
    };
    let kept = module.len().saturating_sub(up);
    let root = std::iter::once("crate".to_owned());
    root.chain(module[..kept].iter().cloned())
        .chain(segments[named..].iter().cloned())
        .collect()
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

/// `doc = "…"`, which a documentation comment is for the compiler.
fn is_documentation(group: &Group) -> bool {
    let mut tokens = group.stream().into_iter();
    group.delimiter() == Delimiter::Bracket
        && matches!(tokens.next(), Some(TokenTree::Ident(name)) if name == "doc")
        && matches!(tokens.next(), Some(token) if is_punct(&token, '='))
}

/// `crate`, `super`, `in super::super`: how far a name is visible, which uses nothing.
fn is_scope(group: &Group) -> bool {
    let first = group.stream().into_iter().next();
    matches!(first, Some(TokenTree::Ident(name))
        if ["crate", "super", "self", "in"].iter().any(|it| name == it))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str, module: &[&str]) -> Vec<String> {
        let module: Vec<String> = module.iter().map(|it| (*it).to_owned()).collect();
        let names = Names::read(text, &module).unwrap();
        names.paths.iter().map(|it| it.join("::")).collect()
    }

    #[test]
    fn a_group_of_imports_becomes_a_path_for_each() {
        let text = "use crate::{clock::{self, Clock}, db::*, services::atlas as other};";
        assert_eq!(
            paths(text, &["files"]),
            [
                "crate::clock",
                "crate::clock::Clock",
                "crate::db::*",
                "crate::services::atlas"
            ]
        );
    }

    #[test]
    fn super_and_self_start_at_the_module_also_inside_of_one() {
        let text = "fn f() { super::g(); self::h() } mod inner { use super::super::i; }";
        assert_eq!(
            paths(text, &["db", "writer"]),
            ["crate::db::g", "crate::db::writer::h", "crate::db::i"]
        );
    }

    #[test]
    fn paths_in_macros_count_and_comments_visibilities_and_generics_do_not_disturb() {
        let text = "
            /// See crate::a::b.
            pub(in super::super) fn f() -> Vec::<u8> { assert_eq!(crate::c::d::<u8>(), 1) }";
        assert_eq!(paths(text, &["x", "y"]), ["crate::c::d"]);
    }
}
