//! The URL of a database, whose password never shows.

use std::{fmt, str::FromStr};

use ::config::Value;
use groundwork_naming::Engine;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value as Json, json};
use url::Url;

use super::{
    mismatch::{Mismatch, Taken},
    value::{is_nothing, text},
};

/// The URL of a database. `Debug`, `Display` and serialisation hide the password.
#[derive(Clone)]
pub struct DatabaseUrl {
    text: SecretString,
    engine: Engine,
}

/// The text is no URL of a database that is supported. The text itself is not repeated, because it
/// may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "sqlite://PATH, or postgres://user:password@host:port/database with special characters \
     percent-encoded"
)]
pub struct InvalidDatabaseUrl;

impl DatabaseUrl {
    /// Takes what was written, never showing it where it is wrong.
    pub(super) fn take(value: &Value) -> Taken<Self> {
        let url = text(value)
            .ok_or(InvalidDatabaseUrl)
            .and_then(str::parse::<Self>)
            .map_err(|expected| Mismatch::of_secret(value, expected.to_string()))?;
        let shown = json!(url.redacted());
        Ok((url, shown))
    }

    /// As [`take`](Self::take); a missing value is allowed, too.
    pub(super) fn take_optional(value: &Value) -> Taken<Option<Self>> {
        if is_nothing(value) {
            return Ok((None, Json::Null));
        }
        Self::take(value).map(|(url, shown)| (Some(url), shown))
    }

    /// What may be written in a file.
    pub(super) fn schema() -> Json {
        json!({"type": "string", "pattern": "^(sqlite|postgres|postgresql):"})
    }

    /// The engine that it leads to: SQLite for `sqlite://path` and `sqlite:path`, PostgreSQL for
    /// `postgres://…` and `postgresql://…`.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The whole text, password included: for the driver only.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// The text with `***` in place of a password.
    #[must_use]
    pub fn redacted(&self) -> String {
        match self.engine {
            Engine::Sqlite => self.expose().to_owned(),
            Engine::Postgres => Url::parse(self.expose())
                .map_or_else(|_| "postgres://***".to_owned(), |url| redact(url).into()),
        }
    }
}

fn redact(mut url: Url) -> Url {
    if url.password().is_some() {
        // Fails only for URLs that cannot hold a password.
        let _ = url.set_password(Some("***"));
    }
    if url.query().is_some() {
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        url.query_pairs_mut()
            .clear()
            .extend_pairs(pairs.iter().map(|(name, value)| {
                let hidden = name.to_ascii_lowercase().contains("password");
                (name, if hidden { "***" } else { value })
            }));
    }
    url
}

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let engine = match text.split_once(':') {
            Some(("sqlite", path)) if !path.trim_start_matches('/').is_empty() => Engine::Sqlite,
            Some(("postgres" | "postgresql", _)) => {
                Url::parse(text).map_err(|_| InvalidDatabaseUrl)?;
                Engine::Postgres
            }
            _ => return Err(InvalidDatabaseUrl),
        };
        Ok(Self {
            text: text.into(),
            engine,
        })
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({})", self.redacted())
    }
}

impl serde::Serialize for DatabaseUrl {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(text: &str) -> String {
        text.parse::<DatabaseUrl>().unwrap().redacted()
    }

    #[test]
    fn a_password_never_shows() {
        assert_eq!(
            redacted("postgres://ada:s%40crt@db.example:5433/media?sslmode=require"),
            "postgres://ada:***@db.example:5433/media?sslmode=require"
        );
        assert_eq!(
            redacted("postgresql:///media?host=/run/postgresql&password=s3cret"),
            "postgresql:///media?host=%2Frun%2Fpostgresql&password=***"
        );
        let url: DatabaseUrl = "postgres://ada:s3cret@localhost/media".parse().unwrap();
        assert!(!format!("{url} {url:?}").contains("s3cret"));
        assert!(url.expose().contains("s3cret"));
    }

    #[test]
    fn other_databases_are_refused() {
        for text in [
            "",
            "mysql://localhost/media",
            "sqlite://",
            "var/media.db",
            "postgres://h:x/",
        ] {
            assert!(text.parse::<DatabaseUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn sqlite_takes_relative_and_absolute_paths() {
        for text in [
            "sqlite://var/media.db",
            "sqlite:///var/media.db",
            "sqlite:media.db",
        ] {
            assert_eq!(
                text.parse::<DatabaseUrl>().unwrap().engine(),
                Engine::Sqlite
            );
        }
    }
}
