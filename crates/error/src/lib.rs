//! What every error of a library here says about itself, so that a boundary (HTTP, the command
//! line) can answer without knowing the library.
//!
//! ```
//! use std::fmt;
//! use groundwork_error::{DomainError, Kind};
//!
//! #[derive(Debug)]
//! struct LampNotFound;
//!
//! impl fmt::Display for LampNotFound {
//!     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
//!         f.write_str("there is no such lamp")
//!     }
//! }
//!
//! impl std::error::Error for LampNotFound {}
//!
//! impl DomainError for LampNotFound {
//!     fn kind(&self) -> Kind {
//!         Kind::NotFound
//!     }
//!
//!     fn code(&self) -> &'static str {
//!         "LAMP_NOT_FOUND"
//!     }
//! }
//! ```

use std::error::Error;

/// What kind of situation an error is. A boundary turns kinds into status or exit codes; nothing
/// else does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What was asked for does not exist (any more).
    NotFound,
    /// The request is sound, but not in the present state; asking again later may work.
    Conflict,
    /// What was to be made exists already; asking again will not help.
    AlreadyExists,
    /// The request itself is wrong and will stay so.
    Invalid,
    /// The call is wrong, such as an argument that names nothing, or several things.
    Usage,
    /// The request is larger than a limit allows.
    TooLarge,
    /// Who asks is not known.
    Unauthenticated,
    /// Who asks is known and may not.
    Forbidden,
    /// Something that is needed (a database, a disk) cannot be reached at present.
    Unavailable,
    /// No space is left to store something in; freeing some helps.
    Full,
    /// A time limit ran out.
    TimedOut,
    /// The configuration is wrong.
    Configuration,
    /// What was stored is not there any more as it was stored. The caller learns that; where it
    /// is kept is for the log.
    Damaged,
    /// A fault of the program; details are for its log, never for the caller.
    Internal,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::NotFound,
        Self::Conflict,
        Self::AlreadyExists,
        Self::Invalid,
        Self::Usage,
        Self::TooLarge,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::Unavailable,
        Self::Full,
        Self::TimedOut,
        Self::Configuration,
        Self::Damaged,
        Self::Internal,
    ];

    /// The code of an error that has none of its own.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::AlreadyExists => "ALREADY_EXISTS",
            Self::Invalid => "INVALID",
            Self::Usage => "USAGE",
            Self::TooLarge => "TOO_LARGE",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::Unavailable => "UNAVAILABLE",
            Self::Full => "FULL",
            Self::TimedOut => "TIMED_OUT",
            Self::Configuration => "CONFIGURATION",
            Self::Damaged => "DAMAGED",
            Self::Internal => "INTERNAL",
        }
    }
}

/// An error of a library, described in terms that every boundary understands.
pub trait DomainError: Error + Send + Sync + 'static {
    /// The kind of situation.
    fn kind(&self) -> Kind;

    /// A stable code in capitals, such as `PROJECT_NOT_FOUND`, for programs to branch on.
    fn code(&self) -> &'static str {
        self.kind().code()
    }

    /// The field of the request that is at fault; `None` where no single one is.
    fn field(&self) -> Option<&str> {
        None
    }
}
