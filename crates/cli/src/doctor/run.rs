//! The command itself.

use groundwork_core::config::{self, ConfigErrors, Loaded};

use super::{database, report::Report};
use crate::{
    error::{CliError, Result},
    output::{Format, Output},
    program::Program,
    settings::{self, SettingsFlags},
    text::counted,
};

/// Checks everything and prints what was found.
pub(crate) async fn run<P: Program>(
    program: &P,
    output: Output,
    flags: &SettingsFlags,
    format: Format,
) -> Result {
    let mut report = Report::default();
    match config::load::<P::Settings>(&flags.sources(program.namespace())?) {
        Ok(loaded) => {
            configuration(&loaded, &mut report);
            let more = async |subject: super::Subject<'_, P::Settings>, report: &mut Report| {
                program.check(subject, report).await;
            };
            database::check(&loaded.config, P::CONVENTION, &mut report, more).await;
        }
        Err(errors) => broken_configuration(&errors, &mut report),
    }
    output.data(format, &report, |report| report.text(output))?;
    match report.failed() {
        true => Err(CliError::found()),
        false => Ok(()),
    }
}

fn configuration<S>(loaded: &Loaded<S>, report: &mut Report) {
    let mut part = report.part("configuration");
    part.ok("environment", &loaded.environment);
    part.ok("settings", settings::files(loaded));
    if !loaded.warnings.is_empty() {
        let warnings: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
        let advice = "correct what was meant for this program; what was not does no harm";
        part.warn("variables", warnings.join("; "), advice);
    }
    let keys = loaded.config.auth.keys.len();
    let bind = loaded.config.http.bind;
    let access = match keys {
        0 => "this machine only, without a key".to_owned(),
        keys => format!("with {}", counted(keys, "API key")),
    };
    part.ok("access", format!("{bind}, {access}"));
}

fn broken_configuration(errors: &ConfigErrors, report: &mut Report) {
    let mut part = report.part("configuration");
    for problem in errors.problems() {
        let advice = "correct it where it is set; until then nothing else can be checked";
        part.fail("settings", problem, advice);
    }
}
