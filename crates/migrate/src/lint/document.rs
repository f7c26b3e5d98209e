//! `docs/lint.md`, written from the rules.

use std::fmt::Write;

use super::rules::{Example, Rule, all};

const HEAD: &str = "\
# What `migrate lint` looks for

<!-- Written from the rules in crates/migrate/src/lint/rules; a test says how to write it anew. -->

```sh
cargo migrate lint                                   # the migrations, for both engines
cargo migrate lint --live                            # and the catalog of the configured database
cargo migrate lint --live --large-table 1000000      # from how many rows on SQLite's rebuild is a warning
cargo migrate lint changes.sql                       # a file of SQL, for the engine it is written for
cargo migrate lint --format sarif > lint.sarif       # text, json or sarif
cargo migrate lint --deny warnings                   # for CI: warnings count too
```

It exits with 1 when there are errors, with `--deny warnings` also when there are warnings, and
with 0 otherwise. A migration is checked by the statements that its `up` renders for each engine,
without a database; a `down` must do something. A table that the same migration or file creates has
no rows and no readers yet, so most rules do not apply to it. A file is checked as if it runs on an
existing database, and outside of a transaction until it says BEGIN. Its engine is that of
`--engine`, or the one whose words it uses, such as AUTOINCREMENT or CONCURRENTLY; a file that uses
none of them, or those of both engines, is an error.

Ids never change: `GW1xx` is about PostgreSQL, `GW2xx` about SQLite, `GW3xx` about both, with
`GW39x` for waivers.

## Waivers

Each needs a reason, and is a finding itself when it has none (GW391), when it matches nothing
(GW392), or when it names no rule (GW393). In the source of a migration, on a line of its own, for
the whole migration and both engines:

```rust
// lint: allow(GW306, \"the table was a cache\")
```

In SQL, in a file or in a migration's own statements, before the statement or behind it on its last
line, for that statement:

```sql
-- lint: allow GW306: the table was a cache
DROP TABLE thumbnails;
```

The findings of a live catalog cannot be waived there; what a migration waives is not reported again.

## JSON

`--format json` gives one object: `findings`, `errors`, `warnings` and `waived` (numbers), `notes`
(what could not be checked). A finding has `rule`, `name`, `severity` (`error`, `warning`),
`engine` (`sqlite`, `postgres`, null: both), `message`, `why`, `instead`, and `place`: `kind`
(`statement`, `migration`, `file`, `catalog`) and, where they are known, `migration`, `statement`
(from 1), `path`, `line`, `column` (from 1) and `sql`.

";

/// The text of `docs/lint.md`.
#[must_use]
pub(crate) fn document() -> String {
    let mut text = HEAD.to_owned();
    let mut heading = "";
    for rule in all() {
        let group = match rule.id.as_bytes().get(2) {
            Some(b'1') => "PostgreSQL",
            Some(b'2') => "SQLite",
            _ => "Both",
        };
        if group != heading {
            heading = group;
            writeln!(text, "## {heading}\n").ok();
        }
        section(&mut text, rule);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn section(text: &mut String, rule: &Rule) {
    let Rule {
        id,
        name,
        why,
        instead,
        ..
    } = rule;
    let severity = rule.severity.word();
    writeln!(text, "### {id} {name} ({severity})\n\n{why}\n").ok();
    example(text, "Found", rule.bad);
    example(text, "Fine", rule.good);
    writeln!(text, "Instead: {instead}\n").ok();
}

fn example(text: &mut String, title: &str, example: Example) {
    match example {
        Example::Sql(sql) => writeln!(text, "{title}:\n\n```sql\n{sql}\n```\n"),
        Example::Rust(rust) => writeln!(text, "{title}:\n\n```rust\n{rust}\n```\n"),
        Example::Catalog(words) => writeln!(text, "{title}: {words}.\n"),
    }
    .ok();
}
