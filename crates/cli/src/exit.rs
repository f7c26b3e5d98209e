//! Exit codes. They are decided here alone.

use groundwork_core::error::Kind;

/// How a process ends that did not succeed (`sysexits.h` where it has a code).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: the reader of the output has left, as `head` does when it has seen enough.
    ReaderGone,
    /// 1: a check found something.
    Found,
    /// 2: the command line is wrong.
    Usage,
    /// 65: the input is wrong (`EX_DATAERR`).
    BadInput,
    /// 69: something that is needed is not available (`EX_UNAVAILABLE`).
    Unavailable,
    /// 70: a fault of the program (`EX_SOFTWARE`).
    Internal,
    /// 75: it may work later (`EX_TEMPFAIL`).
    TryAgain,
    /// 78: the configuration is wrong (`EX_CONFIG`).
    Configuration,
    /// 128 and the number of the signal that ended it.
    Signal(u8),
}

impl Exit {
    /// The code that the process returns.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::ReaderGone => 0,
            Self::Found => 1,
            Self::Usage => 2,
            Self::BadInput => 65,
            Self::Unavailable => 69,
            Self::Internal => 70,
            Self::TryAgain => 75,
            Self::Configuration => 78,
            Self::Signal(number) => 128_u8.saturating_add(number),
        }
    }
}

impl From<Kind> for Exit {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Usage => Self::Usage,
            Kind::NotFound | Kind::AlreadyExists | Kind::Invalid | Kind::TooLarge => Self::BadInput,
            Kind::Unauthenticated
            | Kind::Forbidden
            | Kind::Unavailable
            | Kind::Damaged
            | Kind::Full => Self::Unavailable,
            Kind::Conflict | Kind::TimedOut => Self::TryAgain,
            Kind::Configuration => Self::Configuration,
            Kind::Internal => Self::Internal,
        }
    }
}
