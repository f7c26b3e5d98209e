//! `.env` files: read by `dotenvy`, with the line of each variable.
//!
//! `dotenvy` replaces `$NAME` by another variable, and by nothing where there is none: a password
//! with a `$` would silently become another. A setting of ours that would be changed so is refused.

use std::{
    cell::Cell,
    io::{self, Read},
    path::Path,
    rc::Rc,
};

use super::{Namespace, Origin, Problem, variables::Variable};

const SHAPE: &str = "NAME=value is expected, with quotes closed";
const SUBSTITUTION: &str =
    "a $ is not replaced by a variable here: write \\$, or put the value in single quotes";

/// The variables that `text`, the content of the file at `path`, sets, in their order.
pub(super) fn parse(
    text: &str,
    path: &Path,
    namespace: &Namespace,
    problems: &mut Vec<Problem>,
) -> Vec<Variable> {
    let handed_out = Rc::new(Cell::new(0));
    let lines = LineByLine {
        rest: text.as_bytes(),
        handed_out: Rc::clone(&handed_out),
    };
    let mut variables: Vec<Variable> = Vec::new();
    for item in dotenvy::from_read_iter(lines) {
        let end = handed_out.get();
        match item {
            Ok((name, value)) => {
                let line = first_line(text, end, &name);
                if namespace.reads(&name) && substitutes(text, line, end) {
                    problems.push(malformed(path, line, SUBSTITUTION));
                    continue;
                }
                variables.push(Variable {
                    value: value.into(),
                    origin: Origin::DotEnv {
                        path: path.to_owned(),
                        line,
                        variable: name.clone(),
                    },
                    name,
                });
            }
            // The error would repeat the line, which may hold a secret.
            Err(_) => problems.push(malformed(path, end.max(1), SHAPE)),
        }
    }
    variables
}

fn malformed(path: &Path, line: usize, reason: &str) -> Problem {
    Problem::Malformed {
        file: path.display().to_string(),
        line,
        reason: reason.to_owned(),
    }
}

/// Whether the value in these lines, from 1, has a `$` that begins another variable's name: one that
/// is neither escaped, nor within single quotes, nor in the comment behind the value.
fn substitutes(text: &str, first: usize, last: usize) -> bool {
    let lines: Vec<&str> = text
        .lines()
        .take(last)
        .skip(first.saturating_sub(1))
        .collect();
    let lines = lines.join("\n");
    let (_, value) = lines.split_once('=').unwrap_or_default();
    let (mut strong, mut weak, mut escaped, mut after_space) = (false, false, false, false);
    for c in value.chars() {
        match c {
            _ if escaped => escaped = false,
            '\'' if !weak => strong = !strong,
            _ if strong => {}
            '#' if !weak && after_space => return false,
            '"' => weak = !weak,
            '\\' => escaped = true,
            '$' => return true,
            _ => {}
        }
        after_space = c == ' ' || c == '\t';
    }
    false
}

/// The line, from 1, where the variable starts whose value ends in line `end`.
fn first_line(text: &str, end: usize, name: &str) -> usize {
    let starts_here = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        line.strip_prefix(name)
            .is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    text.lines()
        .take(end)
        .enumerate()
        .filter(|(_, line)| starts_here(line))
        .last()
        .map_or(end, |(index, _)| index + 1)
}

/// Hands out no more than a line at a time, and counts them: a buffered reader on top of it is
/// never ahead of the line that it parses.
struct LineByLine<'a> {
    rest: &'a [u8],
    handed_out: Rc<Cell<usize>>,
}

impl Read for LineByLine<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let line = self
            .rest
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(self.rest.len(), |end| end + 1);
        let length = line.min(buffer.len());
        let (head, rest) = self.rest.split_at(length);
        buffer[..length].copy_from_slice(head);
        self.rest = rest;
        if head.ends_with(b"\n") || (rest.is_empty() && !head.is_empty()) {
            self.handed_out.set(self.handed_out.get() + 1);
        }
        Ok(length)
    }
}
