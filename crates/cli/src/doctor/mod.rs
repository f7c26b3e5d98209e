//! `doctor`: looks at everything that the program needs, changes nothing that is stored, and says
//! what to do. A program adds checks of its own.

mod database;
mod files;
mod report;
mod run;
mod subject;

pub(crate) use self::run::run;
pub use self::{
    files::{check_files, check_stored_files},
    report::{Check, Outcome, Part, Report},
    subject::{DatabaseState, Subject},
};
