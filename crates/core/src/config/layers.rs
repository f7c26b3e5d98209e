//! Gathers all layers and keeps, for each key, the strongest value.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use super::{
    Environment, Origin, Problem, Sources, dotenv,
    environment::{self, DEVELOPMENT},
    node::{Node, Raw},
    problem::nearest,
    variables::{self, Variable},
    yaml,
};

/// The files that are part of the program; the first lists all keys.
const EMBEDDED: [(&str, &str); 3] = [
    ("default", include_str!("../../../../config/default.yaml")),
    (
        "production",
        include_str!("../../../../config/production.yaml"),
    ),
    ("test", include_str!("../../../../config/test.yaml")),
];

/// A value of a key.
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) node: Node,
    pub(super) origin: Origin,
}

/// The strongest value of each key.
pub(super) struct Layers {
    pub(super) environment: Environment,
    /// The files on disk that were read, from weak to strong.
    pub(super) files: Vec<PathBuf>,
    /// All keys that exist, in the order of `default.yaml`.
    pub(super) keys: Vec<String>,
    effective: HashMap<String, (Node, Origin)>,
}

impl Layers {
    /// Reads every layer, weak before strong, and reports what none of them may hold.
    pub(super) fn gather(sources: &Sources, problems: &mut Vec<Problem>) -> Self {
        let (dotenv, dotenv_file) = read_dotenv(sources, problems);
        let process = process_variables(sources);
        let environment = environment::choose(sources, &process, &dotenv, problems);
        let mut layers = Self {
            environment,
            files: Vec::new(),
            keys: Vec::new(),
            effective: HashMap::new(),
        };
        layers.add_yaml("default", sources.folder.as_deref(), problems);
        layers.add_environment(sources.folder.as_deref(), problems);
        layers.files.extend(dotenv_file);
        for variables in [dotenv, process] {
            let entries = variables::entries(variables, &layers.keys, problems);
            entries.into_iter().for_each(|entry| layers.set(entry));
        }
        layers.add_flags(sources, problems);
        layers
    }

    /// The strongest value of a key and its origin.
    pub(super) fn get(&self, key: &str) -> Option<&(Node, Origin)> {
        self.effective.get(key)
    }

    fn set(&mut self, entry: Entry) {
        self.effective.insert(entry.key, (entry.node, entry.origin));
    }

    /// Adds the file of this name, embedded and then on disk; tells whether there was either.
    fn add_yaml(&mut self, name: &str, folder: Option<&Path>, problems: &mut Vec<Problem>) -> bool {
        let embedded = EMBEDDED.iter().find(|(embedded, _)| *embedded == name);
        if let Some((_, text)) = embedded {
            let file = format!("{name}.yaml");
            self.add_text(text, &file, problems, &|line| Origin::Embedded {
                file: file.clone(),
                line,
            });
        }
        let path = folder.map(|folder| folder.join(format!("{name}.yaml")));
        let on_disk = path.filter(|path| exists(path));
        if let Some(path) = &on_disk {
            self.add_file(path, problems);
        }
        embedded.is_some() || on_disk.is_some()
    }

    fn add_environment(&mut self, folder: Option<&Path>, problems: &mut Vec<Problem>) {
        let Environment { name, origin } = self.environment.clone();
        let found = name == "default" || self.add_yaml(&name, folder, problems);
        let Some(origin) = origin.filter(|_| !found && name != DEVELOPMENT) else {
            return;
        };
        problems.push(Problem::UnknownEnvironment {
            path: folder
                .unwrap_or(Path::new("config"))
                .join(format!("{name}.yaml")),
            nearest: nearest(&name, [DEVELOPMENT, "production", "test"]),
            name,
            origin,
        });
    }

    fn add_file(&mut self, path: &Path, problems: &mut Vec<Problem>) {
        match variables::read_text(path) {
            Ok(text) => {
                let file = path.display().to_string();
                self.add_text(&text, &file, problems, &|line| Origin::File {
                    path: path.to_owned(),
                    line,
                });
                self.files.push(path.to_owned());
            }
            Err(reason) => problems.push(Problem::Unreadable {
                path: path.to_owned(),
                named_by_variable: None,
                reason,
            }),
        }
    }

    fn add_text(
        &mut self,
        text: &str,
        file: &str,
        problems: &mut Vec<Problem>,
        origin: &dyn Fn(usize) -> Origin,
    ) {
        match yaml::parse(text) {
            Ok(root) => self.add_node(String::new(), root, problems, origin),
            Err(malformed) => problems.push(Problem::Malformed {
                file: file.to_owned(),
                line: malformed.line,
                reason: malformed.reason,
            }),
        }
    }

    /// Adds what stands at `path`; the very first text, `default.yaml`, makes the keys.
    fn add_node(
        &mut self,
        path: String,
        node: Node,
        problems: &mut Vec<Problem>,
        origin: &dyn Fn(usize) -> Origin,
    ) {
        let here = origin(node.line.unwrap_or(1));
        let makes_keys = matches!(&here, Origin::Embedded { file, .. } if file == "default.yaml");
        let is_section = path.is_empty() || self.is_section(&path);
        match node.raw {
            _ if self.keys.contains(&path) => self.set(Entry {
                key: path,
                node,
                origin: here,
            }),
            Raw::Section(entries) if is_section || makes_keys || !entries.is_empty() => {
                for (name, child) in entries {
                    let below = if path.is_empty() {
                        name
                    } else {
                        format!("{path}.{name}")
                    };
                    self.add_node(below, child, problems, origin);
                }
            }
            _ if makes_keys => {
                self.keys.push(path.clone());
                self.set(Entry {
                    key: path,
                    node,
                    origin: here,
                });
            }
            // A section whose keys are all commented out.
            Raw::Null if is_section => {}
            _ if is_section => problems.push(Problem::WrongValue {
                key: path,
                origin: here,
                expected: "a section with keys".to_owned(),
                found: node.describe_secret(),
            }),
            _ => problems.push(self.unknown_key(path, here)),
        }
    }

    fn add_flags(&mut self, sources: &Sources, problems: &mut Vec<Problem>) {
        for flag in &sources.flags {
            let origin = Origin::Flag {
                name: flag.name.clone(),
            };
            if self.keys.contains(&flag.key) {
                self.set(Entry {
                    key: flag.key.clone(),
                    node: Node::word(flag.value.as_str()),
                    origin,
                });
            } else {
                problems.push(self.unknown_key(flag.key.clone(), origin));
            }
        }
    }

    fn is_section(&self, path: &str) -> bool {
        self.keys.iter().any(|key| {
            key.strip_prefix(path)
                .is_some_and(|rest| rest.starts_with('.'))
        })
    }

    fn unknown_key(&self, key: String, origin: Origin) -> Problem {
        Problem::UnknownKey {
            nearest: nearest_key(&key, &self.keys),
            key,
            origin,
        }
    }
}

/// The key that was probably meant: one of the same name in another section, else one like it in
/// the same section, else one alike as a whole.
pub(super) fn nearest_key(written: &str, keys: &[String]) -> Option<String> {
    let (section, name) = written.split_once('.').unwrap_or(("", written));
    let parts = || keys.iter().filter_map(|key| key.split_once('.'));
    let namesakes: Vec<_> = parts().filter(|(_, other)| *other == name).collect();
    if let [(section, name)] = namesakes.as_slice() {
        return Some(format!("{section}.{name}"));
    }
    if parts().any(|(other, _)| other == section) {
        let siblings = parts().filter(|(other, _)| *other == section);
        return nearest(name, siblings.map(|(_, name)| name))
            .map(|name| format!("{section}.{name}"));
    }
    nearest(written, keys.iter().map(String::as_str))
}

fn process_variables(sources: &Sources) -> Vec<Variable> {
    sources
        .variables
        .iter()
        .map(|(name, value)| Variable {
            name: name.clone(),
            value: value.clone(),
            origin: Origin::Environment {
                variable: name.clone(),
            },
        })
        .collect()
}

fn read_dotenv(sources: &Sources, problems: &mut Vec<Problem>) -> (Vec<Variable>, Option<PathBuf>) {
    let Some(path) = sources.dotenv.as_ref().filter(|path| exists(path)) else {
        return (Vec::new(), None);
    };
    match variables::read_text(path) {
        Ok(text) => (dotenv::parse(&text, path, problems), Some(path.clone())),
        Err(reason) => {
            problems.push(Problem::Unreadable {
                path: path.clone(),
                named_by_variable: None,
                reason,
            });
            (Vec::new(), None)
        }
    }
}

/// Whether there is something at a path; what cannot be looked at counts, so that reading it tells
/// why.
fn exists(path: &Path) -> bool {
    path.try_exists().unwrap_or(true)
}
