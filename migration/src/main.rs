//! The command `migrate`: evolves the schema of the database that `groundwork` uses.

use groundwork_migrate::cli::{self, App, Namespace};
use migration::{CONVENTION, migrations};

fn main() -> std::process::ExitCode {
    // The studio's section is of no concern here.
    let names = Namespace::new("groundwork").share("pipeline");
    let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let program = concat!("migrate ", env!("CARGO_PKG_VERSION"));
    cli::run(&App {
        kept_by_restore: &["file_roots"],
        ..App::new(names, migrations(), CONVENTION, sources, program)
    })
}
