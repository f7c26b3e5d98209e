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

/// What the hosts of a URL must be to be taken (`target_session_attrs`), as in libpq
/// (<https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionAttributes {
    /// The URL does not say.
    Unsaid,
    /// `any`: the first that answers.
    Any,
    /// `read-write`: one that takes changes.
    ReadWrite,
    /// `primary`: one that is no standby.
    Primary,
    /// `standby` or `read-only`.
    Standby,
}

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
     percent-encoded; several hosts as host1:port1,host2:port2, and target_session_attrs as any, \
     read-write, primary, read-only or standby"
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
            Engine::Postgres => self.redacted_of_postgres(),
        }
    }

    fn redacted_of_postgres(&self) -> String {
        let shown = each_host(self.expose()).next().and_then(|one| {
            let shown: String = redact(Url::parse(&one).ok()?).into();
            let (_, hosts, _) = around_the_hosts(self.expose())?;
            let (before, _, after) = around_the_hosts(&shown)?;
            Some(format!("{before}{hosts}{after}"))
        });
        shown.unwrap_or_else(|| "postgres://***".to_owned())
    }

    /// The same URL once for each of its hosts, password included, without what the driver does not
    /// know: for the driver only.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = String> {
        each_host(self.expose()).map(|url| without(&url, SESSION_ATTRIBUTES))
    }

    /// What a host must be to be taken.
    pub(crate) fn session_attributes(&self) -> SessionAttributes {
        session_attributes(self.expose()).unwrap_or(SessionAttributes::Unsaid)
    }
}

const SESSION_ATTRIBUTES: &str = "target_session_attrs";

/// The parts of a URL around its hosts: scheme and user, hosts, path and parameters.
fn around_the_hosts(url: &str) -> Option<(&str, &str, &str)> {
    let start = url.find("://")? + 3;
    let end = url[start..]
        .find(['/', '?', '#'])
        .map_or(url.len(), |at| start + at);
    let hosts = url[start..end]
        .rfind('@')
        .map_or(start, |at| start + at + 1);
    Some((&url[..hosts], &url[hosts..end], &url[end..]))
}

fn each_host(url: &str) -> impl Iterator<Item = String> {
    let (before, hosts, after) = around_the_hosts(url).unwrap_or((url, "", ""));
    hosts
        .split(',')
        .map(|host| format!("{before}{host}{after}"))
        .collect::<Vec<_>>()
        .into_iter()
}

/// A URL without one of its parameters.
fn without(url: &str, parameter: &str) -> String {
    let Some((path, query)) = url.split_once('?') else {
        return url.to_owned();
    };
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| pair.split('=').next() != Some(parameter))
        .collect();
    match kept.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", kept.join("&")),
    }
}

/// What the hosts must be; `None` if the word is not known.
fn session_attributes(url: &str) -> Option<SessionAttributes> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let named = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut words = named.filter(|(name, _)| *name == SESSION_ATTRIBUTES);
    Some(match words.next_back().map(|(_, word)| word) {
        None => SessionAttributes::Unsaid,
        Some("any") => SessionAttributes::Any,
        Some("read-write") => SessionAttributes::ReadWrite,
        Some("primary") => SessionAttributes::Primary,
        Some("standby" | "read-only") => SessionAttributes::Standby,
        Some(_) => return None,
    })
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
                let is_sound = each_host(text).all(|one| Url::parse(&one).is_ok());
                if !is_sound || session_attributes(text).is_none() {
                    return Err(InvalidDatabaseUrl);
                }
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
    fn several_hosts_are_one_url_each() {
        let text = "postgres://ada:s%40crt@a:1,b:2,[::1]:3/media\
                    ?sslmode=require&target_session_attrs=read-write";
        let url: DatabaseUrl = text.parse().unwrap();
        assert_eq!(
            url.hosts().collect::<Vec<_>>(),
            [
                "postgres://ada:s%40crt@a:1/media?sslmode=require",
                "postgres://ada:s%40crt@b:2/media?sslmode=require",
                "postgres://ada:s%40crt@[::1]:3/media?sslmode=require",
            ]
        );
        assert_eq!(url.session_attributes(), SessionAttributes::ReadWrite);
        assert_eq!(redacted(text), text.replace("s%40crt", "***"));
        let one: DatabaseUrl = "postgres:///media?host=/run".parse().unwrap();
        assert_eq!(
            one.hosts().collect::<Vec<_>>(),
            ["postgres:///media?host=/run"]
        );
        assert_eq!(one.session_attributes(), SessionAttributes::Unsaid);
    }

    #[test]
    fn other_databases_are_refused() {
        for text in [
            "",
            "mysql://localhost/media",
            "sqlite://",
            "var/media.db",
            "postgres://h:x/",
            "postgres://a:1,b:x/media",
            "postgres://a,b/media?target_session_attrs=fastest",
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
