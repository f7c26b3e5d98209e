//! Patterns in the type map: one line for many columns.

use std::collections::BTreeSet;

use super::planner::Planner;
use crate::entities::{
    names,
    type_map::{Assignment, Domain, TABLE},
};

impl Planner {
    /// The assignments with each pattern replaced by the columns of the domain that it matches and
    /// that no line names.
    pub(super) fn expanded(&mut self, domain: &Domain, given: &[Assignment]) -> Vec<Assignment> {
        let mut expanded = Vec::with_capacity(given.len());
        for assignment in given {
            if assignment.is_pattern() {
                expanded.extend(self.matching(domain, given, assignment));
            } else {
                expanded.push(assignment.clone());
            }
        }
        expanded
    }

    fn matching(
        &mut self,
        domain: &Domain,
        given: &[Assignment],
        pattern: &Assignment,
    ) -> Vec<Assignment> {
        let named: BTreeSet<&str> = (given.iter())
            .filter(|assignment| !assignment.is_pattern())
            .map(|assignment| assignment.subject.as_str())
            .collect();
        let tables = (self.plan.domain_of.iter())
            .filter(|(_, owner)| **owner == domain.name)
            .filter_map(|(table, _)| self.plan.schema.tables.get(table));
        let columns: Vec<(&str, &str)> = tables
            .flat_map(|table| {
                let columns = table.columns.iter();
                columns.map(|column| (table.name.as_str(), column.name.as_str()))
            })
            .collect();
        let (tables, column) = pattern.table_and_column();
        let matched = columns.iter().filter(|(table, name)| {
            matches(tables, table) && column.is_some_and(|column| matches(column, name))
        });
        let matched: Vec<Assignment> = matched
            .map(|(table, name)| Assignment {
                subject: format!("{table}.{name}"),
                value: pattern.value.replace(TABLE, &names::one_of(table)),
                line: pattern.line,
            })
            .collect();
        if matched.is_empty() {
            let known = columns.iter().map(|(_, name)| *name);
            let hint = column.and_then(|column| names::suggestion(column, known));
            let message = format!(
                "`{}` matches no column of the domain `{}`{}",
                pattern.subject,
                domain.name,
                hint.unwrap_or_default()
            );
            self.problem(pattern.line, message);
        }
        let is_free = |assignment: &Assignment| !named.contains(assignment.subject.as_str());
        matched.into_iter().filter(is_free).collect()
    }
}

/// Whether a name is what a pattern describes, in which `*` is any characters, or none.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match name.split_once(part) {
            Some((_, after)) => name = after,
            None => return false,
        }
    }
    name.ends_with(last)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, name) in [
            ("*", ""),
            ("*", "status"),
            ("status", "status"),
            ("*_id", "project_id"),
            ("pipeline_*", "pipeline_runs"),
            ("*_*_at", "lease_expires_at"),
            ("a*b*b", "abb"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("status", "statuses"),
            ("*_id", "id"),
            ("pipeline_*", "runs"),
            ("a*b*b", "ab"),
            ("ab*ba", "aba"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    proptest! {
        #[test]
        fn a_pattern_matches_what_it_was_made_of(parts in prop::collection::vec("[a-c_]{0,3}", 1..5)) {
            prop_assert!(matches(&parts.join("*"), &parts.concat()));
            prop_assert!(matches(&parts.join("*"), &parts.join("b")));
        }
    }
}
