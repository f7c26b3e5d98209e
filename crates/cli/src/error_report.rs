//! How an error is printed.

use std::{error::Error, process::ExitCode};

use crate::{
    error::CliError,
    output::{Output, Stream, Style},
};

impl CliError {
    /// Prints the message with its causes to stderr, and gives the process its exit code.
    pub fn report(&self, output: Output) -> ExitCode {
        if let Some(error) = self.error() {
            output.note(self.render(output, error));
        }
        ExitCode::from(self.exit().code())
    }

    fn render(&self, output: Output, error: &(dyn Error + 'static)) -> String {
        let heading = output.styled(Stream::Stderr, Style::Bad, "error:");
        let mut text = format!("{heading} {error}");
        let mut above = error.to_string();
        let mut next = error.source();
        while let Some(cause) = next {
            let message = cause.to_string();
            // Some libraries repeat the text of their source in their own.
            if !above.contains(&message) {
                text.push_str("\n  because: ");
                text.push_str(&message.replace('\n', "\n           "));
            }
            above = message;
            next = cause.source();
        }
        if let Some(advice) = self.advice() {
            let heading = output.styled(Stream::Stderr, Style::Advice, "help:");
            text.push_str(&format!("\n{heading} {advice}"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_printed_with_its_causes_and_what_to_do() {
        let error = CliError::unavailable("the database is behind")
            .with_advice("run `migrate up`")
            .context("cannot list");
        let inner = error.error().unwrap();
        insta::assert_snapshot!(error.render(Output::plain(), inner), @r"
        error: cannot list
          because: the database is behind
        help: run `migrate up`
        ");
    }
}
