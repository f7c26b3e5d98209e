//! Configuration: one typed value from many layers, each value with its origin.
//!
//! From strong to weak: flags, the environment (`GROUNDWORK_DATABASE__URL`, `__` between section
//! and key; also `DATABASE_URL`, which yields to the former), `.env`, `config/{environment}.yaml`
//! and `config/default.yaml`. Beneath each file on disk is one of the same name that is embedded in
//! the program: it runs alone, and a file on disk needs to name only what it changes. The embedded
//! `default.yaml` ([`default_yaml`]) is the list of all keys that exist.
//!
//! The crate `config` lays the layers over each other. They are read by sources of ours, which give
//! each value its line of the file or its variable: every message names the place, and all faults
//! come at once.
//!
//! # A program with settings of its own
//!
//! A program has a [`Namespace`], and with it a prefix for its variables. To the sections of
//! [`Config`] it adds its own: types that are a [`Section`]. A misspelt key, `.env`, variables, `--set` and
//! the command `config` work for them as for all others.
//!
//! ```
//! use groundwork_core::config::{
//!     self, Keys, Loaded, Namespace, SecretString, Section, Sources,
//! };
//!
//! struct Shop {
//!     max_items: u32,
//!     payment_key: SecretString,
//! }
//!
//! impl Section for Shop {
//!     const NAME: &'static str = "shop";
//!
//!     const DEFAULTS: &'static str = "\
//! ## The most items of an order.
//! max_items: 20
//! ## With what the payment service knows us; there is no default.
//! payment_key: null
//! ";
//!
//!     fn read(keys: &mut Keys<'_>) -> Option<Self> {
//!         let max_items = keys.integer("max_items", 1..=1_000);
//!         let payment_key = keys.secret("payment_key", "the key of the payment service");
//!         Some(Self {
//!             max_items: max_items?,
//!             payment_key: payment_key?,
//!         })
//!     }
//! }
//!
//! # fn main() -> Result<(), config::ConfigErrors> {
//! // A program takes `Sources::from_process(Namespace::new("shop"))`, and adds its flags.
//! let sources = Sources::new(Namespace::new("shop"))
//!     .with_variable("SHOP_SHOP__PAYMENT_KEY", "s3cret")
//!     .with_flag("--set shop.max_items", "shop.max_items", "50");
//! let loaded: Loaded<Shop> = config::load(&sources)?;
//! assert_eq!(loaded.config.own.max_items, 50);
//! assert_eq!(loaded.config.database.url.expose(), "sqlite://var/shop.db");
//!
//! let wrong = sources.with_variable("SHOP_SHOP__MAX_ITEM", "7");
//! let errors = config::load::<Shop>(&wrong).err().expect("there is no such variable");
//! assert_eq!(
//!     errors.problems()[0].to_string(),
//!     "environment variable SHOP_SHOP__MAX_ITEM: it sets no key that exists; \
//!      did you mean SHOP_SHOP__MAX_ITEMS?"
//! );
//! # Ok(())
//! # }
//! ```
//!
//! A new key of an existing section takes three lines: in its [`Section::DEFAULTS`], in its struct,
//! and in its [`Section::read`]. [`load()`] refuses a key that is in one of them only.

mod auth;
mod database;
mod database_url;
mod defaults;
mod dotenv;
mod environment;
mod files;
mod http;
mod keys;
mod known;
mod layer;
mod layers;
mod load;
mod loaded;
mod log;
mod mismatch;
mod namespace;
mod near_misses;
mod origin;
mod problem;
mod reader;
mod schema;
mod section;
mod sources;
mod value;
mod variables;
mod yaml;

/// The text of a secret, which never shows, and the trait that gives it out.
pub use secrecy::{ExposeSecret, SecretString};

pub use self::{
    auth::{ApiKey, Auth, InvalidKeyHash, KeyHash},
    database::Database,
    database_url::{DatabaseUrl, InvalidDatabaseUrl, SessionAttributes},
    defaults::default_yaml,
    environment::Environment,
    files::Files,
    http::Http,
    keys::Keys,
    load::load,
    loaded::{Config, Loaded, Setting},
    log::{Log, LogFormat},
    namespace::Namespace,
    origin::Origin,
    problem::{ConfigErrors, Problem},
    reader::Reader,
    schema::schema,
    section::{Section, Sections},
    sources::{EnvironmentFlag, Flag, Sources},
};

#[cfg(test)]
mod tests;
