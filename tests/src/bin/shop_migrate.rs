//! The whole command `migrate` of a service outside this repository.

use acceptance::shop::{CONVENTION, migrations, namespace};
use groundwork_migrate::cli::{self, App};

fn main() -> std::process::ExitCode {
    let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let app = App::new(namespace(), migrations(), CONVENTION, sources, "shop 1.0.0");
    cli::run(&app)
}
