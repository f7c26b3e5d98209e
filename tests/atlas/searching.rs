//! What is found, and what is not.

use std::collections::BTreeSet;

use acceptance::{Engine, on_both_engines};
use groundwork_core::{
    page::PageLimit,
    services::atlas::{Query, Search, words},
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

use super::{
    fixture::{Fixture, examples, texts},
    graph_plans::Explaining,
};

#[on_both_engines]
async fn words_phrases_beginnings_and_exclusions(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let all = [
        "The sea level rises",
        "At sea, nobody knows the level",
        "Glaciers don't melt by themselves",
        "Un café à la mer",
        "e-mail me at ann@example.org, 3.14 times",
        "日本語を話します",
        "ЁЛКА и Straße",
    ];
    fixture.given_transcript("a", &all).await;
    for (query, expected) in [
        ("sea level", vec![0, 1]),
        ("SEA", vec![0, 1]),
        ("\"sea level\"", vec![0]),
        ("\"level sea\"", vec![]),
        ("sea -rises", vec![1]),
        ("level -\"sea level\"", vec![1]),
        ("glac*", vec![2]),
        ("glac", vec![]),
        ("sea ris*", vec![0]),
        ("\"sea lev\"*", vec![0]),
        ("sea -ris*", vec![1]),
        ("don't", vec![2]),
        ("dont", vec![]),
        ("CAFE", vec![3]),
        ("cafe\u{301}", vec![3]),
        ("e-mail", vec![4]),
        ("ann@example.org", vec![4]),
        ("example", vec![4]),
        ("3.14", vec![4]),
        ("14.3", vec![]),
        ("本語", vec![5]),
        ("語本", vec![]),
        ("елка", vec![6]),
        ("strasse", vec![6]),
    ] {
        let found: BTreeSet<i64> = (fixture.search(query).await.items.iter())
            .map(|hit| hit.starts_ms / 10_000)
            .collect();
        assert_eq!(found, expected.into_iter().collect(), "{query}");
    }
}

#[on_both_engines]
async fn a_hit_says_where_it_is(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    fixture.import(&examples()).await;
    let found = fixture.search("\"spring tide\"").await;
    assert_eq!((found.matches, found.is_cut), (1, false));
    let mut hit = serde_json::to_value(&found.items[0]).unwrap();
    for id in ["video_id", "transcript_id"] {
        assert!(hit[id].take().is_string());
    }
    insta::assert_json_snapshot!("hit", hit);
}

#[on_both_engines]
async fn a_search_keeps_to_a_language_and_a_channel(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    fixture.import(&examples()).await;
    // The English "die" is a German article.
    assert!(fixture.search("die").await.items.len() > 1);
    let in_english = fixture
        .search_with("die", |search| {
            search.language = Some("en".parse().unwrap())
        })
        .await;
    assert_eq!(in_english.items.len(), 0);
    let in_channel = |channel: &str| {
        let channel = Some(channel.to_owned());
        fixture.search_with("lighthouse", |search| search.channel = channel)
    };
    assert_eq!(in_channel("Coast Notes").await.items.len(), 1);
    assert_eq!(in_channel("Harbour School").await.items.len(), 1);
    assert_eq!(in_channel("harbour").await.items.len(), 0);
}

#[on_both_engines]
async fn both_engines_rank_alike(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let all = [
        "the sea is wide and the ship is small, and far away lies the level land",
        "sea level",
        "the level of the sea",
        "the sea, and the sea again, its level",
    ];
    fixture.given_transcript("a", &all).await;
    let found = texts(&fixture.search("sea level").await);
    assert_eq!(found, [all[1], all[3], all[2], all[0]]);
    let one = fixture
        .search_with("sea level", |search| {
            search.limit = groundwork_core::page::PageLimit::new(1).unwrap();
        })
        .await;
    assert_eq!(texts(&one), [all[1]]);
    assert_eq!(one.matches, 4);
}

#[on_both_engines]
async fn the_database_keeps_the_index_current_itself(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    fixture
        .given_transcript("a", &["one fish", "two fish"])
        .await;
    fixture
        .execute("UPDATE transcript_segments SET text = 'One bird', words = 'one bird' WHERE position = 0")
        .await;
    assert_eq!(texts(&fixture.search("fish").await), ["two fish"]);
    assert_eq!(texts(&fixture.search("bird").await), ["One bird"]);
    fixture
        .execute("INSERT INTO transcript_segments (transcript_id, position, starts_ms, ends_ms, text, words)
                  SELECT transcript_id, 2, 0, 0, 'Bird three', 'bird three' FROM transcript_segments WHERE position = 0")
        .await;
    assert_eq!(fixture.search("bird").await.items.len(), 2);
    fixture
        .execute("DELETE FROM transcript_segments WHERE position = 0")
        .await;
    assert_eq!(texts(&fixture.search("bird").await), ["Bird three"]);
    fixture.execute("DELETE FROM videos").await;
    assert_eq!(fixture.search("bird").await.items.len(), 0);
    let undone = fixture.db.begin().await.unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(&undone, "DELETE FROM transcripts")
        .await
        .unwrap();
    undone.rollback().await.unwrap();
    if engine == Engine::Sqlite {
        fixture
            .execute("INSERT INTO segment_words (segment_words) VALUES ('integrity-check')")
            .await;
    }
}

/// `VACUUM` may change the rowids of tables, and a rebuild copies them.
#[tokio::test]
async fn the_index_survives_a_vacuum_on_sqlite() {
    let fixture = Fixture::new(Engine::Sqlite).await;
    fixture
        .given_transcript("a", &["one", "two", "three"])
        .await;
    fixture
        .execute("DELETE FROM transcript_segments WHERE position = 0")
        .await;
    let Fixture { db, scratch, .. } = fixture;
    db.close().await.unwrap();
    let connection = sea_orm::Database::connect(scratch.url()).await.unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(&connection, "VACUUM")
        .await
        .unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(
        &connection,
        "INSERT INTO segment_words (segment_words) VALUES ('integrity-check')",
    )
    .await
    .unwrap();
    connection.close().await.unwrap();
    let db = acceptance::given::database(&scratch).await;
    let clock = acceptance::given::clock();
    let atlas = groundwork_core::services::atlas::Atlas::new(db.clone(), clock.clone());
    let fixture = Fixture {
        atlas,
        db,
        clock,
        scratch,
    };
    assert_eq!(texts(&fixture.search("three").await), ["three"]);
}

/// What could be syntax somewhere: in FTS5, in a tsquery, in SQL.
const HOSTILE: &[&str] = &[
    "'; DROP TABLE videos; --",
    "\" OR 1=1 --",
    "a AND",
    "OR",
    "NOT a",
    "a NOT b",
    "NEAR(a b)",
    "NEAR/2",
    "a NEAR b",
    "words:a",
    "-words:a",
    "{words}: a",
    "^a",
    "a + b",
    "a^2",
    "(((",
    ")))",
    "a)",
    "*",
    "a**",
    "**a",
    "a & b",
    "a | b",
    "!a",
    "a <-> b",
    "a <2> b",
    "a:*",
    "a:*AB",
    "'a' & 'b",
    "\\'",
    "\\",
    "a\\:b",
    "$1",
    "?",
    ":1",
    "@a",
    "%s",
    "%00",
    "\u{0}",
    "a\u{0}b",
    "\u{202e}a",
    "\u{feff}a",
    "🦀",
    "a🦀b",
    "\"\"\"",
    "\"a",
    "a\"",
    "\"a\"\"b\"",
    "-\"a",
    "--a",
    "- a",
    "a -",
    "-",
    "\n\ta\r\n",
];

#[on_both_engines]
async fn no_query_is_syntax(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    fixture
        .given_transcript("a", &["a b c", "or not near and"])
        .await;
    let mut runner = TestRunner::deterministic();
    let strange = proptest::string::string_regex("[\\PC'\"*()\\\\:&|!<>^ -]{0,40}").unwrap();
    let random = (0..300).map(|_| strange.new_tree(&mut runner).unwrap().current());
    let mut asked = 0;
    for query in HOSTILE.iter().map(|&query| query.to_owned()).chain(random) {
        // A query without a word is refused before it reaches the database.
        if Query::parse(&query).is_ok() {
            let _ = fixture.search(&query).await;
            asked += 1;
        }
    }
    assert!(asked > 100, "{asked}");
    assert_eq!(fixture.number("SELECT count(*) FROM videos").await, 1);
}

/// Words in which tokenizers differ.
const VOCABULARY: &[&str] = &[
    "sea",
    "Sea",
    "SEAS",
    "level",
    "lev",
    "don't",
    "don’t",
    "e-mail",
    "email",
    "3.14",
    "314",
    "1st",
    "2e5",
    "0x1F",
    "-5",
    "1,000",
    "ann@example.org",
    "https://example.org/a_b?c=d#e",
    "/etc/hosts",
    "a.b.c",
    "C++",
    "naïve",
    "naive",
    "café",
    "cafe\u{301}",
    "straße",
    "STRASSE",
    "日本語",
    "日本",
    "привет",
    "Ёлка",
    "ελλάς",
    "ΕΛΛΑΣ",
    "ﬁne",
    "fine",
    "½",
    "x²",
    "jazz",
    "z",
    "zz",
    "zn1",
    "_under_",
    "snake_case",
    "#tag",
    "@you",
    "rock'n'roll",
    "o\u{AD}ver",
    "สวัสดี",
    "नमस्ते",
    "שלום",
    "مرحبا",
    "…",
    "&amp;",
];

/// A list of words, put together as people write.
fn sentence(length: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let word = proptest::sample::select(VOCABULARY);
    let sign = proptest::sample::select(&[" ", " ", " ", ", ", "-", "\n", "/"][..]);
    proptest::collection::vec((word, sign), length).prop_map(|pairs| {
        pairs
            .iter()
            .map(|(word, sign)| format!("{word}{sign}"))
            .collect()
    })
}

/// A query of one to four terms, each of one of the kinds that there are.
fn question() -> impl Strategy<Value = String> {
    let term = (0..6_u8, sentence(1..3)).prop_map(|(kind, words)| {
        let words = words.trim().to_owned();
        let first: String = words.chars().take(2).collect();
        match kind {
            0 => format!("\"{words}\""),
            1 => format!("{first}*"),
            2 => format!("-{words}"),
            3 => format!("\"{words}\"*"),
            _ => words,
        }
    });
    proptest::collection::vec(term, 1..4).prop_map(|terms| terms.join(" "))
}

/// Both engines against each other, and against the definition of the syntax.
#[tokio::test]
async fn both_engines_find_the_same() {
    let mut runner = TestRunner::deterministic();
    let corpus: Vec<String> = (0..150)
        .map(|number| {
            format!(
                "{number}. {}",
                sentence(1..12).new_tree(&mut runner).unwrap().current()
            )
        })
        .collect();
    let corpus: Vec<&str> = corpus.iter().map(String::as_str).collect();
    let (one, other) = (
        Fixture::new(Engine::Sqlite).await,
        Fixture::new(Engine::Postgres).await,
    );
    for fixture in [&one, &other] {
        fixture.given_transcript("a", &corpus).await;
    }
    let mut hits = 0;
    for _ in 0..300 {
        let query = question().new_tree(&mut runner).unwrap().current();
        let Ok(parsed) = Query::parse(&query) else {
            continue;
        };
        let expected: BTreeSet<i64> = (0..)
            .zip(&corpus)
            .filter(|(_, text)| holds(text, &parsed))
            .map(|(position, _)| position)
            .collect();
        let [on_sqlite, on_postgres] =
            [one.search(&query).await, other.search(&query).await].map(|found| found.items);
        let positions = |items: &[groundwork_core::services::atlas::Hit]| -> Vec<i64> {
            items.iter().map(|hit| hit.position).collect()
        };
        assert_eq!(positions(&on_sqlite), positions(&on_postgres), "{query}");
        assert_eq!(
            positions(&on_sqlite).into_iter().collect::<BTreeSet<_>>(),
            expected,
            "{query}"
        );
        hits += expected.len();
    }
    assert!(hits > 1_000, "{hits}");
}

/// Whether a text is what a query asks for, word by word.
fn holds(text: &str, query: &Query) -> bool {
    let words: Vec<String> = words::of(text)
        .into_iter()
        .map(|word| word.written)
        .collect();
    let has = |term: &groundwork_core::services::atlas::query::Term| {
        (0..words.len()).any(|from| {
            let Some(found) = words.get(from..from + term.words.len()) else {
                return false;
            };
            let last = term.words.len() - 1;
            let exact = found[..last] == term.words[..last];
            let ends = match term.is_prefix {
                true => found[last].starts_with(&term.words[last]),
                false => found[last] == term.words[last],
            };
            exact && ends
        })
    };
    query.all.iter().all(has) && !query.none.iter().any(has)
}

/// Segments with the words that these SQL expressions make of `n`, in fifty transcripts of ten
/// channels.
async fn given_segments(fixture: &Fixture, count: i64) {
    let numbers = match fixture.engine() {
        Engine::Sqlite => |to: i64| {
            format!(
                "(WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {to}) SELECT n FROM s)"
            )
        },
        Engine::Postgres => |to: i64| format!("(SELECT n FROM generate_series(1, {to}) n)"),
    };
    let id = match fixture.engine() {
        Engine::Sqlite => |kind: &str, n: &str| format!("CAST(printf('{kind}%015d', {n}) AS BLOB)"),
        Engine::Postgres => |kind: &str, n: &str| format!("md5('{kind}' || ({n}))::uuid"),
    };
    let now = "'2026-05-01T12:00:00+00:00'";
    let (fifty, all) = (numbers(50), numbers(count));
    let words = "'every' || CASE WHEN n % 3 = 0 THEN ' third' ELSE '' END
        || CASE WHEN n % 60 = 0 THEN ' rare word' WHEN n % 30 = 0 THEN ' word rare' ELSE '' END
        || CASE WHEN n % 4000 = 0 THEN ' rarest' ELSE '' END || ' n' || n";
    for sql in [
        format!(
            "INSERT INTO videos (id, external_id, title, channel, created_at, updated_at)
             SELECT {}, 'v' || n, 'v' || n, 'channel ' || (n % 10), {now}, {now} FROM {fifty} AS s",
            id("v", "n")
        ),
        format!(
            "INSERT INTO transcripts (id, video_id, language, origin, created_at, updated_at)
             SELECT {}, {}, 'en', 'manual', {now}, {now} FROM {fifty} AS s",
            id("t", "n"),
            id("v", "n")
        ),
        format!(
            "INSERT INTO transcript_segments (transcript_id, position, starts_ms, ends_ms, text, words)
             SELECT {}, n, n, n, {words}, {words} FROM {all} AS s ORDER BY n",
            id("t", "n % 50 + 1")
        ),
        "ANALYZE".to_owned(),
    ] {
        fixture.execute(&sql).await;
    }
}

/// The newest part of the table is searched first: what is found does not depend on how far a search
/// had to go back.
#[on_both_engines]
async fn the_newest_matches_are_found_however_frequent_they_are(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let count = 130_000;
    given_segments(&fixture, count).await;
    for (query, fits) in [
        ("every", (|_| true) as fn(i64) -> bool),
        ("third", |n| n % 3 == 0),
        ("rare", |n| n % 30 == 0),
        ("third rare", |n| n % 30 == 0),
        ("\"rare word\"", |n| n % 60 == 0),
        ("\"rare wo\"*", |n| n % 60 == 0),
        ("rare -\"rare word\"", |n| n % 30 == 0 && n % 60 != 0),
        ("rare -third", |_| false),
        ("word -rarest", |n| n % 30 == 0 && n % 4000 != 0),
        ("rarest", |n| n % 4000 == 0),
        ("e*", |_| true),
        ("n1299*", |n| n.to_string().starts_with("1299")),
        ("third -every", |_| false),
    ] {
        let expected: Vec<i64> = (1..=count).rev().filter(|n| fits(*n)).take(1_000).collect();
        for channel in [None, Some("channel 3")] {
            let expected: Vec<i64> = match channel {
                None => expected.clone(),
                Some(_) => {
                    let of_channel = (1..=count)
                        .rev()
                        .filter(|n| fits(*n) && (n % 50 + 1) % 10 == 3);
                    of_channel.take(1_000).collect()
                }
            };
            let found = fixture
                .search_with(query, |search| search.channel = channel.map(str::to_owned))
                .await;
            assert_eq!(found.matches, expected.len() as u64, "{query} {channel:?}");
            let expected: BTreeSet<i64> = expected.into_iter().collect();
            for hit in &found.items {
                assert!(
                    expected.contains(&hit.position),
                    "{query} {channel:?}: {}",
                    hit.position
                );
            }
        }
    }
}

/// So many transcripts that their segments are not gathered first.
#[on_both_engines]
async fn a_search_of_a_channel_with_many_transcripts_keeps_to_it(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    given_segments(&fixture, 5_000).await;
    let fits = |n: i64| n % 3 == 0 && (n % 50 + 1) % 10 == 3;
    let expected: BTreeSet<i64> = (1..=5_000).filter(|n| fits(*n)).collect();
    let found = async || {
        let found = fixture.search_with("third", |search| {
            search.channel = Some("channel 3".to_owned());
        });
        let positions = found.await.items.into_iter().map(|hit| hit.position);
        positions.collect::<BTreeSet<i64>>()
    };
    assert_eq!(found().await, expected);
    let id = match engine {
        Engine::Sqlite => "CAST(printf('m%015d', position) AS BLOB)",
        Engine::Postgres => "md5('m' || position)::uuid",
    };
    let more = format!(
        "INSERT INTO transcripts (id, video_id, language, origin, created_at, updated_at)
         SELECT {id}, v.id, 'l' || position, 'manual', v.created_at, v.updated_at
         FROM transcript_segments s CROSS JOIN videos v
         WHERE s.position <= 400 AND v.title = 'v3'"
    );
    fixture.execute(&more).await;
    assert_eq!(found().await, expected);
}

/// A plan that makes a `tsvector` of each row, or reads all of them, takes seconds.
#[on_both_engines]
async fn every_search_goes_through_the_full_text_index(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    given_segments(&fixture, 130_000).await;
    let reader = fixture.db.reader();
    for query in [
        "every",
        "\"rare word\"",
        "third rare",
        "every -third",
        "rarest",
        "e*",
    ] {
        let seen = Explaining::over(&reader);
        let search = Search {
            query: Query::parse(query).unwrap(),
            language: None,
            channel: None,
            limit: PageLimit::MAX,
        };
        fixture.atlas.search(&seen, &search).await.unwrap();
        for (sql, plan) in seen.plans() {
            let asks = ["tsquery", "MATCH"].iter().any(|word| sql.contains(word));
            let indexed = ["ix_transcript_segments_words", "VIRTUAL TABLE INDEX"];
            assert!(
                !asks || indexed.iter().any(|index| plan.contains(index)),
                "{query}: {sql}\n{plan}"
            );
            assert!(
                !plan.contains("Seq Scan on transcript_segments"),
                "{query}: {sql}\n{plan}"
            );
        }
    }
}
