//! All that was found, apart from what is waived.

use std::collections::BTreeSet;

use groundwork_naming::Engine;

use super::{
    finding::Finding,
    rules::Severity,
    waiver::{self, Waiver},
};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// In the order of the statements.
    pub findings: Vec<Finding>,
    /// How many findings are waived.
    pub waived: usize,
    /// What could not be checked.
    pub notes: Vec<String>,
    /// What is waived, so that the live catalog does not report it again.
    pub(super) suppressed: BTreeSet<(&'static str, String)>,
}

impl Report {
    /// How many findings have this severity.
    #[must_use]
    pub(crate) fn count(&self, severity: Severity) -> usize {
        let has = |finding: &&Finding| finding.rule.severity == severity;
        self.findings.iter().filter(has).count()
    }

    /// Takes out what is waived, and adds what is wrong with the waivers. Each finding comes with the
    /// statement that it is about; `engines` are those that were checked.
    pub(super) fn settle(
        found: Vec<(Finding, Option<usize>)>,
        waivers: &mut [Waiver],
        engines: &[Engine],
    ) -> Self {
        let keys = |findings: &mut dyn Iterator<Item = &Finding>| -> BTreeSet<_> {
            findings
                .map(|finding| (finding.rule.id, finding.message.clone()))
                .collect()
        };
        let all = keys(&mut found.iter().map(|(finding, _)| finding));
        let (findings, waived) = waiver::apply(found, waivers, engines);
        let kept = keys(&mut findings.iter());
        Self {
            suppressed: all.difference(&kept).cloned().collect(),
            findings,
            waived,
            notes: Vec::new(),
        }
    }

    /// Adds the findings of another report.
    pub(crate) fn extend(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.waived += other.waived;
        self.notes.extend(other.notes);
        self.suppressed.extend(other.suppressed);
    }

    /// Adds what a live catalog shows beyond what is found or waived already.
    pub(crate) fn extend_live(&mut self, findings: Vec<Finding>) {
        let known: BTreeSet<(&str, String)> = (self.findings.iter())
            .map(|finding| (finding.rule.id, finding.message.clone()))
            .collect();
        self.findings.extend(findings.into_iter().filter(|finding| {
            let key = (finding.rule.id, finding.message.clone());
            !known.contains(&key) && !self.suppressed.contains(&key)
        }));
    }
}
