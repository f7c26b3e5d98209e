//! The rules of `deny.toml`, for machines without cargo-deny, which takes minutes to build: its checks of licences, bans and sources, in the words that this workspace uses.

use std::{collections::BTreeSet, fs};

use anyhow::{Context as _, Result};
use cargo_metadata::{MetadataCommand, Package, semver::VersionReq};
use serde::Deserialize;
use spdx::{Expression, Licensee, ParseMode};

use crate::cargo::workspace;

/// What of `deny.toml` is checked here. A key that is not known is an error, so that no rule is
/// written and then silently not checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    #[serde(rename = "graph")]
    _graph: toml::Table,
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Licenses {
    #[serde(rename = "version")]
    _version: u32,
    allow: Vec<String>,
    #[serde(rename = "private")]
    _private: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Bans {
    #[serde(rename = "multiple-versions")]
    _multiple_versions: String,
    #[serde(rename = "wildcards")]
    _wildcards: String,
    #[serde(rename = "allow-wildcard-paths")]
    _allow_wildcard_paths: bool,
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ban {
    /// `name` or `name:requirement`.
    #[serde(rename = "crate")]
    package: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Sources {
    #[serde(rename = "unknown-registry")]
    _unknown_registry: String,
    #[serde(rename = "unknown-git")]
    _unknown_git: String,
    allow_registry: Vec<String>,
}

/// What is wrong with the dependencies, one sentence each; empty is good.
///
/// # Errors
/// If `deny.toml` cannot be read or holds a rule that is not known here, or cargo fails.
pub(crate) fn violations() -> Result<BTreeSet<String>> {
    let text = fs::read_to_string(workspace().join("deny.toml")).context("deny.toml")?;
    let rules: Rules = toml::from_str(&text).context("deny.toml")?;
    let allowed = licensees(&rules.licenses.allow)?;
    let bans = bans(&rules.bans.deny)?;
    let metadata = MetadataCommand::new()
        .manifest_path(workspace().join("Cargo.toml"))
        .other_options(vec!["--locked".to_owned(), "--all-features".to_owned()])
        .exec()?;
    let mut found = BTreeSet::new();
    // A package without a source is one of ours.
    for package in metadata.packages.iter().filter(|it| it.source.is_some()) {
        found.extend(wrong_license(package, &allowed));
        found.extend(wrong_source(package, &rules.sources.allow_registry));
        found.extend(banned(package, &bans));
    }
    for package in metadata.workspace_packages() {
        found.extend(wildcards(package));
    }
    Ok(found)
}

fn licensees(allowed: &[String]) -> Result<Vec<Licensee>> {
    allowed
        .iter()
        .map(|it| Licensee::parse(it).with_context(|| format!("deny.toml: licence `{it}`")))
        .collect()
}

fn bans(rules: &[Ban]) -> Result<Vec<(&str, VersionReq, &str)>> {
    rules
        .iter()
        .map(|rule| {
            let (name, versions) = rule.package.split_once(':').unwrap_or((&rule.package, "*"));
            let versions = VersionReq::parse(versions)
                .with_context(|| format!("deny.toml: ban `{}`", rule.package))?;
            Ok((name, versions, rule.reason.as_str()))
        })
        .collect()
}

fn wrong_license(package: &Package, allowed: &[Licensee]) -> Option<String> {
    let Some(license) = &package.license else {
        return Some(format!("{} names no licence", title(package)));
    };
    match Expression::parse_mode(license, ParseMode::LAX) {
        Ok(expression) => (!expression
            .evaluate(|required| allowed.iter().any(|it| it.satisfies(required))))
        .then(|| format!("{}: licence {license} is not allowed", title(package))),
        Err(error) => Some(format!("{}: licence {license}: {error}", title(package))),
    }
}

fn wrong_source(package: &Package, registries: &[String]) -> Option<String> {
    let source = package.source.as_ref()?.repr.as_str();
    let known = source
        .strip_prefix("registry+")
        .is_some_and(|registry| registries.iter().any(|it| it == registry));
    (!known).then(|| format!("{}: source {source} is not allowed", title(package)))
}

fn banned(package: &Package, bans: &[(&str, VersionReq, &str)]) -> Option<String> {
    bans.iter()
        .find(|(name, versions, _)| {
            package.name.as_str() == *name && versions.matches(&package.version)
        })
        .map(|(_, _, reason)| format!("{} is banned: {reason}", title(package)))
}

/// Dependencies outside this workspace that accept any version.
fn wildcards(package: &Package) -> Vec<String> {
    package
        .dependencies
        .iter()
        .filter(|it| it.path.is_none() && it.req == VersionReq::STAR)
        .map(|it| format!("{} takes any version of {}", title(package), it.name))
        .collect()
}

fn title(package: &Package) -> String {
    format!("{} {}", package.name, package.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dependencies_of_this_workspace_fulfil_the_rules() {
        assert_eq!(violations().unwrap(), BTreeSet::new());
    }

    #[test]
    fn a_license_is_refused_unless_one_way_through_it_is_allowed() {
        let allowed = licensees(&["MIT".to_owned()]).unwrap();
        let refused = |text: &str| {
            !Expression::parse(text)
                .unwrap()
                .evaluate(|required| allowed.iter().any(|it| it.satisfies(required)))
        };
        assert!(!refused("MIT OR GPL-3.0-only"));
        assert!(refused("MIT AND GPL-3.0-only"));
    }
}
