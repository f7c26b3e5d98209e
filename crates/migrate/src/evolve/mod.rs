//! Migrations from edited entities: a person edits `entity/src`, and the change of the schema that
//! gives such entities is written as a migration.
//!
//! Entities are a function of the schema and of `entities.toml`. Both the edited files and those
//! that the migrations give are read into one model (`read`), and compared (`compare`): what
//! entities cannot say, such as a check or a trigger, takes no part and stays as it is. The edits
//! become calls of `Table` and `Alter` (`plan`), those become text (`render`), and both ways
//! are run on scratch databases with rows (`prove`) before anything is kept.

mod catalog;
mod compare;
mod decide;
mod docs;
mod edit;
mod error;
mod evolution;
mod kinds;
mod leftover;
mod map_edits;
mod model;
mod order;
mod plan;
mod prove;
mod read;
mod rename;
mod render;
mod restore;
mod single;
mod step;
mod way_back;

pub use decide::{Answer, Decisions, Question};
pub use edit::Edit;
pub use error::EvolveError;
pub use evolution::{Evolution, Sources, differences, evolve, planned};
pub(crate) use kinds::{Kinds, kind_of_word, literal_of, word};
pub use model::Key;
pub(crate) use plan::Draft;
pub(crate) use prove::prove_draft;
pub use read::Fault;
pub(crate) use render::source;
pub(crate) use single::{dropped_column, dropped_table, renamed_column};
pub(crate) use step::{Call, Step, WayBack, leaked, leaked_list, leaked_parts};
