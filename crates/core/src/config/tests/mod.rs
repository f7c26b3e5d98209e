//! Configuration from injected sources.

use std::fs;

use super::*;

mod precedence;
mod problems;

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
            ..Sources::default()
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
    variables
        .iter()
        .fold(Sources::default(), |sources, (name, value)| {
            sources.with_variable(*name, *value)
        })
}

fn origin_of(loaded: &Loaded, key: &str) -> String {
    let setting = loaded.values.iter().find(|value| value.key == key);
    setting.unwrap().origin.to_string()
}
