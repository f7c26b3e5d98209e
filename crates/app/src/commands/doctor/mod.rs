//! `groundwork doctor`: looks at everything that the server needs, changes nothing that is stored,
//! and says what to do.

mod database;
mod files;
mod report;

use anyhow::Result;
use groundwork_core::{
    config::{self, ConfigErrors},
    services::studio::Pipeline,
};

use crate::{
    cli::{Format, Settings},
    failure::Refusal,
    output::{Output, counted},
    settings::{self, Loaded},
};
use report::Report;

/// Checks everything and prints what was found.
pub(crate) async fn run(output: Output, settings: &Settings, format: Format) -> Result<()> {
    let mut report = Report::default();
    match config::load::<Pipeline>(&settings.sources()?) {
        Ok(loaded) => {
            configuration(&loaded, &mut report);
            database::check(&loaded.config, &mut report.part("database")).await;
            files::check(&loaded.config, &mut report.part("files")).await;
        }
        Err(errors) => broken_configuration(&errors, &mut report),
    }
    output.data(format, &report, |report| report.text(output))?;
    if report.failed() {
        return Err(Refusal::Found.into());
    }
    Ok(())
}

fn configuration(loaded: &Loaded, report: &mut Report) {
    let mut part = report.part("configuration");
    part.ok("environment", &loaded.environment);
    part.ok("settings", settings::files(loaded));
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

/// An error with all its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
