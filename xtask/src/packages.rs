//! That the crates can be packaged: each package holds all that its sources include, and names its
//! dependencies as a registry wants them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use cargo_metadata::{MetadataCommand, Package};
use proc_macro2::{TokenStream, TokenTree};

use crate::cargo::{Runner, cargo, workspace};

/// The macros that take a file into the program.
const INCLUDING: [&str; 3] = ["include", "include_bytes", "include_str"];

/// What keeps a crate from being packaged, a sentence each; empty is good.
///
/// # Errors
/// If cargo fails, or a source cannot be read.
pub(crate) fn violations(runner: &Runner) -> Result<Vec<String>> {
    let published = published()?;
    let mut found = Vec::new();
    for package in &published {
        let root = package.manifest_path.parent().context("a manifest")?;
        found.extend(left_out(root.as_std_path(), &listed(&package.name)?)?);
    }
    let mut packaging = cargo(["package", "--no-verify", "--allow-dirty", "--quiet"]);
    for package in &published {
        packaging.args(["--package", &package.name]);
    }
    if !runner.run(&mut packaging)?.success() {
        found.push("`cargo package --no-verify` fails, see above".to_owned());
    }
    Ok(found)
}

/// The packages that their manifests do not keep private.
fn published() -> Result<Vec<Package>> {
    let metadata = MetadataCommand::new()
        .manifest_path(workspace().join("Cargo.toml"))
        .no_deps()
        .exec()?;
    let private = |package: &Package| package.publish.as_ref().is_some_and(Vec::is_empty);
    let mut packages = metadata.packages;
    packages.retain(|package| !private(package));
    Ok(packages)
}

/// The files that cargo packs, relative to the package's folder.
fn listed(package: &str) -> Result<BTreeSet<PathBuf>> {
    let output = cargo(["package", "--list", "--allow-dirty", "--package", package])
        .output()
        .context("cannot start cargo")?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "cargo package --list -p {package}: {error}"
    );
    let files = String::from_utf8(output.stdout)?;
    Ok(files.lines().map(PathBuf::from).collect())
}

/// What sources of the package in `root` include that is not one of its `files`.
fn left_out(root: &Path, files: &BTreeSet<PathBuf>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let is_source = |file: &&PathBuf| file.extension().is_some_and(|it| it == "rs");
    for source in files.iter().filter(is_source) {
        let path = root.join(source);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        // Templates end in `.rs` too and need not be Rust.
        let Ok(tokens) = text.parse() else { continue };
        let folder = source.parent().unwrap_or(Path::new(""));
        for included in included(tokens) {
            if !within(&folder.join(&included)).is_some_and(|it| files.contains(&it)) {
                let path = path.display();
                found.push(format!(
                    "{path} includes {included}, which the package lacks"
                ));
            }
        }
    }
    Ok(found)
}

/// The paths that `include_str!` and its like name.
fn included(tokens: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            continue;
        };
        let called = at.checked_sub(2).map(|before| &tokens[before..at]);
        let argument = group.stream().to_string();
        match called {
            Some([TokenTree::Ident(name), TokenTree::Punct(mark)])
                if mark.as_char() == '!' && INCLUDING.iter().any(|it| name == it) =>
            {
                found.push(argument.trim_matches('"').to_owned());
            }
            _ => found.extend(included(group.stream())),
        }
    }
    found
}

/// The path without `.` and `..`, where it stays in its folder.
fn within(path: &Path) -> Option<PathBuf> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                names.pop()?;
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(names.iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_from_outside_of_the_package_is_reported() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("src")).unwrap();
        let source = r#"
            const OWN: &str = include_str!("own.txt");
            const UP: &[u8] = include_bytes!("../up.txt");
            fn f() -> &'static str { include_str!("../../outside.txt") }
        "#;
        fs::write(root.path().join("src/lib.rs"), source).unwrap();
        let files = ["src/lib.rs", "src/own.txt", "up.txt"].map(PathBuf::from);
        let found = left_out(root.path(), &files.into()).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("../../outside.txt"), "{found:?}");
    }

    #[test]
    fn the_foundation_is_published_and_the_program_is_not() {
        let names: Vec<String> = published()
            .unwrap()
            .into_iter()
            .map(|it| it.name.to_string())
            .collect();
        for name in [
            "groundwork-cli",
            "groundwork-core",
            "groundwork-draw",
            "groundwork-http",
            "groundwork-migrate",
            "groundwork-naming",
            "groundwork-schema",
        ] {
            assert!(names.iter().any(|it| it == name), "{name}: {names:?}");
        }
        assert!(!names.iter().any(|it| it == "groundwork-app"), "{names:?}");
    }
}
