//! The page itself.

use std::fmt::Write as _;

use super::{
    explained::{EXPLAINED, Explanation},
    sources::Codes,
};

const HEAD: &str = "\
# Error codes

<!-- Written by `cargo xtask errors`, from the codes in the sources and the explanations in
xtask/src/errors/explained.rs. -->

Every error of the HTTP API has a `code`: stable, for programs to branch on. `detail` is for people,
and may change. Codes in the list `errors` of a 422 are about one field each.

A command prints no code. It ends with one of these, which `groundwork-cli` alone decides from the
kind of the error:

| exit code | meaning |
|---|---|
| 0 | good |
| 1 | a check found something |
| 2 | the command line is wrong |
| 65 | the input is wrong |
| 69 | something that is needed is not available |
| 70 | a fault of the program |
| 75 | it may work later |
| 78 | the configuration is wrong |
| 128 + n | signal n ended it |

| code | from | meaning | what to do |
|---|---|---|---|
";

/// The page for these codes.
pub(super) fn render(codes: &Codes) -> String {
    let mut page = HEAD.to_owned();
    for Explanation {
        code,
        meaning,
        remedy,
    } in EXPLAINED
    {
        let owners = codes.get(*code).into_iter().flatten();
        let owners: Vec<String> = owners.map(|owner| format!("`{owner}`")).collect();
        let owners = owners.join(", ");
        // Writing to a text cannot fail.
        let _ = writeln!(page, "| `{code}` | {owners} | {meaning} | {remedy} |");
    }
    page
}

/// Codes without an explanation, explanations without a code, and what is out of order.
pub(super) fn violations(codes: &Codes) -> Vec<String> {
    let explained: Vec<&str> = EXPLAINED.iter().map(|it| it.code).collect();
    let unexplained = codes
        .keys()
        .filter(|code| !explained.contains(&code.as_str()));
    let mut violations: Vec<String> = unexplained
        .map(|code| {
            format!("the code {code} has no explanation: add it to xtask/src/errors/explained.rs")
        })
        .collect();
    let unused = explained.iter().filter(|code| !codes.contains_key(**code));
    violations.extend(unused.map(|code| {
        format!("no source has the code {code}: remove it from xtask/src/errors/explained.rs")
    }));
    if !explained.is_sorted() {
        violations.push("xtask/src/errors/explained.rs is not sorted by code".to_owned());
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_needs_an_explanation_and_an_explanation_a_code() {
        let explained = EXPLAINED.iter().skip(1);
        let mut codes: Codes = explained
            .map(|it| (it.code.to_owned(), ["groundwork-core"].into()))
            .collect();
        codes.insert("LAMP_GONE".to_owned(), ["groundwork-core"].into());
        let violations = violations(&codes);
        assert_eq!(violations.len(), 2, "{violations:?}");
        assert!(violations[0].contains("LAMP_GONE has no explanation"));
        assert!(violations[1].contains(EXPLAINED[0].code));
    }
}
