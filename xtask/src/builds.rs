//! What is built for README's two programs, the server and the command `migrate`: that `migrate`
//! does not wait for the entities, which may be broken while someone mends them with it, and that
//! the second program needs hardly anything built that the first one did not.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use anyhow::{Context as _, Result, ensure};

use crate::cargo::{cargo, workspace};

/// The server's package; `cargo run` builds it, as the only default member.
const SERVER: &str = "groundwork-app";

/// The generated models.
const ENTITIES: &str = "groundwork-entity";

/// A package with its version, and each set of features that it is built with.
type Features = BTreeMap<String, BTreeSet<String>>;

/// What is wrong with the builds, a sentence each; empty is good.
///
/// # Errors
/// If cargo fails, or its configuration has no alias `migrate`.
pub(crate) fn violations() -> Result<Vec<String>> {
    let path = workspace().join(".cargo/config.toml");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let alias = Alias::read(&text)?;
    let (server, migrate) = (features(SERVER)?, features(&alias.package)?);
    let mut found = Vec::new();
    if !alias.is_release {
        found.push("`cargo migrate` is built in another profile than README's server".to_owned());
    }
    if names(&migrate).any(|name| name == ENTITIES) {
        found.push(format!(
            "`cargo migrate` builds {ENTITIES}: broken entities would keep it from being mended"
        ));
    }
    found.extend(differing(&server, &migrate));
    Ok(found)
}

/// The alias `migrate`: what README's command runs.
#[derive(Debug, PartialEq)]
struct Alias {
    package: String,
    is_release: bool,
}

impl Alias {
    fn read(config: &str) -> Result<Self> {
        let line = config
            .lines()
            .find_map(|it| it.strip_prefix("migrate = \""));
        let words = line.context(".cargo/config.toml has no alias `migrate`")?;
        let mut words = words.split(' ');
        let is_release = words.clone().any(|it| it == "--release");
        let package = words.find(|it| *it == "--package").and(words.next());
        let package = package.context("the alias `migrate` names no package")?;
        Ok(Self {
            package: package.to_owned(),
            is_release,
        })
    }
}

/// All that is built for the machine on which a program of `package` runs.
fn features(package: &str) -> Result<Features> {
    let edges = ["tree", "--locked", "--edges", "normal,no-proc-macro"];
    let shown = ["--prefix", "none", "--format", "{p} [{f}]"];
    let output = cargo(edges)
        .args(["--package", package])
        .args(shown)
        .output()
        .context("cannot start cargo")?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo tree -p {package}: {error}");
    Ok(parsed(&String::from_utf8(output.stdout)?))
}

/// Reads lines such as `slab v0.4.12 [default,std]`.
fn parsed(tree: &str) -> Features {
    let mut found = Features::new();
    for line in tree.lines() {
        if let Some((package, features)) = line.split_once(" [") {
            let features = features.split(']').next().unwrap_or_default();
            let package = found.entry(package.to_owned()).or_default();
            package.insert(features.to_owned());
        }
    }
    found
}

fn names(packages: &Features) -> impl Iterator<Item = &str> {
    packages.keys().filter_map(|it| it.split(' ').next())
}

/// The packages of others that both programs use, but with different features. Ours have a path.
fn differing(server: &Features, migrate: &Features) -> Vec<String> {
    let others = server.iter().filter(|(package, _)| !package.contains('('));
    others
        .filter_map(|(package, of_server)| {
            let of_migrate = migrate.get(package)?;
            (of_server != of_migrate).then(|| {
                format!(
                    "{package} is built twice, for the server with {of_server:?}, for migrate with \
                     {of_migrate:?}: name what is missing in crates/shared-features/Cargo.toml"
                )
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builds_of_this_workspace_are_as_they_should_be() {
        assert_eq!(violations().unwrap(), [""; 0]);
    }

    #[test]
    fn another_set_of_features_of_a_common_package_is_reported() {
        let server =
            parsed("slab v0.4.12 [default,std]\ncore v0.1.0 (/here) [services]\nurl v2.0.0 []");
        let migrate = parsed(
            "slab v0.4.12 [std]\ncore v0.1.0 (/here) []\nurl v2.0.0 [] (*)\nsyn v3.0.0 [full]",
        );
        let found = differing(&server, &migrate);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("slab v0.4.12 is built twice"),
            "{found:?}"
        );
        assert!(names(&migrate).any(|it| it == "syn"));
    }

    #[test]
    fn the_alias_says_what_is_run() {
        let read = |text| Alias::read(text).unwrap();
        let alias = read("[alias]\nmigrate = \"run --release --package migration --\"\n");
        assert_eq!(
            (alias.package.as_str(), alias.is_release),
            ("migration", true)
        );
        assert!(!read("[alias]\nmigrate = \"run --package migration --\"\n").is_release);
        assert!(Alias::read("[alias]\nmigrate = \"run\"\n").is_err());
    }
}
