//! Gathers all layers, each value with its origin, and has the crate `config` lay them over each
//! other.

use std::path::{Path, PathBuf};

use ::config::{Config, Map, Value, ValueKind};

use super::{
    Environment, Namespace, Origin, Problem, Sources, dotenv,
    environment::{self, DEVELOPMENT},
    known::{KnownKeys, nearest},
    layer::Layer,
    near_misses::near_misses,
    value::{describe_secret, value},
    variables::{self, Variable},
    yaml,
};

/// The strongest value of each key, and where values were looked for.
pub(super) struct Layers {
    pub(super) environment: Environment,
    /// The files on disk that were read, from weak to strong.
    pub(super) files: Vec<PathBuf>,
    pub(super) known: KnownKeys,
    pub(super) values: Config,
    /// What is odd and does no harm.
    pub(super) warnings: Vec<Problem>,
}

/// What is filled while the layers are gathered.
struct Gathering<'a> {
    namespace: &'a Namespace,
    folder: Option<&'a Path>,
    known: KnownKeys,
    files: Vec<PathBuf>,
    layers: Vec<Layer>,
    problems: &'a mut Vec<Problem>,
}

impl Layers {
    /// Reads every layer, weak before strong, and reports what none of them may hold. `defaults`
    /// is the text of `default.yaml`; its keys are those that exist.
    pub(super) fn gather(sources: &Sources, defaults: &str, problems: &mut Vec<Problem>) -> Self {
        let namespace = &sources.namespace;
        let (dotenv, dotenv_file) = read_dotenv(sources, problems);
        let process = process_variables(sources);
        let environment = environment::choose(sources, &process, &dotenv, problems);
        let mut gathering = Gathering {
            namespace,
            folder: sources.folder.as_deref(),
            known: KnownKeys::default(),
            files: Vec::new(),
            layers: Vec::new(),
            problems,
        };
        gathering.add_defaults(defaults);
        gathering.add_named("default");
        gathering.add_environment(&environment);
        if let Some(folder) = gathering.folder {
            let missed = near_misses(folder, &environment.name, &gathering.files);
            gathering.problems.extend(missed);
        }
        gathering.files.extend(dotenv_file);
        let mut warnings = Vec::new();
        for variables in [dotenv, process] {
            let (known, problems) = (&gathering.known, &mut *gathering.problems);
            let layer = variables::layer(variables, namespace, known, problems, &mut warnings);
            gathering.layers.push(layer);
        }
        gathering.add_flags(sources);
        let builder = gathering
            .layers
            .into_iter()
            .fold(Config::builder(), |builder, layer| {
                builder.add_source(layer)
            });
        Self {
            environment,
            files: gathering.files,
            known: gathering.known,
            // No layer fails; without values every key would be reported as missing.
            values: builder.build().unwrap_or_default(),
            warnings,
        }
    }
}

impl Gathering<'_> {
    /// Makes the keys: all that `default.yaml` has.
    fn add_defaults(&mut self, text: &str) {
        let Some(sections) = self.parse(text, "default.yaml", &Origin::default_yaml) else {
            return;
        };
        let mut layer = Layer::default();
        for (section, keys) in sections {
            let ValueKind::Table(keys) = keys.kind else {
                continue;
            };
            for (name, value) in keys {
                let key = format!("{section}.{name}");
                self.known.0.push(key.clone());
                layer.set(key, value);
            }
        }
        self.layers.push(layer);
    }

    /// Adds the files of this name, embedded and then on disk; whether there was one.
    fn add_named(&mut self, name: &str) -> bool {
        let file = format!("{name}.yaml");
        let embedded = self.namespace.embedded(name);
        for text in &embedded {
            self.add_text(text, &file, &|line| Origin::Embedded {
                file: file.clone(),
                line,
            });
        }
        let path = self.folder.map(|folder| folder.join(&file));
        let on_disk = path.filter(|path| exists(path));
        if let Some(path) = &on_disk {
            self.add_file(path);
        }
        !embedded.is_empty() || on_disk.is_some()
    }

    fn add_environment(&mut self, environment: &Environment) {
        let Environment { name, origin } = environment;
        let found = name == "default" || self.add_named(name);
        let Some(origin) = origin.clone().filter(|_| !found && name != DEVELOPMENT) else {
            return;
        };
        let folder = self.folder.unwrap_or(Path::new("config"));
        self.problems.push(Problem::UnknownEnvironment {
            path: folder.join(format!("{name}.yaml")),
            nearest: nearest(name, [DEVELOPMENT, "production", "test"]),
            name: name.clone(),
            origin,
        });
    }

    fn add_file(&mut self, path: &Path) {
        match variables::read_text(path) {
            Ok(text) => {
                let file = path.display().to_string();
                self.add_text(&text, &file, &|line| Origin::File {
                    path: path.to_owned(),
                    line,
                });
                self.files.push(path.to_owned());
            }
            Err(reason) => self.problems.push(Problem::Unreadable {
                path: path.to_owned(),
                named_by_variable: None,
                reason,
            }),
        }
    }

    fn add_text(&mut self, text: &str, file: &str, at: &dyn Fn(usize) -> Origin) {
        let sections = self.parse(text, file, at).unwrap_or_default();
        let mut layer = Layer::default();
        for (name, value) in sections {
            self.add_value(name, value, &mut layer);
        }
        self.layers.push(layer);
    }

    fn parse(
        &mut self,
        text: &str,
        file: &str,
        at: &dyn Fn(usize) -> Origin,
    ) -> Option<Map<String, Value>> {
        yaml::parse(text, at)
            .map_err(|malformed| {
                self.problems.push(Problem::Malformed {
                    file: file.to_owned(),
                    line: malformed.line,
                    reason: malformed.reason,
                });
            })
            .ok()
    }

    /// Adds the value at `path` to the key or the section of this name; reports it if there is
    /// none.
    fn add_value(&mut self, path: String, value: Value, layer: &mut Layer) {
        let is_section = self.known.is_section(&path);
        match &value.kind {
            _ if self.namespace.leaves_alone(&path) => {}
            _ if self.known.contains(&path) => layer.set(path, value),
            ValueKind::Table(entries) if is_section || !entries.is_empty() => {
                for (name, child) in entries {
                    self.add_value(format!("{path}.{name}"), child.clone(), layer);
                }
            }
            // A section whose keys are all commented out.
            ValueKind::Nil if is_section => {}
            _ if is_section => self.problems.push(Problem::WrongValue {
                key: path,
                origin: Origin::of(&value),
                expected: "a section with keys".to_owned(),
                found: describe_secret(&value),
            }),
            _ => self
                .problems
                .push(self.known.unknown(path, Origin::of(&value))),
        }
    }

    fn add_flags(&mut self, sources: &Sources) {
        let mut layer = Layer::default();
        for flag in &sources.flags {
            let origin = Origin::Flag {
                name: flag.name.clone(),
            };
            if self.known.contains(&flag.key) {
                layer.set(flag.key.clone(), value(flag.value.as_str(), &origin));
            } else {
                self.problems
                    .push(self.known.unknown(flag.key.clone(), origin));
            }
        }
        self.layers.push(layer);
    }
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
        Ok(text) => {
            let variables = dotenv::parse(&text, path, &sources.namespace, problems);
            (variables, Some(path.clone()))
        }
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

/// Whether there is something at a path; what cannot be looked at counts, so that reading it says
/// why.
fn exists(path: &Path) -> bool {
    path.try_exists().unwrap_or(true)
}
