//! The whole way from edited entities to a migration that is proven.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use groundwork_naming::{Convention, Engine};
use groundwork_schema::{
    model::Schema,
    run::{self, Goal, Settings},
};
use sea_orm_migration::MigrationTrait;

use super::{
    compare::{Comparison, compare},
    decide::{Decider, Decisions, Question},
    docs,
    edit::Edit,
    error::EvolveError,
    kinds::Kinds,
    kinds::is_referring,
    leftover::leftovers,
    map_edits::{self, MapEdit},
    model::{Entities, FieldType},
    plan::{Draft, Planner},
    prove::prove_draft,
    read,
    rename::renamed,
    render::source,
    step::WayBack,
};
use crate::{
    entities::{
        EntitiesError, GenerateError, TYPE_MAP, Tree, TypeMap, nearest_entity_crate, of_schema,
    },
    inspect,
    scratch::{Place, Scratch},
    verify::{DESTRUCTIVE_VERBS, declares_loss},
};

/// What a migration is written from.
pub struct Sources<'a> {
    /// Every migration that there is.
    pub migrations: &'a [Box<dyn MigrationTrait>],
    /// How constraints are named.
    pub convention: &'a Convention,
    /// The folder of the entity crate; `None`: the nearest one.
    pub entity: Option<PathBuf>,
    /// Where the migration is tried. On SQLite it always is.
    pub server: Option<Place>,
    /// The folder that the migration will be in.
    pub sources: &'a Path,
}

/// A migration that was written from entities, and proven. Nothing is on the disk yet.
#[derive(Clone, Debug)]
pub struct Evolution {
    /// What was edited.
    pub edits: Vec<Edit>,
    /// What is lost on the way up.
    pub losses: Vec<String>,
    /// Why it cannot be taken back, if it cannot.
    pub irreversible: Option<String>,
    /// The text of the migration's file.
    pub source: String,
    /// The type map and its new text, if that differs.
    pub type_map: Option<(PathBuf, String)>,
    /// Files of entities that will be written otherwise than they were edited: documentation,
    /// imports, other ends of relations, the order of fields. From the source folder.
    pub completed: Vec<String>,
    /// What a person should know.
    pub notes: Vec<String>,
    /// The schema that it gives, on each engine on which it was tried.
    pub after: Vec<Schema>,
}

impl Evolution {
    /// Where it was tried.
    pub fn proven_on(&self) -> impl Iterator<Item = Engine> {
        self.after.iter().map(|schema| schema.engine)
    }
}

/// The edits of the entities, as they stand without any decision, and what they leave open.
///
/// # Errors
/// [`EvolveError`] if the files or the migrations cannot be read.
pub async fn differences(sources: &Sources<'_>) -> Result<(Vec<Edit>, Vec<Question>), EvolveError> {
    let start = Start::read(sources).await?;
    let decisions = Decisions::default();
    let mut decider = Decider::new(&decisions);
    let mut current = start.current.clone();
    let mut edits = decider.renames(&mut current, &start.edited);
    let comparison = compare(&current, &start.edited, &start.kinds);
    if !comparison.faults.is_empty() {
        return Err(EvolveError::Files(comparison.faults));
    }
    edits.extend(comparison.edits);
    Ok((edits, decider.questions))
}

/// Writes a migration from the edited entities, and proves it.
///
/// # Errors
/// [`EvolveError`] for whatever is not right, or not decided. Nothing is written in any case.
pub async fn evolve(
    sources: &Sources<'_>,
    name: &str,
    title: &str,
    decisions: &Decisions,
) -> Result<Evolution, EvolveError> {
    let start = Start::read(sources).await?;
    let mut decider = Decider::new(decisions);
    let mut current = start.current.clone();
    let mut edits = decider.renames(&mut current, &start.edited);
    // What is renamed decides what else is asked.
    decider.require_answers()?;
    let Comparison {
        edits: others,
        faults,
    } = compare(&current, &start.edited, &start.kinds);
    if !faults.is_empty() {
        return Err(EvolveError::Files(faults));
    }
    edits.extend(others);
    if edits.is_empty() {
        decider.finish()?;
        return Err(EvolveError::NoEdits);
    }
    let map_edits = start.map_edits(&edits);
    let schema = edits
        .iter()
        .fold(start.schema.clone(), |schema, edit| match edit {
            Edit::RenameTable { table, to } => renamed(&schema, sources.convention, table, to),
            _ => schema,
        });
    let planner = Planner {
        before: &start.schema,
        schema: &schema,
        current: &current,
        edited: &start.edited,
        kinds: &start.kinds,
        convention: sources.convention,
        decider: &mut decider,
        problems: Vec::new(),
    };
    let draft = planner.draft(edits)?;
    require_a_name_that_says_so(name, &draft)?;
    let mut work = Work {
        sources,
        start: &start,
        current,
        draft,
        map_edits,
        notes: Vec::new(),
    };
    work.finish(name, title).await
}

/// What loses something says so in its name.
fn require_a_name_that_says_so(name: &str, draft: &Draft) -> Result<(), EvolveError> {
    if draft.losses.is_empty() || declares_loss(name) {
        return Ok(());
    }
    let object = draft.edits.iter().find_map(|edit| match edit {
        Edit::DropTable { table } => Some(table.clone()),
        Edit::DropColumn { table, column } => Some(format!("{column}_from_{table}")),
        _ => None,
    });
    Err(EvolveError::SilentLoss {
        name: name.to_owned(),
        losses: draft.losses.clone(),
        suggestion: format!("{}_{}", DESTRUCTIVE_VERBS[0], object.unwrap_or_default()),
    })
}

/// What there is before anything is written.
struct Start {
    entity: PathBuf,
    files: BTreeMap<String, String>,
    map_text: String,
    map: TypeMap,
    schema: Schema,
    kinds: Kinds,
    current: Entities,
    edited: Entities,
}

impl Start {
    async fn read(sources: &Sources<'_>) -> Result<Self, EvolveError> {
        let entity = match &sources.entity {
            Some(folder) => folder.clone(),
            None => nearest_entity_crate()?,
        };
        let path = entity.join(TYPE_MAP);
        let map_text = fs::read_to_string(&path).map_err(|source| EntitiesError::Unreadable {
            path: path.clone(),
            source,
        })?;
        let map = parsed(&path, &map_text)?;
        let schema = planned(sources).await?;
        let tree = of_schema(schema.clone(), &map).map_err(|error| misfit(&path, error))?;
        let files = files_of(&entity.join("src"), &map)?;
        Ok(Self {
            kinds: Kinds::new(sources.convention)?,
            current: read::entities(&tree.files).map_err(EvolveError::Files)?,
            edited: read::entities(&files).map_err(EvolveError::Files)?,
            entity,
            files,
            map_text,
            map,
            schema,
        })
    }

    /// The edits of the type map that the edits of entities ask for.
    fn map_edits(&self, edits: &[Edit]) -> Vec<MapEdit> {
        let mut all = Vec::new();
        for edit in edits {
            all.extend(match edit.clone() {
                Edit::CreateTable { table, .. } => {
                    self.edited.tables.get(&table).map(|entity| MapEdit::List {
                        domain: entity.domain.clone(),
                        table,
                    })
                }
                Edit::DropTable { table } => Some(MapEdit::ForgetTable { table }),
                Edit::RenameTable { table: from, to } => Some(MapEdit::RenameTable { from, to }),
                Edit::DropColumn { table, column } => Some(MapEdit::ForgetColumn { table, column }),
                Edit::RenameColumn {
                    table,
                    column: from,
                    to,
                } => Some(MapEdit::RenameColumn { table, from, to }),
                _ => None,
            });
        }
        for entity in self.edited.tables.values() {
            for field in &entity.fields {
                let subject = old_subject(edits, &entity.table, &field.column);
                all.extend(self.type_of(entity, field, &subject));
            }
        }
        all
    }

    /// What the type map has to say so that a field gets its type.
    fn type_of(
        &self,
        entity: &super::model::Entity,
        field: &super::model::Field,
        old: &str,
    ) -> Vec<MapEdit> {
        let domain = &entity.domain;
        let subject = format!("{}.{}", entity.table, field.column);
        // A line of its own follows the new name, and a pattern matches that.
        let said = |section: &str| {
            let own = self
                .map
                .says(domain, section, old)
                .filter(|said| !said.by_pattern);
            own.or_else(|| self.map.says(domain, section, &subject))
        };
        let wanted = match &field.kind {
            FieldType::Own(name) if self.edited.enums.contains_key(name) => Some(("enums", name)),
            FieldType::Own(name) if !is_referring(entity, &field.column) => Some(("ids", name)),
            // A relation brings the type of the id that it leads to.
            FieldType::Own(_) => return Vec::new(),
            FieldType::Plain { .. } => None,
        };
        let mut edits = Vec::new();
        for section in ["ids", "enums"] {
            let is_wanted = wanted.is_some_and(|(known, _)| known == section);
            if said(section).is_some_and(|said| !said.by_pattern) && !is_wanted {
                let (domain, subject) = (domain.clone(), subject.clone());
                edits.push(MapEdit::Unsay {
                    domain,
                    section,
                    subject,
                });
            }
        }
        if let Some((section, name)) = wanted
            && said(section).is_none_or(|said| said.value != name.name)
        {
            let (domain, value) = (domain.clone(), name.name.clone());
            edits.push(MapEdit::Say {
                domain,
                section,
                subject,
                value,
            });
        }
        edits
    }
}

/// What a column was called before.
fn old_subject(edits: &[Edit], table: &str, column: &str) -> String {
    let mut edits_of_column = edits.iter();
    let renamed = edits_of_column.find_map(|edit| match edit {
        Edit::RenameColumn {
            table: own,
            column: from,
            to,
        } if own == table && to == column => Some(from.as_str()),
        _ => None,
    });
    let moved = edits.iter().find_map(|edit| match edit {
        Edit::RenameTable { table: from, to } if to == table => Some(from.as_str()),
        _ => None,
    });
    format!("{}.{}", moved.unwrap_or(table), renamed.unwrap_or(column))
}

struct Work<'a, 's> {
    sources: &'a Sources<'s>,
    start: &'a Start,
    /// The entities before, under the new names.
    current: Entities,
    draft: Draft,
    map_edits: Vec<MapEdit>,
    notes: Vec<String>,
}

impl Work<'_, '_> {
    async fn finish(&mut self, name: &str, title: &str) -> Result<Evolution, EvolveError> {
        let path = self.start.entity.join(TYPE_MAP);
        let after = self.proven(name, &Place::Sqlite).await?;
        let (map_text, tree) = self.with_documentation(&path, &after)?;
        let mut all = vec![after];
        if let Some(place) = &self.sources.server {
            let after = self.proven(name, place).await?;
            let other = self.generated(&path, &map_text, after.clone())?;
            if other.files != tree.files {
                return Err(EvolveError::Refuted {
                    engine: Engine::Postgres,
                    why: "the entities would not be those of SQLite".to_owned(),
                });
            }
            all.push(after);
        }
        let given = read::entities(&tree.files).map_err(EvolveError::Files)?;
        let left = leftovers(&given, &self.current, &self.start.edited, &self.start.kinds);
        if !left.refused.is_empty() {
            return Err(EvolveError::Inexpressible(left.refused));
        }
        self.notes.extend(left.notes);
        let irreversible = match &self.draft.down {
            WayBack::None(why) => Some(why.clone()),
            WayBack::Steps(_) => None,
        };
        Ok(Evolution {
            source: source(
                title,
                &self.draft.up,
                &self.draft.down,
                self.sources.sources,
            ),
            edits: self.draft.edits.clone(),
            losses: self.draft.losses.clone(),
            irreversible,
            type_map: (map_text != self.start.map_text).then_some((path, map_text)),
            completed: self.completed(&tree),
            notes: std::mem::take(&mut self.notes),
            after: all,
        })
    }

    /// The schema after the migration, which is proven on the way.
    async fn proven(&mut self, name: &str, place: &Place) -> Result<Schema, EvolveError> {
        let proven = prove_draft(&mut self.draft, name, self.sources, place).await?;
        if let Some(why) = proven.without_rows {
            self.notes.push(format!(
                "tried without rows, because made-up ones do not fit: {why}"
            ));
        }
        Ok(proven.after)
    }

    /// The type map with what a person wrote into the documentation of fields, and the entities
    /// that it gives.
    fn with_documentation(
        &mut self,
        path: &Path,
        after: &Schema,
    ) -> Result<(String, Tree), EvolveError> {
        let text = self.edited_map(path)?;
        let tree = self.generated(path, &text, after.clone())?;
        let given = read::entities(&tree.files).map_err(EvolveError::Files)?;
        let map = parsed(path, &text)?;
        self.map_edits
            .extend(docs::edits(&given, &self.current, &self.start.edited, &map));
        let text = self.edited_map(path)?;
        let tree = self.generated(path, &text, after.clone())?;
        Ok((text, tree))
    }

    fn edited_map(&self, path: &Path) -> Result<String, EvolveError> {
        map_edits::edited(&self.start.map_text, &self.map_edits).map_err(|why| {
            EvolveError::TypeMap {
                path: path.to_owned(),
                why,
            }
        })
    }

    fn generated(&self, path: &Path, map: &str, schema: Schema) -> Result<Tree, EvolveError> {
        let map = parsed(path, map)?;
        of_schema(schema, &map).map_err(|error| misfit(path, error))
    }

    /// The files that are not to the byte as they were edited.
    fn completed(&self, tree: &Tree) -> Vec<String> {
        let names: BTreeSet<&String> = tree.files.keys().chain(self.start.files.keys()).collect();
        let differs = |name: &&&String| tree.files.get(**name) != self.start.files.get(**name);
        names
            .iter()
            .filter(differs)
            .map(|name| (*name).clone())
            .collect()
    }
}

fn parsed(path: &Path, text: &str) -> Result<TypeMap, EvolveError> {
    TypeMap::parse(text).map_err(|problems| misfit(path, GenerateError::TypeMap(problems)))
}

fn misfit(path: &Path, error: GenerateError) -> EvolveError {
    match error {
        GenerateError::TypeMap(problems) => EvolveError::Entities(EntitiesError::TypeMap {
            path: path.to_owned(),
            problems,
        }),
        other => EvolveError::Generate(other),
    }
}

/// The schema that the migrations make.
///
/// # Errors
/// [`EvolveError`] if they do not run on a scratch database.
pub async fn planned(sources: &Sources<'_>) -> Result<Schema, EvolveError> {
    let scratch = Scratch::open(&Place::Sqlite).await?;
    let settings = Settings::new(sources.convention);
    let ran = run::up(
        scratch.connection(),
        sources.migrations,
        Goal::All,
        &settings,
    )
    .await;
    let schema = match ran {
        Ok(_) => inspect::schema(scratch.connection())
            .await
            .map_err(EvolveError::from),
        Err(error) => Err(EvolveError::Migrate(error)),
    };
    scratch.close().await?;
    schema
}

/// The files of the domains, by their paths from the source folder: the folders that the type map
/// lists, and others that hold a model.
fn files_of(source: &Path, map: &TypeMap) -> Result<BTreeMap<String, String>, EvolveError> {
    let mut files = BTreeMap::new();
    for folder in entries(source)?.into_iter().filter(|path| path.is_dir()) {
        let Some(domain) = folder.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let mut own = BTreeMap::new();
        for path in entries(&folder)? {
            let Some(name) = path
                .file_name()
                .and_then(|name| name.to_str())
                .filter(|name| name.ends_with(".rs"))
            else {
                continue;
            };
            let text = fs::read_to_string(&path).map_err(|source| EvolveError::File {
                path: path.clone(),
                source,
            })?;
            own.insert(format!("{domain}/{name}"), text);
        }
        let is_listed = map.names().any(|known| known == domain);
        if is_listed || own.values().any(|text| text.contains("table_name")) {
            files.extend(own);
        }
    }
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, EvolveError> {
    let failed = |source| EvolveError::File {
        path: folder.to_owned(),
        source,
    };
    let entries = fs::read_dir(folder).map_err(failed)?;
    entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(failed)
}
