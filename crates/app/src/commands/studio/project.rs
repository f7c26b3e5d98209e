//! Finding the project that an argument names.

use groundwork_cli::{CliError, Result};
use groundwork_core::{
    page::{Cursor, PageLimit, PageRequest},
    services::studio::ProjectId,
};
use uuid::Uuid;

use super::args::ProjectArgument;
use crate::state::AppState;

/// Ids begin with their time, so that fewer digits than this match too many projects.
const FEWEST_DIGITS: usize = 4;

/// The project with this id, or the only one whose id begins so.
pub(super) async fn find(state: &AppState, argument: &ProjectArgument) -> Result<ProjectId> {
    let text = argument.project.trim();
    if let Ok(id) = Uuid::try_parse(text) {
        return Ok(id.into());
    }
    let digits = text.replace('-', "").to_ascii_lowercase();
    let Some(after) = beyond(&digits) else {
        let problem = format!(
            "{text:?} is no project id: a UUID is expected, or at least its first {FEWEST_DIGITS} digits"
        );
        return Err(CliError::bad_input(problem));
    };
    // Ids sort by their text: those that begin so are the first that come after.
    let two = PageRequest {
        after: Some(after),
        limit: PageLimit::new(2).unwrap_or(PageLimit::DEFAULT),
    };
    let page = state.studio.list_projects(&state.db.reader(), two).await?;
    let mut found = (page.items.iter())
        .map(|project| project.id)
        .filter(|id| id.to_string().replace('-', "").starts_with(&digits));
    match (found.next(), found.next()) {
        (Some(id), None) => Ok(id),
        (None, _) => Err(CliError::bad_input(format!(
            "no project's id begins with {text}"
        ))),
        (Some(one), Some(other)) => {
            let problem = format!("{text} may be {one} or {other}, or others: give more digits");
            Err(CliError::bad_input(problem))
        }
    }
}

/// The place in the list, newest first, right before the ids that begin with these digits.
fn beyond(digits: &str) -> Option<Cursor> {
    let is_prefix = (FEWEST_DIGITS..32).contains(&digits.len())
        && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let greatest = is_prefix.then(|| Uuid::try_parse(&format!("{digits:f<32}")).ok())??;
    Some(Cursor::after(greatest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_leads_to_the_greatest_id_that_has_it() {
        let cursor = beyond("0199b2c4").map(|cursor| cursor.id().to_string());
        assert_eq!(
            cursor.as_deref(),
            Some("0199b2c4-ffff-ffff-ffff-ffffffffffff")
        );
    }

    #[test]
    fn too_few_digits_or_other_characters_are_no_prefix() {
        for text in ["", "019", "019x", "0199b2c4/..", &"0".repeat(33)] {
            assert_eq!(beyond(text), None, "{text}");
        }
    }
}
