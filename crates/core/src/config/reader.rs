//! Takes checked values out of the merged layers; whatever is wrong is reported, and reading goes
//! on.

use ::config::Value;
use serde_json::Value as Json;

use super::{Origin, Problem, Setting, mismatch::Taken};

/// Reads sections, collecting problems, effective values, and what may be written for each key.
pub struct Reader {
    values: ::config::Config,
    pub(super) problems: Vec<Problem>,
    pub(super) settings: Vec<Setting>,
    /// What JSON Schema says about the value of each key.
    pub(super) schemas: Vec<(String, Json)>,
}

impl Reader {
    pub(super) fn new(values: ::config::Config, problems: Vec<Problem>) -> Self {
        Self {
            values,
            problems,
            settings: Vec::new(),
            schemas: Vec::new(),
        }
    }

    pub(super) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Where the effective value of a key was set.
    pub(super) fn origin(&self, key: &str) -> Origin {
        self.get(key)
            .map_or_else(|| Origin::default_yaml(1), |value| Origin::of(&value))
    }

    /// The value of a key as `take` makes it; a mismatch is reported.
    pub(super) fn read<T>(
        &mut self,
        key: String,
        schema: Json,
        take: impl FnOnce(&Value) -> Taken<T>,
    ) -> Option<T> {
        self.schemas.push((key.clone(), schema));
        let Some(value) = self.get(&key) else {
            self.report(Problem::Malformed {
                file: "default.yaml".to_owned(),
                line: 1,
                reason: format!("the key {key} is missing"),
            });
            return None;
        };
        match take(&value) {
            Ok((taken, shown)) => {
                self.settings.push(Setting {
                    key,
                    value: shown,
                    origin: Origin::of(&value),
                });
                Some(taken)
            }
            Err(mismatch) => {
                self.report(Problem::WrongValue {
                    key: key + &mismatch.part,
                    origin: *mismatch.origin,
                    expected: mismatch.expected,
                    found: mismatch.found,
                });
                None
            }
        }
    }

    /// The strongest value of a key, taken out of its list of one.
    fn get(&self, key: &str) -> Option<Value> {
        self.values.get_array(key).ok()?.pop()
    }
}
