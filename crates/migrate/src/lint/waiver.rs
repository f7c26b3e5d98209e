//! Waivers: comments that say why a finding is meant.
//!
//! In SQL `-- lint: allow GW306: why`, before the statement or behind it; in the source of a
//! migration, for all of it, `// lint: allow(GW306, "why")` on a line of its own. Both ways of
//! writing work in both places.

use std::collections::BTreeSet;

use super::{
    finding::{Finding, Place},
    rules::{Rule, both, find},
    statements::{Comment, ParsedStatement},
};
use groundwork_naming::Engine;

/// A comment that begins with `lint:`.
#[derive(Clone, Debug)]
pub(super) struct Waiver {
    /// As it is written.
    text: String,
    rule: Option<&'static Rule>,
    has_reason: bool,
    /// Where it is.
    pub(super) place: Place,
    /// The statement that it is about, as the engine sees it; `None`: all of them.
    scope: Option<(Engine, usize)>,
    is_used: bool,
}

impl Waiver {
    /// Reads the text of a comment; `None` if it is none.
    pub(super) fn parse(
        comment: &str,
        place: Place,
        scope: Option<(Engine, usize)>,
    ) -> Option<Self> {
        let text = comment.trim();
        let rest = text.strip_prefix("lint:")?.trim_start();
        let rest = rest.strip_prefix("allow").unwrap_or("").trim();
        let inner = (rest.strip_prefix('('))
            .and_then(|rest| rest.strip_suffix(')'))
            .unwrap_or(rest);
        let (id, reason) = inner.split_once([',', ':']).unwrap_or((inner, ""));
        Some(Self {
            text: text.to_owned(),
            rule: find(id.trim()),
            has_reason: reason.chars().any(char::is_alphabetic),
            place,
            scope,
            is_used: false,
        })
    }

    fn covers(&self, finding: &Finding, at: Option<(Engine, usize)>) -> bool {
        self.has_reason
            && self
                .rule
                .is_some_and(|rule| rule == finding.rule && can_be_waived(rule))
            && (self.scope.is_none() || self.scope == at)
    }
}

impl Waiver {
    /// Whether the same comment, as the other engine sees it, waives something.
    fn is_used_elsewhere(&self, all: &[Self]) -> bool {
        all.iter().any(|other| {
            let is_other = self.scope.map(|scope| scope.0) != other.scope.map(|scope| scope.0);
            other.is_used && is_other && other.text == self.text
        })
    }
}

fn can_be_waived(rule: &Rule) -> bool {
    !rule.id.starts_with("GW39")
}

/// The waivers in the comments of statements.
pub(super) fn of_statements(
    engine: Engine,
    statements: &[ParsedStatement],
    place: impl Fn(&Comment) -> Place,
) -> Vec<Waiver> {
    let comments = (statements.iter().enumerate())
        .flat_map(|(at, own)| own.comments.iter().map(move |comment| (at, comment)));
    comments
        .filter_map(|(at, comment)| {
            Waiver::parse(&comment.text, place(comment), Some((engine, at)))
        })
        .collect()
}

/// The waivers in the source of a migration.
pub(super) fn of_source(path: &str, source: &str) -> Vec<Waiver> {
    let lines = source.lines().zip(1..);
    lines
        .filter_map(|(line, number)| {
            let comment = line.trim_start().strip_prefix("//")?;
            let place = Place::File {
                path: path.to_owned(),
                line: number,
                column: line.len() as u64 - line.trim_start().len() as u64 + 1,
                sql: None,
            };
            Waiver::parse(comment, place, None)
        })
        .collect()
}

/// Takes out what is waived, and adds what is wrong with the waivers; says how many were waived.
/// `engines` are those for which was looked.
pub(super) fn apply(
    findings: Vec<(Finding, Option<usize>)>,
    waivers: &mut [Waiver],
    engines: &[Engine],
) -> (Vec<Finding>, usize) {
    let mut kept = Vec::new();
    let mut waived = BTreeSet::new();
    for (finding, at) in findings {
        let at = finding.engine.zip(at);
        let mut is_waived = false;
        for waiver in waivers
            .iter_mut()
            .filter(|waiver| waiver.covers(&finding, at))
        {
            waiver.is_used = true;
            is_waived = true;
        }
        if is_waived {
            waived.insert((finding.rule.id, finding.message));
        } else {
            kept.push(finding);
        }
    }
    kept.extend(
        (waivers.iter())
            .filter(|waiver| !waiver.is_used_elsewhere(waivers))
            .filter_map(|waiver| fault(waiver, engines)),
    );
    (kept, waived.len())
}

fn fault(waiver: &Waiver, engines: &[Engine]) -> Option<Finding> {
    let (rule, message) = match waiver.rule {
        None => (
            &both::WAIVER_OF_UNKNOWN_RULE,
            format!("`{}` names no rule", waiver.text),
        ),
        Some(rule) if !can_be_waived(rule) => (
            &both::WAIVER_OF_UNKNOWN_RULE,
            format!("{} cannot be waived", rule.id),
        ),
        Some(rule) if !waiver.has_reason => (
            &both::WAIVER_WITHOUT_REASON,
            format!("{} is waived without a reason", rule.id),
        ),
        Some(rule) => {
            let was_asked = rule.engine().is_none_or(|engine| {
                engines.contains(&engine) && waiver.scope.is_none_or(|(own, _)| own == engine)
            });
            if waiver.is_used || !was_asked {
                return None;
            }
            let message = format!("{} finds nothing here that could be waived", rule.id);
            (&both::WAIVER_OF_NOTHING, message)
        }
    };
    Some(Finding {
        rule,
        engine: None,
        place: waiver.place.clone(),
        message,
    })
}
