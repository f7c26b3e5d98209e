//! The arrows between crates, read from the manifests.

use std::path::Path;

use anyhow::Result;
use cargo_metadata::{DependencyKind, MetadataCommand};

/// A crate of ours, and those of ours that it may depend on.
type Arrows = (&'static str, &'static [&'static str]);

/// From user to used. A crate that is not named here is reported, so that each new one is decided on.
const ALLOWED: &[Arrows] = &[
    ("groundwork-error", &[]),
    ("groundwork-naming", &[]),
    ("groundwork-draw", &[]),
    ("groundwork-test-macros", &[]),
    ("shared-features", &[]),
    ("groundwork-entity", &[]),
    (
        "groundwork-schema",
        &["groundwork-error", "groundwork-naming"],
    ),
    (
        "groundwork-core",
        &[
            "groundwork-error",
            "groundwork-naming",
            "groundwork-draw",
            "groundwork-entity",
        ],
    ),
    ("groundwork-http", &["groundwork-core", "groundwork-naming"]),
    ("groundwork-cli", &["groundwork-core", "groundwork-naming"]),
    (
        "groundwork-migrate",
        &[
            "groundwork-cli",
            "groundwork-core",
            "groundwork-schema",
            "groundwork-error",
            "groundwork-naming",
            "groundwork-draw",
        ],
    ),
    // Never `entity`: a migration is frozen, and what it builds must not wait for the entities.
    (
        "migration",
        &[
            "groundwork-migrate",
            "groundwork-cli",
            "groundwork-core",
            "groundwork-schema",
            "groundwork-naming",
            "shared-features",
        ],
    ),
    (
        "groundwork-test",
        &[
            "groundwork-test-macros",
            "groundwork-http",
            "groundwork-core",
            "groundwork-schema",
            "groundwork-naming",
        ],
    ),
    (
        "groundwork-app",
        &[
            "groundwork-http",
            "groundwork-cli",
            "groundwork-migrate",
            "migration",
            "groundwork-core",
            "groundwork-schema",
            "groundwork-naming",
            "groundwork-entity",
            "shared-features",
        ],
    ),
];

/// The packages that look at the project from outside. They may use every crate but the program,
/// which they run.
const OUTSIDE: &[&str] = &["acceptance", "bench", "xtask"];

/// The crate that no other uses.
const PROGRAM: &str = "groundwork-app";

/// The crate that the tests of every crate may use, beside its own arrows.
const TESTS: &str = "groundwork-test";

/// The dependencies between the members of the workspace in `root` that are not allowed.
pub(super) fn violations(root: &Path) -> Result<Vec<String>> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .exec()?;
    let ours: Vec<&str> = metadata
        .packages
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    let mut found = Vec::new();
    for package in &metadata.packages {
        if !is_known(&package.name) {
            found.push(format!(
                "{} is a member without arrows: xtask/src/arrows/crates.rs says what it may use",
                package.name
            ));
            continue;
        }
        for used in &package.dependencies {
            let is_test = used.kind == DependencyKind::Development && used.name == TESTS;
            let is_ours = ours.contains(&used.name.as_str());
            if is_ours && !is_test && !may_use(&package.name, &used.name) {
                found.push(format!("{} must not depend on {}", package.name, used.name));
            }
        }
    }
    Ok(found)
}

fn is_known(user: &str) -> bool {
    OUTSIDE.contains(&user) || ALLOWED.iter().any(|(name, _)| *name == user)
}

fn may_use(user: &str, used: &str) -> bool {
    if OUTSIDE.contains(&user) {
        return used != PROGRAM;
    }
    ALLOWED
        .iter()
        .any(|(name, allowed)| *name == user && allowed.contains(&used))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Writes a workspace of these crates, each with the text of its dependencies.
    fn workspace(crates: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::write(
            root.path().join("Cargo.toml"),
            "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\n",
        )
        .unwrap();
        for (name, dependencies) in crates {
            let source = root.path().join(name).join("src");
            fs::create_dir_all(&source).unwrap();
            fs::write(source.join("lib.rs"), "").unwrap();
            let manifest = format!(
                "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n{dependencies}"
            );
            fs::write(root.path().join(name).join("Cargo.toml"), manifest).unwrap();
        }
        root
    }

    #[test]
    fn a_crate_that_uses_one_above_it_is_reported() {
        let root = workspace(&[
            ("groundwork-naming", ""),
            (
                "groundwork-schema",
                "[dependencies]\ngroundwork-naming = { path = \"../groundwork-naming\" }\n",
            ),
            (
                "groundwork-entity",
                "[dependencies]\ngroundwork-schema = { path = \"../groundwork-schema\" }\n",
            ),
            (
                "migration",
                "[target.'cfg(unix)'.dependencies]\ngroundwork-entity = { path = \"../groundwork-entity\", optional = true }\n",
            ),
        ]);
        assert_eq!(
            violations(root.path()).unwrap(),
            [
                "groundwork-entity must not depend on groundwork-schema",
                "migration must not depend on groundwork-entity",
            ]
        );
    }

    #[test]
    fn nothing_uses_the_program_and_only_tests_use_the_scratch_databases() {
        let root = workspace(&[
            ("groundwork-app", ""),
            ("groundwork-test", ""),
            (
                "acceptance",
                "[dependencies]\ngroundwork-app = { path = \"../groundwork-app\" }\n",
            ),
            (
                "groundwork-schema",
                "[dev-dependencies]\ngroundwork-test = { path = \"../groundwork-test\" }\n",
            ),
            (
                "groundwork-http",
                "[dependencies]\ngroundwork-test = { path = \"../groundwork-test\" }\n",
            ),
        ]);
        assert_eq!(
            violations(root.path()).unwrap(),
            [
                "acceptance must not depend on groundwork-app",
                "groundwork-http must not depend on groundwork-test",
            ]
        );
    }

    #[test]
    fn a_new_crate_is_reported_until_its_arrows_are_decided() {
        let root = workspace(&[("groundwork-extra", "")]);
        assert_eq!(
            violations(root.path()).unwrap(),
            ["groundwork-extra is a member without arrows: \
                 xtask/src/arrows/crates.rs says what it may use"]
        );
    }

    #[test]
    fn the_crates_of_this_workspace_keep_the_arrows() {
        let found = violations(&crate::cargo::workspace()).unwrap();
        assert_eq!(found, [""; 0]);
    }
}
