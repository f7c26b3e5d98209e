//! `/api/entities`, `/api/articles` and `/api/sentiment`: what is read.

use acceptance::{Engine, on_both_engines};
use entity::signals::{
    ArticleId, Period, TrackedEntityId, article_mentions, articles, sentiment_timeseries,
};
use groundwork_core::clock::Clock;
use sea_orm::{ActiveValue::Set, Database, EntityTrait as _};
use serde_json::json;

use super::api::{Api, NOBODY};

impl Api {
    async fn given_entity(&self, name: &str) -> String {
        let body = json!({"name": name, "category": "model"});
        self.post("/api/entities", &body).await.id(201)
    }

    /// Articles of an entity at noon of the first days of May, and their points.
    async fn given_articles(&self, entity: &str, scores: &[f64]) {
        let entity: TrackedEntityId = entity.parse().unwrap();
        let db = Database::connect(self.home.database_url()).await.unwrap();
        for (day, score) in (1..).zip(scores) {
            let id = ArticleId::from(Clock::system().new_id());
            let at = |hour| format!("2026-05-0{day}T{hour}:00:00Z").parse().unwrap();
            let article = articles::ActiveModel {
                id: Set(id),
                external_id: Set(format!("{entity}-{day}")),
                url: Set(format!("https://news.example/{entity}/{day}")),
                title: Set("Title".to_owned()),
                source_name: Set(None),
                content: Set(Some("Text".to_owned())),
                published_at: Set(at("12")),
                sentiment_score: Set(Some(*score)),
            };
            let mention = article_mentions::ActiveModel {
                article_id: Set(id),
                tracked_entity_id: Set(entity),
                published_at: Set(at("12")),
                sentiment_score: Set(*score),
            };
            let point = sentiment_timeseries::ActiveModel {
                tracked_entity_id: Set(entity),
                period: Set(Period::Daily),
                starts_at: Set(at("00")),
                mean: Set(*score),
                min: Set(*score),
                max: Set(*score),
                std: Set(0.0),
                article_count: Set(1),
            };
            let article = articles::Entity::insert(article);
            article.exec_without_returning(&db).await.unwrap();
            let mention = article_mentions::Entity::insert(mention);
            mention.exec_without_returning(&db).await.unwrap();
            let point = sentiment_timeseries::Entity::insert(point);
            point.exec_without_returning(&db).await.unwrap();
        }
        db.close().await.unwrap();
    }
}

#[on_both_engines]
async fn entities_are_tracked_listed_and_shown(engine: Engine) {
    let api = Api::start(engine).await;
    let body = json!({"name": "Ostler", "category": "tool"});
    let made = api.post("/api/entities", &body).await;
    let entity = made.with(201);
    let path = made.header("location").to_owned();
    assert_eq!(api.get(&path).await.with(200), entity);
    assert_eq!(
        (&entity["name"], &entity["category"]),
        (&json!("Ostler"), &json!("tool"))
    );
    let taken = api
        .post("/api/entities", &body)
        .await
        .refuses(409, "ENTITY_EXISTS");
    assert_eq!(taken["field"], "name");

    api.given_entity("Quillon 2").await;
    let all = api.get("/api/entities?limit=1").await.with(200);
    assert_eq!(all["items"][0]["name"], "Quillon 2");
    let next = all["next"].as_str().unwrap();
    let rest = api
        .get(&format!("/api/entities?after={next}"))
        .await
        .with(200);
    assert_eq!(rest, json!({"items": [entity], "next": null}));
    let tools = api.get("/api/entities?category=tool").await.with(200);
    assert_eq!(tools["items"].as_array().unwrap().len(), 1);

    for (field, body) in [
        ("name", json!({"name": " x", "category": "tool"})),
        ("name", json!({"category": "tool"})),
        ("category", json!({"name": "x", "category": "toy"})),
        (
            "colour",
            json!({"name": "x", "category": "tool", "colour": "red"}),
        ),
    ] {
        let refused = api.post("/api/entities", &body).await;
        assert_eq!(refused.refuses(422, "VALIDATION_FAILED")["field"], field);
    }
}

#[on_both_engines]
async fn the_sentiment_of_an_entity_is_read_and_drawn(engine: Engine) {
    let api = Api::start(engine).await;
    let entity = api.given_entity("Quillon <2>").await;
    api.given_articles(&entity, &[0.5, -0.25, 0.125]).await;
    let path = format!("/api/entities/{entity}/sentiment");
    let series = api.get(&path).await.with(200);
    assert_eq!(series["entity"]["id"], entity);
    assert_eq!(
        (&series["period"], &series["to"]),
        (&json!("daily"), &json!("2026-05-04T00:00:00Z"))
    );
    assert_eq!(series["points"].as_array().unwrap().len(), 3);
    let range = "?from=2026-05-02&to=2026-05-05&fill=true&period=daily";
    let series = api.get(&format!("{path}{range}")).await.with(200);
    let means: Vec<_> = series["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["mean"])
        .collect();
    assert_eq!(
        means,
        [&json!(-0.25), &json!(0.125), &json!(null), &json!(null)]
    );

    let chart = api.get(&format!("{path}.svg{range}")).await;
    assert_eq!(
        (chart.status, chart.header("content-type")),
        (200, "image/svg+xml")
    );
    assert!(
        chart
            .header("content-security-policy")
            .contains("default-src 'none'")
    );
    let svg = String::from_utf8(chart.body.to_vec()).unwrap();
    assert!(
        svg.starts_with("<svg") && svg.contains("Quillon &lt;2&gt;"),
        "{svg}"
    );
    assert!(svg.contains("2 May 2026 to 5 May 2026"), "{svg}");

    for (field, query) in [
        ("period", "period=weekly"),
        ("from", "from=yesterday"),
        ("from", "from=2026-05-02&to=2026-05-01"),
        ("to", "to=2026-02-30"),
        ("to", "to=2026-02-03T10:00:00"),
        ("fill", "fill=perhaps"),
    ] {
        for suffix in ["", ".svg"] {
            let refused = api.get(&format!("{path}{suffix}?{query}")).await;
            assert_eq!(
                refused.refuses(422, "VALIDATION_FAILED")["field"],
                field,
                "{query}"
            );
        }
    }
}

#[on_both_engines]
async fn entities_are_compared_and_movers_named(engine: Engine) {
    let api = Api::start(engine).await;
    let one = api.given_entity("Quillon 2").await;
    let two = api.given_entity("Varrow Large").await;
    api.given_articles(&one, &[0.5, -0.25]).await;
    api.given_articles(&two, &[0.125, 0.25]).await;
    let path = format!("/api/sentiment?entities={two},{one}&from=2026-05-02");
    let comparison = api.get(&path).await.with(200);
    assert_eq!(comparison["entities"][0]["name"], "Varrow Large");
    assert_eq!(comparison["entities"][1]["points"][0]["mean"], -0.25);
    let movers = api
        .get("/api/sentiment/movers?window=1d&limit=1")
        .await
        .with(200);
    assert_eq!(movers["items"].as_array().unwrap().len(), 1);
    assert_eq!(movers["items"][0]["id"], one);
    assert_eq!(movers["items"][0]["change"], -0.75);

    for (field, path) in [
        ("entities", "/api/sentiment"),
        ("entities", "/api/sentiment?entities="),
        ("entities", "/api/sentiment?entities=Quillon"),
        ("window", "/api/sentiment/movers?window=7"),
        ("at", "/api/sentiment/movers?at=noon"),
        ("limit", "/api/sentiment/movers?limit=0"),
    ] {
        let refused = api.get(path).await.refuses(422, "VALIDATION_FAILED");
        assert_eq!(refused["field"], field, "{path}");
    }
}

#[on_both_engines]
async fn articles_are_listed_and_shown(engine: Engine) {
    let api = Api::start(engine).await;
    let one = api.given_entity("Quillon 2").await;
    let two = api.given_entity("Varrow Large").await;
    api.given_articles(&one, &[0.5, -0.25]).await;
    api.given_articles(&two, &[0.125]).await;
    let mut path = "/api/articles?limit=2".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = api.get(&path).await.with(200);
        seen.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/api/articles?limit=2&after={next}");
    }
    let published: Vec<_> = seen
        .iter()
        .map(|it| it["published_at"].as_str().unwrap())
        .collect();
    let (first, second) = ("2026-05-01T12:00:00Z", "2026-05-02T12:00:00Z");
    assert_eq!(published, [second, first, first]);
    assert!(seen[0].get("content").is_none(), "lists leave texts out");

    let id = seen[0]["id"].as_str().unwrap();
    let article = api.get(&format!("/api/articles/{id}")).await.with(200);
    assert_eq!(article["content"], "Text");
    assert_eq!(article["entities"][0]["name"], "Quillon 2");
    let about = api
        .get(&format!("/api/entities/{one}/articles"))
        .await
        .with(200);
    assert_eq!(about["items"].as_array().unwrap().len(), 2);
    assert_eq!(about["items"][0]["entity_score"], -0.25);

    let foreign = format!("/api/articles?after={}", NOBODY.replace('-', ""));
    let refused = api.get(&foreign).await.refuses(422, "VALIDATION_FAILED");
    assert_eq!(refused["field"], "after");
    for (path, code) in [
        ("/api/articles/{}", "ARTICLE_NOT_FOUND"),
        ("/api/entities/{}", "ENTITY_NOT_FOUND"),
        ("/api/entities/{}/articles", "ENTITY_NOT_FOUND"),
        ("/api/entities/{}/sentiment", "ENTITY_NOT_FOUND"),
        ("/api/entities/{}/sentiment.svg", "ENTITY_NOT_FOUND"),
        ("/api/sentiment?entities={}", "ENTITY_NOT_FOUND"),
    ] {
        api.get(&path.replace("{}", NOBODY))
            .await
            .refuses(404, code);
    }
}
