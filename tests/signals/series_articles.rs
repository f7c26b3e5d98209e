//! Entities and articles, as they are listed.

use acceptance::{Engine, on_both_engines};
use groundwork_core::{
    page::{Cursor, Page, PageLimit, PageRequest},
    services::signals::{EntityCategory, SignalsError},
};
use uuid::Uuid;

use super::series_fixture::{NOBODY, SeriesFixture};

fn two(after: Option<Cursor>) -> PageRequest {
    let limit = PageLimit::new(2).unwrap();
    PageRequest { after, limit }
}

/// All items of a list that is read two by two.
async fn all<T>(read: impl AsyncFn(PageRequest) -> Page<T>) -> Vec<T> {
    let (mut items, mut after) = (Vec::new(), None);
    loop {
        let page = read(two(after)).await;
        assert!(page.items.len() <= 2);
        items.extend(page.items);
        // As a client would: by its text.
        let Some(next) = page.next else { return items };
        after = Some(next.to_string().parse().unwrap());
    }
}

#[on_both_engines]
async fn articles_are_listed_newest_first_whenever_they_came_in(engine: Engine) {
    let fixture = SeriesFixture::new(engine).await;
    let entity = fixture.model("Quillon 2").await;
    let other = fixture.model("Varrow Large").await;
    for (name, published_at, mentions) in [
        ("c", "2026-05-01T12:00:00Z", &[(entity, 0.1)][..]),
        (
            "a",
            "2026-05-01T11:59:59.999999Z",
            &[(entity, 0.2), (other, -0.5)],
        ),
        ("d", "2026-05-01T12:00:00Z", &[(entity, 0.3)]),
        ("b", "2026-05-01T12:00:00.000001Z", &[(other, 0.4)]),
        ("e", "1969-07-20T20:17:40Z", &[(entity, 0.5)]),
    ] {
        fixture.article(name, published_at, mentions).await;
    }
    let reader = fixture.db.reader();
    let read = async |page| fixture.signals.list_articles(&reader, page).await.unwrap();
    let names: Vec<_> = all(read)
        .await
        .into_iter()
        .map(|it| it.external_id)
        .collect();
    assert_eq!(names, ["b", "d", "c", "a", "e"]);

    let read = async |page| {
        let page = fixture
            .signals
            .list_articles_about(&reader, entity, page)
            .await;
        page.unwrap()
    };
    let about: Vec<_> = all(read)
        .await
        .into_iter()
        .map(|it| (it.article.external_id, it.entity_score))
        .collect();
    let expected = [("d", 0.3), ("c", 0.1), ("a", 0.2), ("e", 0.5)];
    assert_eq!(
        about,
        expected.map(|(name, score)| (name.to_owned(), score))
    );
}

#[on_both_engines]
async fn a_list_goes_on_where_it_was_also_when_its_last_article_is_gone(engine: Engine) {
    let fixture = SeriesFixture::new(engine).await;
    let mut ids = Vec::new();
    for day in 1..=4 {
        let published_at = format!("2026-05-0{day}T00:00:00Z");
        ids.push(
            fixture
                .article(&format!("a{day}"), &published_at, &[])
                .await,
        );
    }
    let reader = fixture.db.reader();
    let page = fixture
        .signals
        .list_articles(&reader, two(None))
        .await
        .unwrap();
    let work = fixture.db.begin().await.unwrap();
    fixture.signals.remove_article(&work, ids[2]).await.unwrap();
    work.commit().await.unwrap();
    let rest = fixture
        .signals
        .list_articles(&reader, two(page.next))
        .await
        .unwrap();
    let names: Vec<_> = rest
        .items
        .iter()
        .map(|it| it.external_id.as_str())
        .collect();
    assert_eq!(names, ["a2", "a1"]);

    let foreign = two(Some(Cursor::after(ids[0].into())));
    let refused = fixture.signals.list_articles(&reader, foreign).await;
    assert!(matches!(refused, Err(SignalsError::InvalidValue { field, .. }) if field == "after"));
}

#[on_both_engines]
async fn an_article_is_shown_with_all_that_it_mentions(engine: Engine) {
    let fixture = SeriesFixture::new(engine).await;
    let entity = fixture.model("Quillon 2").await;
    let other = fixture.model("Varrow Large").await;
    let mentions = [(entity, 0.25), (other, -0.5)];
    let id = fixture
        .article("a", "2026-05-01T12:00:00Z", &mentions)
        .await;
    fixture
        .article("b", "2026-05-01T12:00:00Z", &[(entity, 1.0)])
        .await;
    let reader = fixture.db.reader();
    let shown = fixture.signals.article(&reader, id).await.unwrap();
    assert_eq!(shown.content.as_deref(), Some("It works."));
    assert_eq!(shown.article.external_id, "a");
    let mentioned: Vec<_> = shown
        .entities
        .iter()
        .map(|it| (it.name.as_str(), it.sentiment_score))
        .collect();
    assert_eq!(mentioned, [("Quillon 2", 0.25), ("Varrow Large", -0.5)]);

    let nobody = NOBODY.parse::<Uuid>().unwrap();
    let unknown = fixture.signals.article(&reader, nobody.into()).await;
    assert!(matches!(unknown, Err(SignalsError::ArticleNotFound { .. })));
    let unknown = fixture
        .signals
        .list_articles_about(&reader, nobody.into(), two(None))
        .await;
    assert!(matches!(unknown, Err(SignalsError::EntityNotFound { .. })));
}

#[on_both_engines]
async fn entities_are_tracked_once_and_found_by_name(engine: Engine) {
    let fixture = SeriesFixture::new(engine).await;
    for name in ["Quillon 2", "Varrow Large", "Brindle"] {
        fixture.model(name).await;
    }
    let tool = fixture
        .try_add("Ostler", EntityCategory::Tool)
        .await
        .unwrap();
    let again = fixture.try_add("Ostler", EntityCategory::Model).await;
    assert!(matches!(again, Err(SignalsError::EntityExists { name }) if name == "Ostler"));
    let blank = fixture.try_add(" ", EntityCategory::Model).await;
    assert!(matches!(blank, Err(SignalsError::InvalidValue { .. })));

    let reader = fixture.db.reader();
    let read = async |page| {
        fixture
            .signals
            .list_entities(&reader, None, page)
            .await
            .unwrap()
    };
    let names: Vec<_> = all(read).await.into_iter().map(|it| it.name).collect();
    assert_eq!(names, ["Ostler", "Brindle", "Varrow Large", "Quillon 2"]);
    let category = Some(EntityCategory::Tool);
    let tools = fixture
        .signals
        .list_entities(&reader, category, two(None))
        .await
        .unwrap();
    assert_eq!(tools.items, std::slice::from_ref(&tool));

    let found = fixture
        .signals
        .entity_named(&reader, "Ostler")
        .await
        .unwrap();
    assert_eq!(found, tool);
    let unknown = fixture
        .signals
        .entity_named(&reader, "quillon")
        .await
        .unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "no tracked entity is named \"quillon\"; did you mean \"Quillon 2\"?"
    );
    let unknown = fixture
        .signals
        .entity_named(&reader, "xyz")
        .await
        .unwrap_err();
    assert_eq!(unknown.to_string(), "no tracked entity is named \"xyz\"");
}
