//! What the checks of `doctor` found.

use serde::Serialize;

use crate::{
    output::{Output, Stream, Style},
    text::{counted, printable},
};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// It works; something deserves a look.
    Warn,
    /// It does not work.
    Fail,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub struct Check {
    /// The part it belongs to: `configuration`, `database`, or one of the program's.
    pub part: &'static str,
    /// What was looked at, unique within the part.
    pub name: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// What was found.
    pub found: String,
    /// What to do; `None` where nothing needs doing.
    pub advice: Option<String>,
}

/// Everything that was looked at, in order.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    checks: Vec<Check>,
}

/// Collects the checks of one part.
#[derive(Debug)]
pub struct Part<'a> {
    part: &'static str,
    checks: &'a mut Vec<Check>,
}

impl Report {
    /// Takes up the checks of a part.
    pub fn part(&mut self, part: &'static str) -> Part<'_> {
        Part {
            part,
            checks: &mut self.checks,
        }
    }

    /// Whether any check failed.
    pub fn failed(&self) -> bool {
        self.count(Outcome::Fail) > 0
    }

    /// The report as people read it: a line per check, and under it what to do.
    pub fn text(&self, output: Output) -> String {
        let width = self.checks.iter().map(Check::title_width).max();
        let mut text = String::new();
        for check in &self.checks {
            let (style, word) = match check.outcome {
                Outcome::Ok => (Style::Good, "ok  "),
                Outcome::Warn => (Style::Warning, "warn"),
                Outcome::Fail => (Style::Bad, "FAIL"),
            };
            let title = format!("{} {}", check.part, check.name);
            text.push_str(&format!(
                "{}  {title:width$}  {}\n",
                output.styled(Stream::Stdout, style, word),
                printable(&check.found),
                width = width.unwrap_or_default(),
            ));
            if let Some(advice) = &check.advice {
                text.push_str(&format!("      → {}\n", printable(advice)));
            }
        }
        text.push_str(&self.summary());
        text
    }

    fn summary(&self) -> String {
        let count = |outcome, word: &str| match self.count(outcome) {
            0 => String::new(),
            n => format!(", {n} {word}"),
        };
        format!(
            "\n{}{}{}\n",
            counted(self.checks.len(), "check"),
            count(Outcome::Fail, "failed"),
            count(Outcome::Warn, "to look at"),
        )
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.checks.iter().filter(|c| c.outcome == outcome).count()
    }
}

impl Check {
    fn title_width(&self) -> usize {
        self.part.len() + 1 + self.name.len()
    }
}

impl Part<'_> {
    /// It is as it should be.
    pub fn ok(&mut self, name: &'static str, found: impl ToString) {
        self.add(name, Outcome::Ok, found, None);
    }

    /// It works, but.
    pub fn warn(&mut self, name: &'static str, found: impl ToString, advice: &str) {
        self.add(name, Outcome::Warn, found, Some(advice));
    }

    /// It does not work.
    pub fn fail(&mut self, name: &'static str, found: impl ToString, advice: &str) {
        self.add(name, Outcome::Fail, found, Some(advice));
    }

    fn add(
        &mut self,
        name: &'static str,
        outcome: Outcome,
        found: impl ToString,
        advice: Option<&str>,
    ) {
        self.checks.push(Check {
            part: self.part,
            name,
            outcome,
            found: found.to_string(),
            advice: advice.map(str::to_owned),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut report = Report::default();
        report.part("database").ok("engine", "SQLite 3");
        let mut files = report.part("files");
        files.warn("space", "1.0 MiB of 1.0 GiB free", "free some space soon");
        files.fail("writable", "the disk is read-only", "mount it for writing");
        report
    }

    #[test]
    fn a_line_per_check_and_under_it_what_to_do() {
        insta::assert_snapshot!(report().text(Output::plain()), @r"
        ok    database engine  SQLite 3
        warn  files space      1.0 MiB of 1.0 GiB free
              → free some space soon
        FAIL  files writable   the disk is read-only
              → mount it for writing

        3 checks, 1 failed, 1 to look at
        ");
    }

    #[test]
    fn as_json_it_is_a_list_of_checks() {
        let json = serde_json::to_value(report()).unwrap();
        let expected = serde_json::json!({
            "part": "files",
            "name": "writable",
            "outcome": "fail",
            "found": "the disk is read-only",
            "advice": "mount it for writing",
        });
        assert_eq!(json["checks"][2], expected);
        assert!(report().failed());
    }
}
