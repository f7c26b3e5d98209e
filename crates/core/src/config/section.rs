//! What a section of settings is, so that a program can have its own.

use super::{keys::Keys, reader::Reader};

/// A section of settings: its keys with their defaults, and how they are read and checked.
///
/// [The module](super) shows one with a secret, and how a program reads it.
///
/// ```
/// use std::time::Duration;
/// use groundwork_core::config::{self, Keys, Namespace, Section, Sources};
///
/// struct Mail {
///     sender: String,
///     retry_delay: Duration,
/// }
///
/// impl Section for Mail {
///     const NAME: &'static str = "mail";
///
///     const DEFAULTS: &'static str = "\
/// ## From whom messages come.
/// sender: shop@shop.example
/// ## How long to wait before a message is sent again.
/// retry_delay_s: 30
/// ";
///
///     fn read(keys: &mut Keys<'_>) -> Option<Self> {
///         let has_at = |text: &str| text.contains('@').then(|| text.to_owned());
///         let sender = keys.parsed("sender", "an address with an @", has_at);
///         let retry_delay = keys.seconds("retry_delay_s", 1..=3_600);
///         Some(Self {
///             sender: sender?,
///             retry_delay: retry_delay?,
///         })
///     }
/// }
///
/// let sources = Sources::new(Namespace::new("shop"));
/// let mail = config::load::<Mail>(&sources).expect("the defaults are right").config.own;
/// assert_eq!((mail.sender.as_str(), mail.retry_delay.as_secs()), ("shop@shop.example", 30));
///
/// let wrong = sources.with_variable("SHOP_MAIL__SENDER", "nobody");
/// assert!(config::load::<Mail>(&wrong).is_err());
/// ```
pub trait Section: Sized {
    /// The section's name in files and keys: lower-case letters, digits and `_`.
    const NAME: &'static str;

    /// The keys of the section as YAML, each with its default, and above it a comment that says
    /// what it means; the unit is part of the name, as in `lease_s`. In the text `{program}` is
    /// replaced by the program's name. A key that is not in here does not exist.
    const DEFAULTS: &'static str;

    /// Reads and checks the values. `None` after a problem was reported: call every method of
    /// [`Keys`] before the first `?`, so that all problems are found at once.
    fn read(keys: &mut Keys<'_>) -> Option<Self>;
}

/// The sections that a program adds to those of [`Config`](super::Config): none, one, or several
/// in a tuple of two, `(A, (B, C))`.
pub trait Sections: Sized {
    /// Reads each section.
    #[doc(hidden)]
    fn read(reader: &mut Reader) -> Option<Self>;

    /// Adds name and defaults of each section.
    #[doc(hidden)]
    fn defaults(sections: &mut Vec<(&'static str, &'static str)>);
}

impl Sections for () {
    fn read(_: &mut Reader) -> Option<Self> {
        Some(())
    }

    fn defaults(_: &mut Vec<(&'static str, &'static str)>) {}
}

impl<T: Section> Sections for T {
    fn read(reader: &mut Reader) -> Option<Self> {
        <T as Section>::read(&mut Keys::new(reader, T::NAME))
    }

    fn defaults(sections: &mut Vec<(&'static str, &'static str)>) {
        sections.push((T::NAME, T::DEFAULTS));
    }
}

impl<A: Sections, B: Sections> Sections for (A, B) {
    fn read(reader: &mut Reader) -> Option<Self> {
        let (a, b) = (A::read(reader), B::read(reader));
        Some((a?, b?))
    }

    fn defaults(sections: &mut Vec<(&'static str, &'static str)>) {
        A::defaults(sections);
        B::defaults(sections);
    }
}
