//! How a command that did not succeed ends: one clear message, its causes, what to do, and an exit
//! code that scripts can branch on.

use std::{error::Error, fmt};

use groundwork_core::error::DomainError;

use crate::exit::Exit;

/// What a command returns.
pub type Result<T = (), E = CliError> = std::result::Result<T, E>;

type BoxError = Box<dyn Error + Send + Sync>;

/// Why a command did not succeed, and how the process ends for it.
///
/// An error that has a kind ([`DomainError`]) becomes one with `?`. For the rest the caller says how the process
/// ends:
///
/// ```
/// use groundwork_cli::{CliError, Result};
///
/// fn read(path: &str) -> Result<String> {
///     std::fs::read_to_string(path).map_err(|error| {
///         CliError::bad_input(error).context(format!("cannot read {path}"))
///     })
/// }
/// assert_eq!(read("/no/such/file").unwrap_err().exit().code(), 65);
/// ```
#[derive(Debug)]
pub struct CliError {
    exit: Exit,
    /// `None` if there is nothing more to print, or nobody to read it.
    error: Option<BoxError>,
    advice: Option<String>,
}

impl CliError {
    /// An error with an exit of the caller's choice.
    pub fn new(exit: Exit, error: impl Into<BoxError>) -> Self {
        Self {
            exit,
            error: Some(error.into()),
            advice: None,
        }
    }

    /// The command line is wrong in a way that its grammar does not show.
    pub fn usage(error: impl Into<BoxError>) -> Self {
        Self::new(Exit::Usage, error)
    }

    /// The input is wrong: an argument, a file.
    pub fn bad_input(error: impl Into<BoxError>) -> Self {
        Self::new(Exit::BadInput, error)
    }

    /// Something that is needed is not available.
    pub fn unavailable(error: impl Into<BoxError>) -> Self {
        Self::new(Exit::Unavailable, error)
    }

    /// A fault of the program.
    pub fn internal(error: impl Into<BoxError>) -> Self {
        Self::new(Exit::Internal, error)
    }

    /// The configuration is wrong.
    pub fn configuration(error: impl Into<BoxError>) -> Self {
        Self::new(Exit::Configuration, error)
    }

    /// A check found something and has printed it already.
    #[must_use]
    pub fn found() -> Self {
        Self {
            exit: Exit::Found,
            error: None,
            advice: None,
        }
    }

    /// The reader of the output has left: no failure, and nothing to print.
    pub(crate) fn reader_gone() -> Self {
        Self {
            exit: Exit::ReaderGone,
            error: None,
            advice: None,
        }
    }

    /// The signal of this number ended the command.
    #[must_use]
    pub fn interrupted(signal: i32) -> Self {
        let exit = Exit::Signal(u8::try_from(signal).unwrap_or_default());
        Self::new(exit, "interrupted; what was not finished was undone")
    }

    /// The same error under a sentence that says what was being done.
    #[must_use]
    pub fn context(mut self, doing: impl Into<String>) -> Self {
        let doing = doing.into();
        self.error = self
            .error
            .map(|source| Box::new(Context { doing, source }) as BoxError);
        self
    }

    /// The same error, saying what to do.
    #[must_use]
    pub fn with_advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// How the process ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// What is to be printed, if anything is.
    pub(crate) fn error(&self) -> Option<&(dyn Error + 'static)> {
        self.error.as_deref().map(|error| error as _)
    }

    /// What to do.
    pub(crate) fn advice(&self) -> Option<&str> {
        self.advice.as_deref()
    }
}

impl<E: DomainError> From<E> for CliError {
    fn from(error: E) -> Self {
        Self::new(error.kind().into(), error)
    }
}

/// The message and its causes in one line.
impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(error) => f.write_str(&chain(error.as_ref())),
            None => write!(f, "{:?}", self.exit),
        }
    }
}

/// An error with all its causes, in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
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

#[derive(Debug)]
struct Context {
    doing: String,
    source: BoxError,
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.doing)
    }
}

impl Error for Context {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.source.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use groundwork_core::{db::DbError, error::Kind, files::FilesError};

    use super::*;

    fn exit_code(error: impl Into<CliError>) -> u8 {
        error.into().exit().code()
    }

    #[test]
    fn every_kind_of_error_has_its_exit_code() {
        assert_eq!(exit_code(FilesError::Empty), 65);
        assert_eq!(exit_code(DbError::Closed), 69);
        assert_eq!(exit_code(CliError::found()), 1);
        assert_eq!(exit_code(CliError::interrupted(2)), 130);
        assert_eq!(exit_code(CliError::configuration("no folder etc")), 78);
        assert_eq!(exit_code(CliError::internal("unknown")), 70);
        let codes = Kind::ALL.map(|kind| Exit::from(kind).code());
        assert_eq!(
            codes,
            [65, 75, 65, 65, 2, 65, 69, 69, 69, 69, 75, 78, 69, 70]
        );
    }

    #[test]
    fn a_cause_decides_the_exit_code_whatever_is_said_around_it() {
        let error = CliError::from(DbError::Closed)
            .context("cannot list")
            .context("sorry");
        assert_eq!(exit_code(error), 69);
    }
}
