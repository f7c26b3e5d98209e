//! How a command that did not succeed ends.

use std::{error::Error, io, process::ExitCode};

use super::output::{Output, Tone};

/// Why a command did not succeed, and the exit code that says so.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    error: Box<dyn Error + Send + Sync>,
}

impl Failure {
    /// A failure with an exit code of the caller's choice.
    pub fn new(code: u8, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            code,
            error: error.into(),
        }
    }

    /// Something that is needed cannot be had.
    pub fn unavailable(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(69, error)
    }

    /// The database that is to be looked at does not exist.
    pub(super) fn no_database() -> Self {
        Self::unavailable("there is no database yet; `migrate up` creates it")
    }

    /// Tells what went wrong, with its causes, and gives the process its exit code.
    pub(super) fn report(&self, output: Output) -> ExitCode {
        let error: &(dyn Error + 'static) = self.error.as_ref();
        if let Some(error) = error.downcast_ref::<io::Error>()
            && error.kind() == io::ErrorKind::BrokenPipe
        {
            // Whoever read the output has seen enough.
            return ExitCode::SUCCESS;
        }
        let mut text = format!("{} {error}", output.tinted(Tone::Bad, "error:"));
        let mut said = error.to_string();
        let mut next = error.source();
        while let Some(cause) = next {
            let message = cause.to_string();
            // Libraries repeat their source's words in their own.
            if !said.contains(&message) {
                text.push_str("\n  because: ");
                text.push_str(&message.replace('\n', "\n           "));
            }
            said = message;
            next = cause.source();
        }
        output.note(text);
        ExitCode::from(self.code)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::unavailable(error)
    }
}
