//! The list of migrations in `lib.rs`, as rustfmt, sea-orm-cli or a person writes it.

use std::ops::Range;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Where in the list a migration goes.
#[derive(Clone, Copy)]
pub(super) enum Place {
    First,
    Last,
}

/// The list, and where its parts are in the text.
#[derive(Debug)]
pub(super) struct List<'t> {
    text: &'t str,
    entries: Vec<Entry>,
    /// What is between the brackets.
    inner: Range<usize>,
    /// The `mod` of each migration, from the beginning of its line to the semicolon.
    modules: Vec<(String, Range<usize>)>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    range: Range<usize>,
}

impl<'t> List<'t> {
    /// Reads the list; `None` if there is none.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        let tokens: TokenStream = text.parse().ok()?;
        let mut lists = Vec::new();
        vectors(tokens.clone(), &mut lists);
        let of = |group: &Group| entries(group.stream());
        let found = lists.iter().find(|group| !of(group).is_empty());
        let empty = || lists.iter().find(|group| group.stream().is_empty());
        let group = found.or_else(empty)?;
        let inner = group.span_open().byte_range().end..group.span_close().byte_range().start;
        Some(Self {
            text,
            entries: of(group),
            inner,
            modules: modules(text, tokens),
        })
    }

    /// The names of the migrations, in their order.
    pub(super) fn names(&self) -> Vec<String> {
        self.entries
            .iter()
            .map(|entry| entry.name.clone())
            .collect()
    }

    /// The text with another migration.
    pub(super) fn with(&self, name: &str, place: Place) -> String {
        let neighbour = match place {
            Place::First => self.entries.first(),
            Place::Last => self.entries.last(),
        };
        let mut edits = vec![
            self.entry(&format!("Box::new({name}::Migration)"), place, neighbour),
            self.module(name, place, neighbour),
        ];
        edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        let mut text = self.text.to_owned();
        for (range, new) in edits {
            text.replace_range(range, &new);
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }

    /// The edit that adds an entry.
    fn entry(
        &self,
        entry: &str,
        place: Place,
        neighbour: Option<&Entry>,
    ) -> (Range<usize>, String) {
        let is_in_lines = neighbour.is_some_and(|neighbour| {
            let line = self.text[..neighbour.range.start]
                .rsplit('\n')
                .next()
                .unwrap_or_default();
            line.trim().is_empty()
        });
        let Some(neighbour) = neighbour.filter(|_| is_in_lines) else {
            return (self.inner.clone(), self.one_a_line(entry, place));
        };
        let blanks = self.indentation(neighbour.range.start);
        match place {
            Place::First => {
                let at = neighbour.range.start;
                (at..at, format!("{entry},\n{blanks}"))
            }
            Place::Last => {
                let end = neighbour.range.end;
                let rest = &self.text[end..self.inner.end];
                let comma = rest.find(',').map(|at| end + at + 1);
                // A comment behind the entry stays behind it.
                let line_end = comma.and_then(|at| {
                    self.text[at..self.inner.end]
                        .find('\n')
                        .map(|length| at + length)
                });
                match line_end {
                    Some(at) => (at..at, format!("\n{blanks}{entry},")),
                    None => (end..comma.unwrap_or(end), format!(",\n{blanks}{entry},")),
                }
            }
        }
    }

    /// All entries, each in a line of its own.
    fn one_a_line(&self, entry: &str, place: Place) -> String {
        let outer = self.indentation(self.inner.start);
        let old = self
            .entries
            .iter()
            .map(|entry| self.text[entry.range.clone()].to_owned());
        let mut all: Vec<String> = old.collect();
        match place {
            Place::First => all.insert(0, entry.to_owned()),
            Place::Last => all.push(entry.to_owned()),
        }
        let lines: String = all
            .iter()
            .map(|entry| format!("\n{outer}    {entry},"))
            .collect();
        format!("{lines}\n{outer}")
    }

    /// The edit that adds a module beside that of the neighbour, or behind the last one.
    fn module(
        &self,
        name: &str,
        place: Place,
        neighbour: Option<&Entry>,
    ) -> (Range<usize>, String) {
        let of_neighbour = neighbour.and_then(|neighbour| {
            self.modules
                .iter()
                .find(|(module, _)| *module == neighbour.name)
        });
        let Some((module, range)) = of_neighbour.or_else(|| self.modules.last()) else {
            let end = self.text.len();
            let gap = if self.text.ends_with('\n') { "" } else { "\n" };
            return (end..end, format!("{gap}\nmod {name};\n"));
        };
        let new =
            self.text[range.clone()].replace(&format!("mod {module};"), &format!("mod {name};"));
        match place {
            Place::First if of_neighbour.is_some() => {
                (range.start..range.start, format!("{new}\n"))
            }
            _ => (range.end..range.end, format!("\n{new}")),
        }
    }

    /// The blanks at the beginning of a line.
    fn indentation(&self, at: usize) -> String {
        let line = self.text[..at].rsplit('\n').next().unwrap_or_default();
        line.chars().take_while(|c| c.is_whitespace()).collect()
    }
}

/// Every `vec![…]` of the file, from outside to inside.
fn vectors(tokens: TokenStream, all: &mut Vec<Group>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            continue;
        };
        let is_vec = at >= 2
            && matches!(&tokens[at - 1], TokenTree::Punct(sign) if sign.as_char() == '!')
            && matches!(&tokens[at - 2], TokenTree::Ident(name) if name == "vec")
            && group.delimiter() != Delimiter::Brace;
        if is_vec {
            all.push(group.clone());
        }
        vectors(group.stream(), all);
    }
}

/// The migrations in a list: `Box::new(name::Migration)`, between commas.
fn entries(tokens: TokenStream) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut part: Vec<TokenTree> = Vec::new();
    let mut end_of_part = |part: &mut Vec<TokenTree>| {
        if let (Some(first), Some(last)) = (part.first(), part.last()) {
            let range = first.span().byte_range().start..last.span().byte_range().end;
            entries.extend(migration(part).map(|name| Entry { name, range }));
        }
        part.clear();
    };
    for token in tokens {
        match &token {
            TokenTree::Punct(sign) if sign.as_char() == ',' => end_of_part(&mut part),
            _ => part.push(token),
        }
    }
    end_of_part(&mut part);
    entries
}

/// The module before `::Migration`, in any parentheses.
fn migration(tokens: &[TokenTree]) -> Option<String> {
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                if let Some(name) = migration(&inner) {
                    return Some(name);
                }
            }
            TokenTree::Ident(last) if last == "Migration" && at >= 3 => {
                if let TokenTree::Ident(name) = &tokens[at - 3] {
                    return Some(name.to_string());
                }
            }
            _ => {}
        }
    }
    None
}

/// The `mod name;` of the file.
fn modules(text: &str, tokens: TokenStream) -> Vec<(String, Range<usize>)> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let found = tokens.windows(3).filter_map(|three| match three {
        [
            TokenTree::Ident(word),
            TokenTree::Ident(name),
            TokenTree::Punct(end),
        ] if word == "mod" && end.as_char() == ';' => {
            let start = word.span().byte_range().start;
            let start = text[..start].rfind('\n').map_or(0, |at| at + 1);
            Some((name.to_string(), start..end.span().byte_range().end))
        }
        _ => None,
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registered(text: &str, place: Place) -> String {
        List::read(text).unwrap().with("m9_z", place)
    }

    #[test]
    fn a_list_of_any_form_is_read_and_keeps_its_comments() {
        let text = "pub mod m1_a;\npub mod m2_b;\n\nfn list() -> Vec<Box<dyn M>> {\n    vec![\n        \
                    Box::new(m1_a::Migration), // the first\n        Box::new(m2_b::Migration), // so far\n    ]\n}\n";
        assert_eq!(List::read(text).unwrap().names(), ["m1_a", "m2_b"]);
        insta::assert_snapshot!("list_last", registered(text, Place::Last));
        insta::assert_snapshot!("list_first", registered(text, Place::First));
    }

    #[test]
    fn a_list_in_one_line_becomes_one_of_a_line_each() {
        // As sea-orm-cli writes it.
        let text = "pub use sea_orm_migration::prelude::*;\n\nmod m1_a;\n\npub struct Migrator;\n\n\
                    impl MigratorTrait for Migrator {\n    fn migrations() -> Vec<Box<dyn MigrationTrait>> {\n        \
                    vec![Box::new(m1_a::Migration)]\n    }\n}\n";
        let text = registered(text, Place::Last);
        insta::assert_snapshot!("list_in_one_line", text);
        assert_eq!(List::read(&text).unwrap().names(), ["m1_a", "m9_z"]);
    }

    #[test]
    fn an_empty_list_may_have_its_brackets_on_two_lines() {
        let one = "fn list() -> Vec<u8> {\n    vec![]\n}\n";
        let two = "fn list() -> Vec<u8> {\n    vec![\n    ]\n}\n";
        assert_eq!(registered(one, Place::Last), registered(two, Place::First));
        assert_eq!(
            registered(one, Place::Last),
            "fn list() -> Vec<u8> {\n    vec![\n        Box::new(m9_z::Migration),\n    ]\n}\n\nmod m9_z;\n"
        );
    }

    #[test]
    fn an_entry_without_a_comma_gets_one() {
        let text =
            "mod m1_a;\nfn list() {\n    vec![\n        Box::new(m1_a::Migration)\n    ]\n}\n";
        assert_eq!(
            registered(text, Place::Last),
            "mod m1_a;\nmod m9_z;\nfn list() {\n    vec![\n        Box::new(m1_a::Migration),\n        \
             Box::new(m9_z::Migration),\n    ]\n}\n"
        );
    }

    #[test]
    fn a_file_without_a_list_is_none() {
        assert!(List::read("fn main() { let x = vec![1]; }").is_none());
        assert!(List::read("fn main() {").is_none());
    }
}
