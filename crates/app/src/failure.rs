//! How a command that did not succeed ends: one clear message, its causes, what to do, and an exit
//! code (sysexits.h where it has one) that scripts can branch on.

use std::{error::Error, fmt, path::PathBuf, process::ExitCode};

use groundwork_core::{
    config::ConfigErrors,
    db::{DbError, OpenError},
    error::{DomainError, Kind},
    files::FilesError,
    services::{
        atlas::{AtlasError, graph::GraphError},
        signals::SignalsError,
        studio::StudioError,
    },
};
use groundwork_http::BindError;
use groundwork_schema::run::RunError;

use crate::output::{Output, OutputError, Stream, Tone};

/// The exit codes of `groundwork`, beside 0 for success and clap's 2 for a command line that is
/// wrong.
mod exit {
    /// A check found something.
    pub(super) const FOUND: u8 = 1;
    /// What was handed over is wrong (`EX_DATAERR`).
    pub(super) const BAD_INPUT: u8 = 65;
    /// Something that is needed cannot be had (`EX_UNAVAILABLE`).
    pub(super) const UNAVAILABLE: u8 = 69;
    /// A fault of the program (`EX_SOFTWARE`).
    pub(super) const INTERNAL: u8 = 70;
    /// It may work later (`EX_TEMPFAIL`).
    pub(super) const TRY_AGAIN: u8 = 75;
    /// The configuration is wrong (`EX_CONFIG`).
    pub(super) const CONFIGURATION: u8 = 78;
    /// Ended by a signal, whose number is added.
    pub(super) const SIGNAL: u8 = 128;
}

fn exit_of_kind(kind: Kind) -> u8 {
    match kind {
        Kind::NotFound | Kind::Invalid | Kind::TooLarge => exit::BAD_INPUT,
        Kind::Unauthenticated | Kind::Forbidden | Kind::Unavailable => exit::UNAVAILABLE,
        Kind::Conflict | Kind::TimedOut => exit::TRY_AGAIN,
        Kind::Internal => exit::INTERNAL,
    }
}

/// What `groundwork` itself refuses, beside what its parts refuse.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The schema is older than the program, and must not be changed by itself.
    PendingMigrations(Vec<String>),
    /// The folder of the configuration was named and does not exist.
    NoConfigDir(PathBuf),
    /// An argument is not what it should be.
    Argument(String),
    /// So many lines of an import were not stored; each was told.
    Lines(u64),
    /// A signal, such as that of Ctrl-C.
    Signal(i32),
    /// A check found something; it has said what.
    Found,
}

impl Refusal {
    fn exit(&self) -> u8 {
        match self {
            Self::PendingMigrations(_) => exit::UNAVAILABLE,
            Self::NoConfigDir(_) => exit::CONFIGURATION,
            Self::Argument(_) | Self::Lines(_) => exit::BAD_INPUT,
            Self::Signal(number) => {
                u8::try_from(*number).map_or(exit::SIGNAL, |n| exit::SIGNAL + n)
            }
            Self::Found => exit::FOUND,
        }
    }

    fn advice(&self) -> Option<&'static str> {
        match self {
            Self::PendingMigrations(_) => {
                Some("run `migrate up` (from the sources: `cargo migrate up`), then try again")
            }
            Self::NoConfigDir(_) => Some("name a folder that exists with --config-dir"),
            Self::Lines(_) => Some("correct them and import the file again; the rest is stored"),
            Self::Argument(_) | Self::Signal(_) | Self::Found => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PendingMigrations(names) => write!(
                f,
                "the database is behind this program by {} migration{}: {}",
                names.len(),
                if names.len() == 1 { "" } else { "s" },
                names.join(", ")
            ),
            Self::NoConfigDir(folder) => {
                write!(f, "there is no folder {}", folder.display())
            }
            Self::Argument(message) => f.write_str(message),
            Self::Lines(1) => f.write_str("1 line was not stored"),
            Self::Lines(count) => write!(f, "{count} lines were not stored"),
            Self::Signal(_) => f.write_str("interrupted; what was not finished was undone"),
            Self::Found => f.write_str("a check failed"),
        }
    }
}

impl Error for Refusal {}

/// Tells what went wrong and gives the process its exit code.
pub(crate) fn report(output: Output, error: &anyhow::Error) -> ExitCode {
    if let Some(closed) = error.downcast_ref::<OutputError>()
        && closed.is_reader_gone()
    {
        return ExitCode::SUCCESS;
    }
    if !matches!(error.downcast_ref(), Some(Refusal::Found)) {
        output.note(render(output, error));
    }
    ExitCode::from(exit_of(error))
}

/// The message, its causes, and what to do.
fn render(output: Output, error: &anyhow::Error) -> String {
    let mut text = format!(
        "{} {error}",
        output.tinted(Stream::Stderr, Tone::Bad, "error:")
    );
    let mut said = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        // Some libraries repeat their source's words in their own.
        if !said.contains(&cause) {
            text.push_str("\n  because: ");
            text.push_str(&cause.replace('\n', "\n           "));
        }
        said = cause;
    }
    if let Some(advice) = advice_of(error) {
        text.push('\n');
        text.push_str(&output.tinted(Stream::Stderr, Tone::Advice, "help:"));
        text.push(' ');
        text.push_str(advice);
    }
    text
}

fn exit_of(error: &anyhow::Error) -> u8 {
    error
        .chain()
        .find_map(exit_of_cause)
        .unwrap_or(exit::INTERNAL)
}

/// The exit code, if this very error (not one of its causes) decides it.
fn exit_of_cause(error: &(dyn Error + 'static)) -> Option<u8> {
    if let Some(refusal) = error.downcast_ref::<Refusal>() {
        return Some(refusal.exit());
    }
    if let Some(errors) = error.downcast_ref::<ConfigErrors>() {
        return Some(errors.exit_code());
    }
    if let Some(error) = error.downcast_ref::<RunError>() {
        return Some(error.exit_code());
    }
    if error.is::<BindError>() {
        return Some(exit::UNAVAILABLE);
    }
    // However often one tries: the name is taken.
    if let Some(SignalsError::EntityExists { .. }) = error.downcast_ref() {
        return Some(exit::BAD_INPUT);
    }
    kind_of(error).map(exit_of_kind)
}

fn kind_of(error: &(dyn Error + 'static)) -> Option<Kind> {
    fn told<E: DomainError>(error: &(dyn Error + 'static)) -> Option<Kind> {
        error.downcast_ref::<E>().map(DomainError::kind)
    }
    told::<OpenError>(error)
        .or_else(|| told::<DbError>(error))
        .or_else(|| told::<FilesError>(error))
        .or_else(|| told::<StudioError>(error))
        .or_else(|| told::<AtlasError>(error))
        .or_else(|| told::<GraphError>(error))
        .or_else(|| told::<SignalsError>(error))
}

fn advice_of(error: &anyhow::Error) -> Option<&'static str> {
    error
        .chain()
        .find_map(|cause| cause.downcast_ref::<Refusal>())
        .and_then(Refusal::advice)
}

#[cfg(test)]
mod tests {
    use anyhow::Context;
    use groundwork_core::services::studio::{ProjectId, RunStatus};
    use uuid::Uuid;

    use super::*;

    fn exit_code(error: impl Into<anyhow::Error>) -> u8 {
        exit_of(&error.into())
    }

    #[test]
    fn every_kind_of_failure_has_its_exit_code() {
        let project = ProjectId::from(Uuid::nil());
        let run = Uuid::nil().into();
        let status = RunStatus::Complete;
        assert_eq!(exit_code(StudioError::ProjectNotFound { project }), 65);
        assert_eq!(exit_code(StudioError::RunOver { run, status }), 75);
        assert_eq!(exit_code(FilesError::Empty), 65);
        assert_eq!(exit_code(DbError::Closed), 69);
        let waited = std::time::Duration::from_secs(60);
        assert_eq!(exit_code(RunError::Busy { waited }), 75);
        assert_eq!(exit_code(Refusal::Found), 1);
        assert_eq!(exit_code(Refusal::Signal(2)), 130);
        assert_eq!(exit_code(Refusal::NoConfigDir("etc".into())), 78);
        assert_eq!(exit_code(anyhow::anyhow!("who knows")), 70);
    }

    #[test]
    fn a_cause_decides_the_exit_code_whatever_is_said_around_it() {
        let error = Err::<(), _>(DbError::Closed)
            .context("cannot list")
            .context("sorry");
        assert_eq!(exit_code(error.unwrap_err()), 69);
    }

    #[test]
    fn an_error_is_told_with_its_causes_and_what_to_do() {
        let pending = vec!["m1_create_lamps".to_owned()];
        let error = Err::<(), _>(Refusal::PendingMigrations(pending)).context("cannot list");
        insta::assert_snapshot!(render(Output::plain(), &error.unwrap_err()), @r"
        error: cannot list
          because: the database is behind this program by 1 migration: m1_create_lamps
        help: run `migrate up` (from the sources: `cargo migrate up`), then try again
        ");
    }
}
