//! What every domain error tells about itself, so that a boundary (HTTP, the command line) can
//! answer without knowing the domain.

use std::error::Error;

/// What kind of situation an error is. A boundary turns kinds into status or exit codes; nothing
/// else does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What was asked for does not exist (any more).
    NotFound,
    /// The request is sound, but not in the present state; asking again later may work.
    Conflict,
    /// The request itself is wrong and will stay so.
    Invalid,
    /// The request is larger than a limit allows.
    TooLarge,
    /// Who asks is not known.
    Unauthenticated,
    /// Who asks is known and may not.
    Forbidden,
    /// Something that is needed (a database, a disk) cannot be reached or is full at present.
    Unavailable,
    /// A time limit ran out.
    TimedOut,
    /// A fault of the program; details are for its log, never for the caller.
    Internal,
}

/// An error of a domain, told in terms that every boundary understands.
pub trait DomainError: Error + Send + Sync + 'static {
    /// The kind of situation.
    fn kind(&self) -> Kind;

    /// A stable code in capitals, such as `PROJECT_NOT_FOUND`, for programs to branch on.
    fn code(&self) -> &'static str;

    /// The field of the request that is at fault; `None` where no single one is.
    fn field(&self) -> Option<&str> {
        None
    }
}
