//! Findings as text, JSON and SARIF.

use std::{fmt::Write, path::Path};

use clap::builder::styling::{AnsiColor, Style};
use serde_json::{Value, json};
use url::Url;

use super::{
    finding::{Finding, Place, engine_word},
    report::Report,
    rules::{Severity, all},
};

/// How many lines of a statement are shown.
const SHOWN_LINES: usize = 8;

/// For a person, in the manner of rustc.
#[must_use]
pub(crate) fn text(report: &Report, colour: bool) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        if !text.is_empty() {
            text.push('\n');
        }
        paragraph(&mut text, finding, colour);
    }
    text
}

fn paragraph(text: &mut String, finding: &Finding, colour: bool) {
    let rule = finding.rule;
    let head = match rule.severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
    };
    let severity = tinted(
        colour,
        head,
        &format!("{}[{}]", rule.severity.word(), rule.id),
    );
    let blue = AnsiColor::Blue.on_default().bold();
    let arrow = tinted(colour, blue, "-->");
    let bar = tinted(colour, blue, "|");
    let mark = tinted(colour, blue, "=");
    let (place, sql) = place_and_sql(finding);
    writeln!(text, "{severity}: {}", finding.message).ok();
    writeln!(text, "  {arrow} {place}").ok();
    if let Some(sql) = sql {
        writeln!(text, "   {bar}").ok();
        for line in sql.lines().take(SHOWN_LINES) {
            writeln!(text, "   {bar} {line}").ok();
        }
        if sql.lines().nth(SHOWN_LINES).is_some() {
            writeln!(text, "   {bar} …").ok();
        }
        writeln!(text, "   {bar}").ok();
    }
    writeln!(text, "   {mark} why: {}", rule.why).ok();
    writeln!(text, "   {mark} instead: {}", rule.instead).ok();
}

fn tinted(colour: bool, style: Style, word: &str) -> String {
    if colour {
        format!("{style}{word}{style:#}")
    } else {
        word.to_owned()
    }
}

/// Where a finding is, in one line, and the statement that it is about.
fn place_and_sql(finding: &Finding) -> (String, Option<&str>) {
    let on = finding.engine.map_or_else(
        || "both engines".to_owned(),
        |engine| engine_word(engine).to_owned(),
    );
    match &finding.place {
        Place::Statement {
            migration,
            number,
            sql,
            ..
        } => (
            format!("{migration}, statement {number} of up, {on}"),
            Some(sql),
        ),
        Place::Migration { migration, .. } => (format!("{migration}, {on}"), None),
        Place::File {
            path,
            line,
            column,
            sql,
        } => (format!("{path}:{line}:{column}"), sql.as_deref()),
        Place::Catalog => (format!("the live catalog, {on}"), None),
    }
}

/// For programs; `docs/lint.md` describes it.
#[must_use]
pub(crate) fn json(report: &Report) -> Value {
    let findings: Vec<Value> = report.findings.iter().map(finding_json).collect();
    json!({
        "findings": findings,
        "errors": report.count(Severity::Error),
        "warnings": report.count(Severity::Warning),
        "waived": report.waived,
        "notes": report.notes,
    })
}

fn finding_json(finding: &Finding) -> Value {
    let place = match &finding.place {
        Place::Statement {
            migration,
            path,
            number,
            sql,
        } => json!({
            "kind": "statement", "migration": migration, "path": path, "statement": number,
            "sql": sql,
        }),
        Place::Migration { migration, path } => {
            json!({ "kind": "migration", "migration": migration, "path": path })
        }
        Place::File {
            path,
            line,
            column,
            sql,
        } => json!({ "kind": "file", "path": path, "line": line, "column": column, "sql": sql }),
        Place::Catalog => json!({ "kind": "catalog" }),
    };
    json!({
        "rule": finding.rule.id,
        "name": finding.rule.name,
        "severity": finding.rule.severity,
        "engine": finding.engine,
        "place": place,
        "message": finding.message,
        "why": finding.rule.why,
        "instead": finding.rule.instead,
    })
}

/// SARIF 2.1.0, which services that review changes show beside them
/// (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).
#[must_use]
pub(crate) fn sarif(report: &Report) -> Value {
    let rules: Vec<Value> = all()
        .map(|rule| {
            json!({
                "id": rule.id,
                "name": rule.name,
                "shortDescription": { "text": rule.name.replace('-', " ") },
                "fullDescription": { "text": rule.why },
                "help": { "text": rule.instead },
                "defaultConfiguration": { "level": rule.severity.word() },
            })
        })
        .collect();
    let results: Vec<Value> = report.findings.iter().map(result).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "migrate lint",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(finding: &Finding) -> Value {
    let index = all().position(|rule| rule == finding.rule);
    let text = format!(
        "{}. {} Instead: {}",
        finding.message, finding.rule.why, finding.rule.instead
    );
    json!({
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "level": finding.rule.severity.word(),
        "message": { "text": text },
        "locations": [location(finding)],
    })
}

fn location(finding: &Finding) -> Value {
    let logical = |what: String, kind: &str| json!([{ "fullyQualifiedName": what, "kind": kind }]);
    let physical = |path: &str, line: u64, column: u64| {
        json!({
            "artifactLocation": { "uri": uri(path) },
            "region": { "startLine": line.max(1), "startColumn": column.max(1) },
        })
    };
    let (what, path) = match &finding.place {
        Place::File {
            path, line, column, ..
        } => return json!({ "physicalLocation": physical(path, *line, *column) }),
        Place::Catalog => {
            return json!({ "logicalLocations": logical("catalog".to_owned(), "module") });
        }
        Place::Statement {
            migration,
            number,
            path,
            ..
        } => (format!("{migration}::up::{number}"), path),
        Place::Migration { migration, path } => (migration.clone(), path),
    };
    let mut location = json!({ "logicalLocations": logical(what, "function") });
    if let Some(path) = path {
        location["physicalLocation"] = physical(path, 1, 1);
    }
    location
}

/// A path as a reference: relative ones stay so.
fn uri(path: &str) -> String {
    let is_absolute = Path::new(path).is_absolute();
    let rooted = if is_absolute {
        path.to_owned()
    } else {
        format!("/{path}")
    };
    match Url::from_file_path(&rooted) {
        Ok(url) if is_absolute => url.to_string(),
        Ok(url) => url.path().trim_start_matches('/').to_owned(),
        Err(()) => path.to_owned(),
    }
}
