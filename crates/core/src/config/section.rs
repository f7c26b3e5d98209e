//! Reads checked values out of the layers; whatever is wrong is reported, and reading goes on.

use std::{ops::RangeInclusive, path::PathBuf, time::Duration};

use serde_json::{Value as Json, json};

use super::{
    Origin, Problem, Setting,
    layers::Layers,
    mismatch::{Mismatch, Taken, items},
    node::{Node, Raw},
};

/// Reads sections, collecting problems and effective values.
pub(super) struct Reader<'a> {
    layers: &'a Layers,
    problems: &'a mut Vec<Problem>,
    settings: Vec<Setting>,
}

/// Reads the keys of one section. Each method gives `None` after it has reported a problem.
pub(super) struct Section<'r, 'a> {
    reader: &'r mut Reader<'a>,
    name: &'static str,
}

impl<'a> Reader<'a> {
    pub(super) fn new(layers: &'a Layers, problems: &'a mut Vec<Problem>) -> Self {
        Self {
            layers,
            problems,
            settings: Vec::new(),
        }
    }

    pub(super) fn section<'r>(&'r mut self, name: &'static str) -> Section<'r, 'a> {
        Section { reader: self, name }
    }

    pub(super) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Where the effective value of a key was set.
    pub(super) fn origin(&self, key: &str) -> Origin {
        self.layers.get(key).map_or_else(
            || Origin::Embedded {
                file: "default.yaml".to_owned(),
                line: 1,
            },
            |(_, origin)| origin.clone(),
        )
    }

    pub(super) fn into_settings(self) -> Vec<Setting> {
        self.settings
    }
}

impl Section<'_, '_> {
    pub(super) fn boolean(&mut self, name: &str) -> Option<bool> {
        self.read(name, |node| {
            let value = match &node.raw {
                Raw::Boolean(value) => Some(*value),
                Raw::Word(word) => word.parse().ok(),
                _ => None,
            };
            let value = value.ok_or_else(|| Mismatch::of(node, "true or false"))?;
            Ok((value, json!(value)))
        })
    }

    pub(super) fn integer<T: TryFrom<u64>>(
        &mut self,
        name: &str,
        range: RangeInclusive<u64>,
    ) -> Option<T> {
        self.number(name, "", range)
            .and_then(|number| T::try_from(number).ok())
    }

    pub(super) fn millis(&mut self, name: &str, range: RangeInclusive<u64>) -> Option<Duration> {
        self.number(name, " of milliseconds", range)
            .map(Duration::from_millis)
    }

    pub(super) fn seconds(&mut self, name: &str, range: RangeInclusive<u64>) -> Option<Duration> {
        self.number(name, " of seconds", range)
            .map(Duration::from_secs)
    }

    fn number(&mut self, name: &str, unit: &str, range: RangeInclusive<u64>) -> Option<u64> {
        self.read(name, |node| {
            let value = match &node.raw {
                Raw::Integer(value) => u64::try_from(*value).ok(),
                Raw::Word(word) => word.parse().ok(),
                _ => None,
            };
            let value = value.filter(|value| range.contains(value)).ok_or_else(|| {
                let (least, most) = (range.start(), range.end());
                Mismatch::of(node, format!("a whole number{unit} from {least} to {most}"))
            })?;
            Ok((value, json!(value)))
        })
    }

    pub(super) fn path(&mut self, name: &str) -> Option<PathBuf> {
        self.parsed(name, "a path", |text| Some(PathBuf::from(text)))
    }

    /// A text that `parse` understands.
    pub(super) fn parsed<T>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.read(name, |node| {
            let text = node.text().ok_or_else(|| Mismatch::of(node, expected))?;
            let value = parse(text).ok_or_else(|| Mismatch::of(node, expected))?;
            Ok((value, json!(text)))
        })
    }

    pub(super) fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> Option<T> {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        self.parsed(name, &names.join(" or "), |text| {
            choices
                .iter()
                .find(|(name, _)| *name == text)
                .map(|(_, choice)| *choice)
        })
    }

    /// A list of texts that `parse` understands; in a variable they are separated by commas.
    pub(super) fn list<T>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.read(name, |node| {
            let mut values = Vec::new();
            let mut shown = Vec::new();
            for (index, item) in items(node)?.iter().enumerate() {
                let mismatch = || Mismatch::of(item, expected).within(&format!("[{index}]"));
                let text = item.text().ok_or_else(mismatch)?;
                values.push(parse(text).ok_or_else(mismatch)?);
                shown.push(json!(text));
            }
            Ok((values, Json::Array(shown)))
        })
    }

    /// Reports that a value does not fit the others.
    pub(super) fn refuse(&mut self, name: &str, expected: &str, found: String) {
        let key = format!("{}.{name}", self.name);
        let origin = self.reader.origin(&key);
        self.reader.report(Problem::WrongValue {
            key,
            origin,
            expected: expected.to_owned(),
            found,
        });
    }

    /// The value as `take` makes it; a mismatch is reported.
    pub(super) fn read<T>(
        &mut self,
        name: &str,
        take: impl FnOnce(&Node) -> Taken<T>,
    ) -> Option<T> {
        let key = format!("{}.{name}", self.name);
        let Some((node, origin)) = self.reader.layers.get(&key) else {
            self.reader.report(Problem::Malformed {
                file: "default.yaml".to_owned(),
                line: 1,
                reason: format!("the key {key} is missing"),
            });
            return None;
        };
        let origin = origin.clone();
        match take(node) {
            Ok((value, shown)) => {
                self.reader.settings.push(Setting {
                    key,
                    value: shown,
                    origin,
                });
                Some(value)
            }
            Err(mismatch) => {
                self.reader.report(Problem::WrongValue {
                    key: key + &mismatch.part,
                    origin: origin.at_line(mismatch.line),
                    expected: mismatch.expected,
                    found: mismatch.found,
                });
                None
            }
        }
    }
}
