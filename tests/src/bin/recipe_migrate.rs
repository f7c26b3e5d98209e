//! The command `migrate` of the project with the recipes of CONTRIBUTING.

use acceptance::recipes::{CONVENTION, migrations};
use groundwork_migrate::cli::{self, App, Namespace};

fn main() -> std::process::ExitCode {
    let names = Namespace::new("groundwork").share("pipeline");
    let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/src/recipes");
    cli::run(&App::new(
        names,
        migrations(),
        CONVENTION,
        sources,
        "recipes 1.0.0",
    ))
}
