//! Comma-separated values (RFC 4180), with the line ends of Unix.

use csv::{Terminator, WriterBuilder};
use groundwork_cli::{CliError, Result};

/// A header and lines below it.
pub(super) fn text(
    header: impl IntoIterator<Item: AsRef<[u8]>>,
    lines: impl IntoIterator<Item: IntoIterator<Item: AsRef<[u8]>>>,
) -> Result<String> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::Any(b'\n'))
        .from_writer(Vec::new());
    writer.write_record(header).map_err(CliError::internal)?;
    for line in lines {
        writer.write_record(line).map_err(CliError::internal)?;
    }
    let text = writer
        .into_inner()
        .map_err(|error| CliError::internal(error.into_error()))?;
    String::from_utf8(text).map_err(CliError::internal)
}

/// A number, or nothing. It is the shortest text that gives the same number again.
pub(super) fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_field_is_quoted() {
        assert_eq!(
            text(["a", "b,c", "d\"e"], [["", "f\ng", "h\ri"]]).unwrap(),
            "a,\"b,c\",\"d\"\"e\"\n,\"f\ng\",\"h\ri\"\n"
        );
        assert_eq!(number(Some(0.1 + 0.2)), "0.30000000000000004");
        assert_eq!(number(None), "");
    }
}
