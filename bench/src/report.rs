//! From rounds to medians and ratios, as a table and as JSON.

use std::{collections::BTreeMap, thread};

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use serde_json::{Value, json};

use crate::{
    outcome::{Outcome, median},
    work::{Figure, OURS, Requirement, Unit, Work},
};

/// What was measured of one work: for each contender an outcome per round.
pub(crate) struct Measured {
    pub(crate) work: Work,
    pub(crate) rounds: BTreeMap<&'static str, Vec<Outcome>>,
}

/// A requirement compared with what was measured.
pub(crate) struct Comparison {
    pub(crate) requirement: Requirement,
    /// How many times better ours is: the median over the rounds, each round on its own.
    pub(crate) ratio: f64,
}

impl Comparison {
    /// In words: whether floor and aim are met.
    pub(crate) fn verdict(&self) -> &'static str {
        match (self.ratio >= self.requirement.floor, self.requirement.aim) {
            (false, _) => "no",
            (true, Some(aim)) if self.ratio >= aim => "aim",
            (true, Some(_)) if self.requirement.floor == 0.0 => "not the aim",
            (true, _) => "yes",
        }
    }
}

impl Measured {
    /// The median amount of a contender.
    pub(crate) fn amount(&self, who: &str) -> Option<f64> {
        median(self.rounds.get(who)?.iter().map(|it| it.amount))
    }

    /// The median of its 99th percentiles, in milliseconds.
    pub(crate) fn p99(&self, who: &str) -> Option<f64> {
        median(self.rounds.get(who)?.iter().filter_map(|it| it.p99_ms))
    }

    /// Each requirement whose peer was measured.
    pub(crate) fn comparisons(&self) -> Vec<Comparison> {
        let comparisons = self.work.requirements().iter().map(|&requirement| {
            let ours = self.rounds.get(OURS)?;
            let theirs = self.rounds.get(requirement.against)?;
            let pairs = ours.iter().zip(theirs);
            let ratios = pairs.filter_map(|(ours, theirs)| match requirement.figure {
                Figure::Amount => Some(self.work.unit().times_better(ours.amount, theirs.amount)),
                Figure::P99 => Some(theirs.p99_ms? / ours.p99_ms?),
            });
            let ratio = median(ratios)?;
            Some(Comparison { requirement, ratio })
        });
        comparisons.flatten().collect()
    }

    fn json(&self) -> Value {
        let contenders: BTreeMap<_, _> = self
            .rounds
            .iter()
            .map(|(who, rounds)| {
                let value = json!({
                    "median": self.amount(who),
                    "p99_ms": self.p99(who),
                    "refused": rounds.iter().map(|it| it.refused).sum::<u64>(),
                    "lost": rounds.iter().map(|it| it.lost).sum::<u64>(),
                    "rounds": rounds,
                });
                (who, value)
            })
            .collect();
        let ratios: Vec<_> = self
            .comparisons()
            .iter()
            .map(|comparison| {
                json!({
                    "against": comparison.requirement.against,
                    "figure": comparison.requirement.figure,
                    "times_better": comparison.ratio,
                    "floor": comparison.requirement.floor,
                    "aim": comparison.requirement.aim,
                    "met": comparison.ratio >= comparison.requirement.floor,
                })
            })
            .collect();
        json!({
            "work": self.work.name(),
            "title": self.work.title(),
            "unit": self.work.unit().name(),
            "contenders": contenders,
            "ratios": ratios,
        })
    }
}

/// All of it, for machines.
pub(crate) fn json(measured: &[Measured], rounds: usize) -> Value {
    json!({
        "cores": thread::available_parallelism().map_or(1, usize::from),
        "system": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        "rounds": rounds,
        "works": measured.iter().map(Measured::json).collect::<Vec<_>>(),
    })
}

/// All of it, for people.
pub(crate) fn table(measured: &[Measured]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header([
        "work",
        "ours",
        "peer",
        "its figure",
        "times better",
        "at least",
        "aim",
        "met",
    ]);
    for column in [1, 3, 4, 5, 6] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for measured in measured {
        let work = measured.work;
        for comparison in measured.comparisons() {
            let Requirement {
                against,
                figure,
                floor,
                aim,
            } = comparison.requirement;
            let shown = |who| match figure {
                Figure::Amount => amount(work.unit(), measured.amount(who)),
                Figure::P99 => measured
                    .p99(who)
                    .map_or_else(String::new, |it| format!("{it:.1} ms p99")),
            };
            table.add_row([
                work.title().to_owned(),
                shown(OURS),
                against.to_owned(),
                shown(against),
                times(comparison.ratio),
                if floor > 0.0 {
                    times(floor)
                } else {
                    "–".to_owned()
                },
                aim.map_or_else(|| "–".to_owned(), times),
                comparison.verdict().to_owned(),
            ]);
        }
    }
    table
}

/// Notes on contenders that lost changes or refused calls.
pub(crate) fn remarks(measured: &[Measured]) -> Vec<String> {
    let mut remarks = Vec::new();
    for measured in measured {
        for (who, rounds) in &measured.rounds {
            let sum = |of: fn(&Outcome) -> u64| rounds.iter().map(of).sum::<u64>();
            let (kept, refused, lost) =
                (sum(|it| it.kept), sum(|it| it.refused), sum(|it| it.lost));
            if refused + lost > 0 {
                let work = measured.work.name();
                remarks.push(format!(
                    "{work}: {who} refused {refused} calls, and lost {lost} of {kept} changes that it acknowledged"
                ));
            }
        }
    }
    remarks
}

/// An amount with its unit.
pub(crate) fn amount(unit: Unit, amount: Option<f64>) -> String {
    let Some(amount) = amount else {
        return String::new();
    };
    let digits = if amount < 100.0 { 1 } else { 0 };
    format!("{amount:.digits$} {}", unit.name())
}

/// So many times.
pub(crate) fn times(ratio: f64) -> String {
    let digits = if ratio < 10.0 { 2 } else { 1 };
    format!("{ratio:.digits$} ×")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(ours: [f64; 3], theirs: [f64; 3]) -> Measured {
        let rounds = |amounts: [f64; 3]| {
            let outcome = |amount| Outcome {
                amount,
                ..Outcome::default()
            };
            amounts.map(outcome).to_vec()
        };
        Measured {
            work: Work::Counters,
            rounds: [
                (OURS, rounds(ours)),
                (crate::work::SQLALCHEMY, rounds(theirs)),
            ]
            .into(),
        }
    }

    #[test]
    fn a_ratio_is_the_median_of_the_ratios_of_the_rounds() {
        let comparisons = measured([70.0, 700.0, 80.0], [10.0, 100.0, 10.0]).comparisons();
        assert_eq!(comparisons[0].ratio, 7.0);
        assert_eq!(comparisons[0].verdict(), "yes");
    }

    #[test]
    fn a_figure_below_its_floor_is_not_met() {
        let comparisons = measured([50.0; 3], [10.0; 3]).comparisons();
        assert_eq!(comparisons[0].verdict(), "no");
    }
}
