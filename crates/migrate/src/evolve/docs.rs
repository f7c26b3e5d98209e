//! What a person wrote into the documentation of fields belongs into `entities.toml`.

use super::{
    map_edits::MapEdit,
    model::{Entities, Entity},
};
use crate::entities::TypeMap;

/// The edits of the type map that give entities the documentation of the edited ones. `given` are
/// the entities as they would be generated, `before` as they were.
pub(super) fn edits(
    given: &Entities,
    before: &Entities,
    edited: &Entities,
    map: &TypeMap,
) -> Vec<MapEdit> {
    let mut edits = Vec::new();
    for entity in edited.tables.values() {
        let (now, old) = (
            given.tables.get(&entity.table),
            before.tables.get(&entity.table),
        );
        let facts = [now, old].map(|entity| entity.and_then(|entity| entity.doc.last()));
        let own = own_lines(&entity.doc, facts);
        edits.extend(edit(entity, entity.table.clone(), &own, map));
        for field in &entity.fields {
            let facts = [now, old].map(|entity| {
                let field = entity.and_then(|entity: &Entity| entity.field(&field.column))?;
                field.doc.last()
            });
            let own = own_lines(&field.doc, facts);
            let subject = format!("{}.{}", entity.table, field.column);
            edits.extend(edit(entity, subject, &own, map));
        }
    }
    edits
}

fn edit(entity: &Entity, subject: String, own: &str, map: &TypeMap) -> Option<MapEdit> {
    let said = map.says(&entity.domain, "docs", &subject);
    let is_said = said.as_ref().map_or("", |said| said.value.as_str()) == own;
    if is_said || (own.is_empty() && said.is_some_and(|said| said.by_pattern)) {
        return None;
    }
    let (domain, section) = (entity.domain.clone(), "docs");
    Some(match own {
        "" => MapEdit::Unsay {
            domain,
            section,
            subject,
        },
        own => MapEdit::Say {
            domain,
            section,
            subject,
            value: own.to_owned(),
        },
    })
}

/// The lines without those that the generator writes, which say what the schema does.
fn own_lines(lines: &[String], facts: [Option<&String>; 2]) -> String {
    let is_facts = |line: &String| {
        let looks = ["`", "One of `", "A row of `"]
            .iter()
            .any(|start| line.starts_with(start));
        facts.contains(&Some(line)) || (looks && line.ends_with('.'))
    };
    let own = match lines.split_last() {
        Some((last, before)) if is_facts(last) => before,
        _ => lines,
    };
    own.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_person_wrote_is_kept() {
        let lines = |text: &str| -> Vec<String> { text.lines().map(str::to_owned).collect() };
        let facts = "`text`.".to_owned();
        let own = |text: &str| own_lines(&lines(text), [Some(&facts), None]);
        assert_eq!(own("How it feels.\n\n`text`."), "How it feels.");
        assert_eq!(own("How it feels."), "How it feels.");
        assert_eq!(own("How it\nfeels.\n\n`text`, unique."), "How it\nfeels.");
        assert_eq!(own("`text`."), "");
        assert_eq!(own(""), "");
    }
}
