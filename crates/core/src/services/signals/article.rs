//! An article as it comes in, and the rules for it. They are checked while its JSON is read, so
//! that an error knows its position in the text.

use std::{borrow::Cow, fmt};

use chrono::{DateTime, Datelike as _, Utc};
use entity::signals::EntityCategory;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Unexpected, Visitor, value::MapAccessDeserializer},
};
use url::Url;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

/// The most bytes of an external id.
const EXTERNAL_ID_BYTES: usize = 512;
/// The most bytes of a URL.
const URL_BYTES: usize = 2_048;
/// The most characters of an entity's name.
const NAME_CHARS: usize = 200;

/// An article that is to be stored, with what it mentions.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateArticle {
    /// What its source calls it: 1 to 512 bytes.
    pub external_id: String,
    /// Where it is: an http or https URL of at most 2,048 bytes.
    pub url: String,
    /// What it is called; not blank.
    pub title: String,
    /// Who published it.
    pub source_name: Option<String>,
    /// Its text.
    pub content: Option<String>,
    /// When it was published, to the microsecond, in the years 1 to 9999.
    pub published_at: DateTime<Utc>,
    /// How it feels as a whole, from -1 to 1.
    pub sentiment_score: Option<f64>,
    /// What it mentions, each once.
    pub mentions: Vec<CreateMention>,
}

/// A tracked entity that an article mentions.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateMention {
    /// The entity's name: one line of 1 to 200 characters.
    pub name: String,
    /// How the article feels about it, from -1 to 1.
    pub sentiment_score: f64,
    /// What the entity is, if it is not tracked yet.
    pub category: Option<EntityCategory>,
}

/// An article to be stored, with what it mentions. It is known by its external id and by its URL.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Fields {
    /// What its source calls it: one line of at most 512 bytes.
    #[serde(deserialize_with = "external_id")]
    #[schema(min_length = 1, max_length = 512, example = "article-17")]
    external_id: String,
    /// Where it is: an http or https URL of at most 2,048 bytes.
    #[serde(deserialize_with = "url")]
    #[schema(format = "uri", max_length = 2048, example = "https://news.example/17")]
    url: String,
    /// What it is called; not blank.
    #[serde(deserialize_with = "title")]
    #[schema(min_length = 1, example = "Quillon 2 is out")]
    title: String,
    /// Who published it.
    #[serde(default, deserialize_with = "optional_text")]
    #[schema(example = "The Paper")]
    source_name: Option<String>,
    /// Its text.
    #[serde(default, deserialize_with = "optional_text")]
    #[schema(example = "It is faster.")]
    content: Option<String>,
    /// When it was published, in the years 1 to 9999.
    #[serde(deserialize_with = "instant")]
    published_at: DateTime<Utc>,
    /// How it feels as a whole.
    #[serde(default, deserialize_with = "score")]
    #[schema(minimum = -1, maximum = 1, example = 0.4)]
    sentiment_score: Option<f64>,
    /// What it mentions, each once. One without a score needs the article's `sentiment_score`.
    #[schema(value_type = Vec<EntityForms>, example = json!(["Quillon 2"]))]
    entities: Vec<Entity>,
}

/// An entity of an article's JSON: a name, or an object.
struct Entity {
    name: String,
    score: Option<f64>,
    category: Option<EntityCategory>,
}

/// An entity that an article mentions: its name, or an object.
#[derive(ToSchema)]
#[schema(as = CreateMention)]
#[serde(untagged)]
#[expect(dead_code, reason = "only describes the two forms")]
enum EntityForms {
    /// Its name alone; the article's `sentiment_score` is its score.
    Name(String),
    /// An object.
    Object(EntityFields),
}

/// An entity that an article mentions, with what is said of it.
#[derive(Deserialize, ToSchema)]
#[schema(as = MentionedEntity)]
#[serde(deny_unknown_fields)]
struct EntityFields {
    /// Its name: one line of 1 to 200 characters.
    #[serde(deserialize_with = "name")]
    #[schema(min_length = 1, example = "Quillon 2")]
    name: String,
    /// How the article feels about it; may also be called `sentiment_score`.
    #[serde(default, alias = "sentiment_score", deserialize_with = "score")]
    #[schema(minimum = -1, maximum = 1, example = 0.4)]
    score: Option<f64>,
    /// What it is, if it is not tracked yet.
    #[serde(default, deserialize_with = "category")]
    category: Option<EntityCategory>,
}

impl PartialSchema for CreateArticle {
    fn schema() -> RefOr<Schema> {
        Fields::schema()
    }
}

impl ToSchema for CreateArticle {
    fn name() -> Cow<'static, str> {
        "CreateArticle".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Fields::schemas(schemas);
    }
}

impl TryFrom<Fields> for CreateArticle {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, String> {
        let mut mentions: Vec<CreateMention> = Vec::with_capacity(fields.entities.len());
        for (place, entity) in fields.entities.into_iter().enumerate() {
            if mentions.iter().any(|known| known.name == entity.name) {
                return Err(format!("entities[{place}] repeats {:?}", entity.name));
            }
            let score = entity.score.or(fields.sentiment_score).ok_or_else(|| {
                format!(
                    "entities[{place}] has no score, and the article has no sentiment_score that \
                     could stand for it"
                )
            })?;
            mentions.push(CreateMention {
                name: entity.name,
                sentiment_score: score,
                category: entity.category,
            });
        }
        Ok(Self {
            external_id: fields.external_id,
            url: fields.url,
            title: fields.title,
            source_name: fields.source_name,
            content: fields.content,
            published_at: fields.published_at,
            sentiment_score: fields.sentiment_score,
            mentions,
        })
    }
}

impl<'de> Deserialize<'de> for CreateArticle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ArticleVisitor)
    }
}

/// Takes objects only; what is derived takes arrays too.
struct ArticleVisitor;

impl<'de> Visitor<'de> for ArticleVisitor {
    type Value = CreateArticle;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an article, which is an object with external_id, url, title and so on")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CreateArticle, A::Error> {
        let fields = Fields::deserialize(MapAccessDeserializer::new(map))?;
        fields.try_into().map_err(A::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Entity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntityVisitor)
    }
}

struct EntityVisitor;

impl<'de> Visitor<'de> for EntityVisitor {
    type Value = Entity;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name, or an object with name, score and category")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Entity, E> {
        Ok(Entity {
            name: checked_name(text).map_err(E::custom)?,
            score: None,
            category: None,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entity, A::Error> {
        let fields = EntityFields::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Entity {
            name: fields.name,
            score: fields.score,
            category: fields.category,
        })
    }
}

fn external_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    one_line("external_id", &text, EXTERNAL_ID_BYTES, text.len(), "bytes")
        .map_err(D::Error::custom)?;
    Ok(text)
}

fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    one_line("url", &text, URL_BYTES, text.len(), "bytes").map_err(D::Error::custom)?;
    let is_web = Url::parse(&text).is_ok_and(|url| ["http", "https"].contains(&url.scheme()));
    if !is_web {
        let problem = format!("url is no http or https URL: {text:?}");
        return Err(D::Error::custom(problem));
    }
    Ok(text)
}

fn title<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = without_nul(String::deserialize(deserializer)?).map_err(D::Error::custom)?;
    if text.trim().is_empty() {
        return Err(D::Error::custom("title must not be blank"));
    }
    Ok(text)
}

fn optional_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(without_nul).transpose().map_err(D::Error::custom)
}

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    checked_name(&text).map_err(D::Error::custom)
}

/// The name of an entity without the blanks around it.
pub(super) fn checked_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    one_line("name", name, NAME_CHARS, name.chars().count(), "characters")?;
    Ok(name.to_owned())
}

fn category<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<EntityCategory>, D::Error> {
    Option::deserialize(deserializer)
}

fn score<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let score = Option::<f64>::deserialize(deserializer)?;
    match score {
        Some(score) if !(-1.0..=1.0).contains(&score) => Err(D::Error::invalid_value(
            Unexpected::Float(score),
            &"a score from -1 to 1",
        )),
        score => Ok(score),
    }
}

fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_instant(&text).map_err(D::Error::custom)
}

/// An instant of RFC 3339, in whole microseconds: what both engines store.
fn parse_instant(text: &str) -> Result<DateTime<Utc>, String> {
    let instant = DateTime::parse_from_rfc3339(text)
        .map_err(|error| format!("{text:?} is no instant such as 2026-05-01T12:00:00Z: {error}"))?;
    DateTime::from_timestamp_micros(instant.timestamp_micros())
        .filter(|instant| (1..=9999).contains(&instant.year()))
        .ok_or_else(|| format!("{text:?} is not in the years 1 to 9999"))
}

fn without_nul(text: String) -> Result<String, &'static str> {
    match text.contains('\0') {
        true => Err("a text contains a NUL character (U+0000), which cannot be stored"),
        false => Ok(text),
    }
}

fn one_line(field: &str, text: &str, most: usize, length: usize, unit: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err(format!("{field} must not be blank"));
    }
    if length > most {
        return Err(format!(
            "{field} has {length} {unit}; at most {most} are allowed"
        ));
    }
    match text.chars().find(|c| c.is_control()) {
        Some(control) => Err(format!(
            "{field} must not contain control characters, but contains U+{:04X}",
            u32::from(control)
        )),
        None => Ok(()),
    }
}
