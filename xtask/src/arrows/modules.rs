//! The arrows between modules, read from what their sources name.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use super::paths::Names;

/// The crate whose modules have arrows among themselves.
const CORE: &str = "crates/core/src";

/// The module that holds a folder for each domain.
const SERVICES: &str = "services";

/// Where a connection of the database may be named, and why. All other sources of [`SEARCHED`] use
/// `core::db`, so that a setting or a rule of the database has one home.
const CONNECTIONS: &[(&str, &str)] = &[
    ("crates/core/src/db", "the home of both"),
    (
        "crates/schema/src",
        "a migration runs on the connection that it is given, also where there is no `core`",
    ),
    (
        "crates/migrate/src",
        "inspects, lints and verifies on connections that it is given, and on scratch databases",
    ),
    (
        "migration/src/main.rs",
        "hands the connection of `core::db` to the command",
    ),
    (
        "crates/test/src",
        "makes and drops the databases of the tests",
    ),
];

/// The sources that ship. Tests and the bench look from outside, with connections of their own.
const SEARCHED: &[&str] = &["crates", "migration/src", "entity/src"];

/// The types that are a connection, or make one.
const CONNECTION_TYPES: &[&str] = &[
    "ConnectOptions",
    "DatabaseConnection",
    "DatabaseConnectionType",
    "DatabaseExecutor",
    "DatabaseTransaction",
    "PgConnection",
    "PgPool",
    "SqliteConnection",
    "SqlitePool",
    "SqlxPostgresConnector",
    "SqlxSqliteConnector",
];

/// Every use in the sources beneath `root` that is not allowed.
pub(super) fn violations(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for folder in SEARCHED {
        for file in sources(&root.join(folder))? {
            let path = file.strip_prefix(root)?.to_owned();
            let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            let inside = path.strip_prefix(CORE).ok().map(module);
            let names = Names::read(&text, inside.as_deref().unwrap_or_default())
                .with_context(|| path.display().to_string())?;
            let mut wrong = inside.map_or_else(Vec::new, |it| arrows(&it, &names));
            if !CONNECTIONS.iter().any(|(home, _)| path.starts_with(home)) {
                wrong.extend(connections(&names));
            }
            found.extend(wrong.iter().map(|it| format!("{}: {it}", path.display())));
        }
    }
    Ok(found)
}

/// What a module of `core` uses of modules that it must not know.
fn arrows(module: &[String], names: &Names) -> Vec<String> {
    let mut found = Vec::new();
    let home = module.get(..2).filter(|it| it[0] == SERVICES);
    for path in &names.paths {
        let used = path.join("::");
        match (path.as_slice(), home) {
            ([root, end], _) if root == "crate" && end == "*" => {
                found.push(format!("{used} hides which modules it uses"));
            }
            ([first, ..], None) if first == "entity" && !module.is_empty() => {
                found.push(format!("{used}: the foundation knows no entity"));
            }
            ([root, services, ..], None) if root == "crate" && services == SERVICES => {
                // The root and `services` itself declare the domains and use none.
                found.push(format!("{used}: the foundation knows no service"));
            }
            ([root, services, used_service @ ..], Some(home))
                if root == "crate"
                    && services == SERVICES
                    && used_service.first() != Some(&home[1]) =>
            {
                found.push(format!("{used}: a service never uses another"));
            }
            _ => {}
        }
    }
    found
}

/// The connections and PRAGMAs that are named.
fn connections(names: &Names) -> Vec<String> {
    let types = names
        .words
        .iter()
        .filter(|it| CONNECTION_TYPES.contains(&it.as_str()))
        .map(|it| format!("{it}: a connection is named in `core::db` alone"));
    let drivers = names
        .paths
        .iter()
        .filter(|it| it[0] == "sqlx" || it.ends_with(&["Database".into(), "connect".into()]))
        .map(|it| {
            format!(
                "{}: a database is opened in `core::db` alone",
                it.join("::")
            )
        });
    let pragmas = names
        .literals
        .iter()
        .filter(|it| it.to_ascii_uppercase().contains("PRAGMA"))
        .map(|it| format!("{it}: a PRAGMA is written in `core::db` alone"));
    types.chain(drivers).chain(pragmas).collect()
}

/// The module that a file is, by its path beneath `src`.
fn module(file: &Path) -> Vec<String> {
    let mut names: Vec<String> = file
        .with_extension("")
        .iter()
        .map(|it| it.to_string_lossy().into_owned())
        .collect();
    if names.last().is_some_and(|it| it == "mod" || it == "lib") {
        names.pop();
    }
    names
}

/// Every Rust file beneath `folder` that is in a folder `src`, in order.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension() == Some(OsStr::new("rs")) {
                found.push(path);
            }
        }
    }
    found.retain(|it| it.iter().any(|part| part == "src"));
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a made-up tree with this one file.
    fn found(path: &str, text: &str) -> Vec<String> {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        violations(root.path()).unwrap()
    }

    #[test]
    fn a_service_that_uses_another_is_reported_and_its_own_parts_are_not() {
        let file = "crates/core/src/services/atlas/import.rs";
        let text = "use super::{Atlas, words::Word};\n\
                    use crate::{db::Reader, services::{atlas::Video, studio}};";
        assert_eq!(
            found(file, text),
            ["crates/core/src/services/atlas/import.rs: \
                 crate::services::studio: a service never uses another"]
        );
        let text = "fn f() { log!(\"{}\", super::super::signals::VERSION) }";
        assert_eq!(
            found(file, text),
            ["crates/core/src/services/atlas/import.rs: \
                 crate::services::signals::VERSION: a service never uses another"]
        );
    }

    #[test]
    fn a_foundation_that_knows_a_service_or_an_entity_is_reported() {
        assert_eq!(
            found(
                "crates/core/src/config/pipeline.rs",
                "use crate::services::studio::Step; use entity::studio::scenes;"
            ),
            [
                "crates/core/src/config/pipeline.rs: \
                 crate::services::studio::Step: the foundation knows no service",
                "crates/core/src/config/pipeline.rs: \
                 entity::studio::scenes: the foundation knows no entity",
            ]
        );
        assert_eq!(
            found("crates/core/src/files/store.rs", "use super::super::*;"),
            ["crates/core/src/files/store.rs: crate::* hides which modules it uses"]
        );
    }

    #[test]
    fn a_connection_or_a_pragma_outside_of_db_is_reported() {
        let text =
            "use sea_orm::DatabaseConnection; const OFF: &str = \"pragma foreign_keys=OFF\";";
        assert_eq!(
            found("crates/app/src/routes/health.rs", text),
            [
                "crates/app/src/routes/health.rs: \
                 DatabaseConnection: a connection is named in `core::db` alone",
                "crates/app/src/routes/health.rs: \
                 \"pragma foreign_keys=OFF\": a PRAGMA is written in `core::db` alone",
            ]
        );
        assert_eq!(found("crates/core/src/db/sqlite.rs", text), [""; 0]);
    }

    #[test]
    fn opening_a_database_outside_of_db_is_reported() {
        assert_eq!(
            found(
                "crates/http/src/health.rs",
                "async fn f() { sea_orm::Database::connect(\"sqlite::memory:\").await }"
            ),
            ["crates/http/src/health.rs: \
                 sea_orm::Database::connect: a database is opened in `core::db` alone"]
        );
    }

    #[test]
    fn the_sources_of_this_workspace_keep_the_arrows() {
        let found = violations(&crate::cargo::workspace()).unwrap();
        assert_eq!(found, [""; 0]);
    }
}
