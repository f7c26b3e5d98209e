//! The crate that runs the tests: made anew in a folder outside of the workspace, of the files that
//! cargo has unpacked for `sea-orm`. Nothing of them is kept here.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use cargo_metadata::MetadataCommand;

use super::exceptions::LEFT_OUT;
use crate::cargo::workspace;

/// What the tests find under the name `sea_orm`.
const LAYER: &str = include_str!("layer.rs");

/// The manifest; `{core}` and `{naming}` are the folders of these crates, `{version}` is SeaORM's.
const MANIFEST: &str = r#"[package]
name = "seaorm-over-groundwork"
version = "0.0.0"
edition = "2024"
publish = false

[workspace]

[lib]
name = "sea_orm"
path = "src/lib.rs"
doctest = false

[features]
default = ["runtime-tokio", "sqlx-dep", "with-json", "with-chrono", "with-rust_decimal", "with-uuid", "with-time", "stream", "sqlite-use-returning-for-3_35", "postgres-array"]
runtime-tokio = []
sqlx-dep = []
sqlx-sqlite = []
sqlx-postgres = []
with-json = []
with-chrono = []
with-rust_decimal = []
with-uuid = []
with-time = []
stream = []
sqlite-use-returning-for-3_35 = []
postgres-array = []

[dependencies]
groundwork-core = { path = "{core}", default-features = false }
groundwork-naming = { path = "{naming}" }
seaorm_itself = { package = "sea-orm", version = "={version}", features = ["sqlx-sqlite", "sqlx-postgres", "runtime-tokio-rustls", "postgres-array", "tests-cfg"] }

[dev-dependencies]
dotenv = "0.15"
futures-util = "0.3"
maplit = "1"
pretty_assertions = "1"
rust_decimal = "1"
sea-orm-macros = { version = "2", default-features = false }
sea-query = "1"
sqlx = { version = "0.9", default-features = false }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
time = { version = "0.3", features = ["macros"] }
tokio = { version = "1", features = ["full"] }
tracing = "0.1"
tracing-subscriber = { version = "0.3", features = ["env-filter"] }
uuid = { version = "1", features = ["v4"] }
async-trait = "0.1"
chrono = "0.4"

[lints.rust]
unexpected_cfgs = "allow"

[profile.dev]
debug = 0
"#;

/// Writes the crate into `folder`.
pub(super) fn write(folder: &Path) -> Result<()> {
    let (seaorm, version) = seaorm()?;
    let tests = seaorm.join("tests");
    ensure!(tests.is_dir(), "{} has no tests", seaorm.display());
    let of = |name: &str| workspace().join("crates").join(name).display().to_string();
    let manifest = MANIFEST
        .replace("{core}", &of("core"))
        .replace("{naming}", &of("naming"))
        .replace("{version}", &version);
    fs::write(folder.join("Cargo.toml"), manifest)?;
    // The versions that the workspace has; what the tests need beside them is added.
    fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    fs::create_dir(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), LAYER)?;
    copy(&tests, &folder.join("tests"))?;
    for (file, _) in LEFT_OUT {
        let file = folder.join("tests").join(file);
        fs::remove_file(&file).with_context(|| file.display().to_string())?;
    }
    for (file, call, ours, added) in ADAPTED {
        adapt(&folder.join("tests").join(file), call, ours, added)?;
    }
    Ok(())
}

/// What is changed in the tests: a file, a call in it, the call in its place, and a line at the end.
const ADAPTED: &[(&str, &str, &str, &str)] = &[
    // Databases are made and dropped on a connection of SeaORM's own. Those calls, unlike the
    // others, name a URL.
    (
        "common/setup/mod.rs",
        "Database::connect(&url)",
        "sea_orm::connect_plainly(&url)",
        "pub use sea_orm::HasSchemaBuilder;",
    ),
    // `Database::begin` is also a method of ours, whose error says more.
    (
        "derive_active_model_ex_send_future_test.rs",
        "self.inner.begin().await",
        "TransactionTrait::begin(&self.inner).await",
        "",
    ),
];

fn adapt(file: &Path, call: &str, ours: &str, added: &str) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    ensure!(text.contains(call), "{} has changed", file.display());
    let text = format!("{}\n{added}\n", text.replace(call, ours));
    Ok(fs::write(file, text)?)
}

/// Where cargo has unpacked SeaORM, and its version.
fn seaorm() -> Result<(PathBuf, String)> {
    let metadata = MetadataCommand::new()
        .manifest_path(workspace().join("Cargo.toml"))
        .exec()?;
    let mut packages = metadata.packages.iter();
    let package = packages
        .find(|package| package.name == "sea-orm")
        .context("the workspace does not use sea-orm")?;
    let manifest = package.manifest_path.as_std_path();
    let folder = manifest.parent().context("a manifest without a folder")?;
    Ok((folder.to_owned(), package.version.to_string()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
