use super::{rules::Example, *};

const CONVENTION: Convention = Convention {
    primary_key: "pk_{table}",
    foreign_key: "fk_{table}_{columns}_{referred_table}",
    unique: "uq_{table}_{columns}",
    check: "ck_{table}_{rule}",
    index: "ix_{table}_{columns}",
    not_null: "nn_{table}_{columns}",
};

/// The ids that a text gives on an engine.
fn ids(text: &str, engine: Engine) -> Vec<&'static str> {
    let report = sql("a.sql", text, engine, &CONVENTION);
    report
        .findings
        .iter()
        .map(|finding| finding.rule.id)
        .collect()
}

#[test]
fn every_rule_finds_its_bad_example_and_leaves_the_good_one_alone() {
    let mut tried = 0;
    for rule in rules::all() {
        let (Example::Sql(bad), Example::Sql(good)) = (rule.bad, rule.good) else {
            continue;
        };
        // LOCALTIMESTAMP is PostgreSQL's; the rest of both is found on each.
        let engines = match rule.engine() {
            Some(engine) => vec![engine],
            None if rule.id == "GW305" => vec![Engine::Postgres],
            None => vec![Engine::Sqlite, Engine::Postgres],
        };
        for engine in engines {
            let (found, fine) = (ids(bad, engine), ids(good, engine));
            assert!(
                found.contains(&rule.id),
                "{}, {engine:?}: {found:?}",
                rule.id
            );
            assert!(
                !fine.contains(&rule.id),
                "{}, {engine:?}: {fine:?}",
                rule.id
            );
            assert!(
                !fine.contains(&"GW310") || rule.id == "GW310",
                "{}: {fine:?}",
                rule.id
            );
        }
        tried += 1;
    }
    assert_eq!(tried, rules::all().count() - 5);
}

#[test]
fn ids_are_unique_and_in_order() {
    let ids: Vec<&str> = rules::all().map(|rule| rule.id).collect();
    assert!(ids.is_sorted_by(|one, other| one < other));
}
