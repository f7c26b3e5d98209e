//! Configuration from injected sources.

use std::{fs, time::Duration};

use super::*;

mod own;
mod precedence;
mod problems;

/// A section of its own, as a program adds one.
#[derive(Debug)]
struct Pipeline {
    max_scenes: u32,
    retry_max_attempts: u32,
    retry_base_delay: Duration,
}

impl Section for Pipeline {
    const NAME: &'static str = "pipeline";

    const DEFAULTS: &'static str = "\
# The most scenes of a project.
max_scenes: 15
retry_max_attempts: 5
retry_base_delay_s: 2
";

    fn read(keys: &mut Keys<'_>) -> Option<Self> {
        let max_scenes = keys.integer("max_scenes", 1..=10_000);
        let retry_max_attempts = keys.integer("retry_max_attempts", 1..=100);
        let retry_base_delay = keys.seconds("retry_base_delay_s", 0..=3_600);
        Some(Self {
            max_scenes: max_scenes?,
            retry_max_attempts: retry_max_attempts?,
            retry_base_delay: retry_base_delay?,
        })
    }
}

fn namespace() -> Namespace {
    Namespace::new("groundwork")
}

fn embedded() -> Sources {
    Sources::new(namespace())
}

fn load(sources: &Sources) -> Result<Loaded<Pipeline>, ConfigErrors> {
    super::load(sources)
}

/// A working folder with the files that a test puts there.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::create_dir(folder.0.path().join("config")).unwrap();
        for (name, text) in files {
            fs::write(folder.0.path().join(name), text).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn sources(&self) -> Sources {
        Sources {
            dotenv: Some(self.0.path().join(".env")),
            folder: Some(self.0.path().join("config")),
            ..embedded()
        }
    }

    /// The message, with the folder's path taken out.
    fn problems(&self, sources: &Sources) -> String {
        load(sources)
            .unwrap_err()
            .to_string()
            .replace(&self.path(""), "")
    }
}

fn problems(sources: &Sources) -> String {
    load(sources).unwrap_err().to_string()
}

fn with(variables: &[(&str, &str)]) -> Sources {
    variables.iter().fold(embedded(), |sources, (name, value)| {
        sources.with_variable(*name, *value)
    })
}

fn origin_of<S>(loaded: &Loaded<S>, key: &str) -> String {
    let setting = loaded.values.iter().find(|value| value.key == key);
    setting.unwrap().origin.to_string()
}
