//! What a file of SQL holds beside SQL: a byte order mark, the rows of `COPY … FROM stdin`, and the
//! commands of `psql` that `pg_dump` writes. All are blanked out, so that every statement keeps its
//! line and its column.

use std::borrow::Cow;

use groundwork_naming::Engine;

/// The commands of `psql` that scripts begin a line with.
const COMMANDS: &[&str] = &[
    "c",
    "connect",
    "echo",
    "elif",
    "else",
    "encoding",
    "endif",
    "i",
    "if",
    "include",
    "ir",
    "o",
    "pset",
    "q",
    "qecho",
    "restrict",
    "set",
    "timing",
    "unrestrict",
    "unset",
    "warn",
];

/// The SQL of a file.
pub(super) fn sql(engine: Engine, text: &str) -> Cow<'_, str> {
    let has_mark = text.starts_with('\u{feff}');
    let has_commands =
        engine == Engine::Postgres && text.lines().any(|line| line.starts_with('\\'));
    if !has_mark && !has_commands {
        return Cow::Borrowed(text);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut kept = String::with_capacity(text.len());
    let mut part = Part::Sql;
    for line in text.split_inclusive('\n') {
        let end = if line.ends_with('\n') { "\n" } else { "" };
        let is_blank = match part {
            Part::Rows => {
                if line.trim_end() == "\\." {
                    part = Part::Sql;
                }
                true
            }
            Part::Sql => is_command(line),
        };
        kept.push_str(if is_blank { end } else { line });
        let ends = !is_blank && line.trim_end().ends_with(';');
        if ends && engine == Engine::Postgres && begins_rows(&kept) {
            part = Part::Rows;
        }
    }
    Cow::Owned(kept)
}

/// What the lines of a file are.
#[derive(Clone, Copy)]
enum Part {
    Sql,
    /// The rows that a COPY reads, up to `\\.`.
    Rows,
}

fn is_command(line: &str) -> bool {
    let Some(command) = line.strip_prefix('\\') else {
        return false;
    };
    let name = command.split(|c: char| !c.is_ascii_alphabetic()).next();
    name.is_some_and(|name| COMMANDS.contains(&name))
}

/// Whether a text ends with `COPY … FROM stdin;`. The statement begins behind the last line that
/// is a comment or ends another one.
fn begins_rows(text: &str) -> bool {
    let Some(statement) = text.trim_end().strip_suffix(';') else {
        return false;
    };
    let is_own = |line: &&str| !line.starts_with("--") && !line.trim_end().ends_with(';');
    let mut lines: Vec<&str> = statement.lines().rev().take_while(is_own).collect();
    lines.reverse();
    let words = lines.join(" ").to_lowercase();
    let words: Vec<&str> = words.split_whitespace().collect();
    let reads = words.windows(2).any(|pair| pair == ["from", "stdin"]);
    words.first() == Some(&"copy") && reads
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_sql_is_blank_and_the_rest_is_where_it_was() {
        let text = "\u{feff}\\restrict x\n-- a; b\nCOPY t (a, s)\n  FROM stdin;\n1\tit's\n\\.\n\nDROP TABLE t;\n";
        assert_eq!(
            sql(Engine::Postgres, text),
            "\n-- a; b\nCOPY t (a, s)\n  FROM stdin;\n\n\n\nDROP TABLE t;\n"
        );
        assert_eq!(sql(Engine::Sqlite, "\u{feff}SELECT 1"), "SELECT 1");
    }

    #[test]
    fn a_backslash_within_a_text_is_left_alone() {
        let text = "SELECT 'a\n\\b';\nCOPY t TO stdout;\nSELECT 1;";
        assert_eq!(sql(Engine::Postgres, text), text);
    }
}
