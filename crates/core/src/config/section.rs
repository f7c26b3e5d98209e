//! Reads checked values out of the layers; whatever is wrong is reported, and reading goes on.

use std::{ops::RangeInclusive, path::PathBuf, time::Duration};

use serde_json::{Value as Json, json};

use super::{
    DatabaseUrl, Origin, Problem, Setting,
    auth::{ApiKey, KeyHash},
    layers::Layers,
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

/// Why a value cannot be taken.
struct Mismatch {
    /// The part of the value at fault, such as `[1].sha256`; empty for the whole.
    part: String,
    line: Option<usize>,
    expected: String,
    found: String,
}

/// A value and how it is shown.
type Taken<T> = Result<(T, Json), Mismatch>;

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

    pub(super) fn database_url(&mut self, name: &str) -> Option<DatabaseUrl> {
        self.read(name, take_database_url)
    }

    /// `Some(None)` where the key is empty.
    pub(super) fn optional_database_url(&mut self, name: &str) -> Option<Option<DatabaseUrl>> {
        self.read(name, |node| {
            if node.is_nothing() {
                return Ok((None, Json::Null));
            }
            take_database_url(node).map(|(url, shown)| (Some(url), shown))
        })
    }

    pub(super) fn api_keys(&mut self, name: &str) -> Option<Vec<ApiKey>> {
        self.read(name, |node| {
            let mut keys: Vec<ApiKey> = Vec::new();
            for (index, item) in items(node)?.iter().enumerate() {
                let within = |mismatch: Mismatch| mismatch.within(&format!("[{index}]"));
                let key = take_api_key(item).map_err(within)?;
                if keys.iter().any(|other| other.name == key.name) {
                    let mismatch = Mismatch {
                        found: format!("{:?} again", key.name),
                        ..Mismatch::of(item, "named differently from the others")
                    };
                    return Err(within(mismatch));
                }
                keys.push(key);
            }
            let shown = keys
                .iter()
                .map(|key| json!({"name": key.name, "sha256": format!("{:?}", key.sha256)}))
                .collect();
            Ok((keys, Json::Array(shown)))
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

    fn read<T>(&mut self, name: &str, take: impl FnOnce(&Node) -> Taken<T>) -> Option<T> {
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

fn take_database_url(node: &Node) -> Taken<DatabaseUrl> {
    let url = node
        .text()
        .ok_or(super::InvalidDatabaseUrl)
        .and_then(str::parse::<DatabaseUrl>)
        .map_err(|expected| Mismatch::of_secret(node, expected.to_string()))?;
    let shown = json!(url.redacted());
    Ok((url, shown))
}

/// `{name: …, sha256: …}`, or `name:sha256` in a variable. Nothing of the hash is ever shown: it
/// may be the key itself, put there by mistake.
fn take_api_key(node: &Node) -> Result<ApiKey, Mismatch> {
    const NAME: &str = "a name: a word to tell keys apart";
    const HASH: &str = "the SHA-256 of the key: 64 hexadecimal digits";
    if let Raw::Word(word) = &node.raw {
        let (name, hash) = word
            .split_once(':')
            .filter(|(name, _)| !name.is_empty())
            .ok_or_else(|| Mismatch::of_secret(node, "name:sha256"))?;
        let sha256 = hash
            .parse::<KeyHash>()
            .map_err(|_| Mismatch::of_secret(&Node::word(hash), HASH).within(".sha256"))?;
        return Ok(ApiKey {
            name: name.to_owned(),
            sha256,
        });
    }
    let Raw::Section(fields) = &node.raw else {
        return Err(Mismatch::of_secret(node, "{name: …, sha256: …}"));
    };
    if let Some((name, value)) = fields
        .iter()
        .find(|(name, _)| !matches!(name.as_str(), "name" | "sha256"))
    {
        let mismatch = Mismatch::of_secret(value, "{name: …, sha256: …} and nothing else");
        return Err(Mismatch {
            found: format!("the key {name}"),
            ..mismatch
        });
    }
    let nothing = Node {
        raw: Raw::Null,
        line: node.line,
    };
    let field = |wanted: &str| {
        let found = fields.iter().find(|(name, _)| name == wanted);
        found.map_or(&nothing, |(_, value)| value)
    };
    let (name, hash) = (field("name"), field("sha256"));
    let sha256 = hash
        .text()
        .and_then(|text| text.parse::<KeyHash>().ok())
        .ok_or_else(|| Mismatch::of_secret(hash, HASH).within(".sha256"))?;
    let name = name
        .text()
        .ok_or_else(|| Mismatch::of(name, NAME).within(".name"))?;
    Ok(ApiKey {
        name: name.to_owned(),
        sha256,
    })
}

/// The items of a list, also of one written with commas in a variable.
fn items(node: &Node) -> Result<Vec<Node>, Mismatch> {
    match &node.raw {
        Raw::List(items) => Ok(items.clone()),
        Raw::Null => Ok(Vec::new()),
        Raw::Word(words) => Ok(words
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(Node::word)
            .collect()),
        _ => Err(Mismatch::of_secret(node, "a list")),
    }
}

impl Mismatch {
    fn of(node: &Node, expected: impl Into<String>) -> Self {
        Self {
            part: String::new(),
            line: node.line,
            expected: expected.into(),
            found: node.describe(),
        }
    }

    fn of_secret(node: &Node, expected: impl Into<String>) -> Self {
        Self {
            found: node.describe_secret(),
            ..Self::of(node, expected)
        }
    }

    fn within(mut self, part: &str) -> Self {
        self.part.insert_str(0, part);
        self
    }
}
