//! The text of every problem: what is wrong, where exactly, and what was expected.

use std::os::unix::ffi::OsStringExt;

use insta::assert_snapshot;

use super::*;

#[test]
fn an_open_api_does_not_leave_the_machine() {
    let sources = embedded().with_flag("--bind", "http.bind", "0.0.0.0:8000");
    assert_snapshot!(problems(&sources), @"
    the configuration has a problem:
      flag --bind: http.bind is 0.0.0.0:8000, which others can reach, but auth.keys (default) holds no key: add one, or bind to a loopback address such as 127.0.0.1:8000
    ");
}

#[test]
fn all_problems_come_at_once_each_with_its_place() {
    let folder = Folder::with(&[
        (
            "config/default.yaml",
            "databse:\n  url: sqlite://a.db\nhttp:\n  max_body_bytes: \"10\"\n  allowed_origins:\n    - https://fine.example\n    - ftp://odd.example\nlog: loud\n",
        ),
        (
            ".env",
            "GROUNDWORK_LOG__FORMAT=xml\nGROUNDWORK_DATABASE_URL=sqlite://b.db\nDATABASE_URL=postgres://ada:s3cret@db:x/\n",
        ),
    ]);
    let sources = folder
        .sources()
        .with_variable("GROUNDWORK_DATABASE__MAX_CONNECTIONS", "many")
        .with_variable("GROUNDWORK_PIPELINE__MAX_SCENES", "0")
        .with_variable("GROUNDWORK_FILES__MAX_BYTES_FILE", "/run/secrets/bytes")
        .with_variable("GROUNDWORK_LOG__LEVEL", "inof")
        .with_flag("--set", "http.bnd", "127.0.0.1:1");
    assert_snapshot!(folder.problems(&sources), @r#"
    the configuration has 12 problems:
      config/default.yaml:2: there is no key databse.url; did you mean database.url?
      config/default.yaml:8: log must be a section with keys; found a text of 4 characters (not shown)
      .env:2 (GROUNDWORK_DATABASE_URL): it sets no key that exists; did you mean GROUNDWORK_DATABASE__URL?
      environment variable GROUNDWORK_FILES__MAX_BYTES_FILE: it sets no key that exists; did you mean GROUNDWORK_FILES__MAX_FILE_BYTES_FILE?
      flag --set: there is no key http.bnd; did you mean http.bind?
      .env:3 (DATABASE_URL): database.url must be sqlite://PATH, or postgres://user:password@host:port/database with special characters percent-encoded; several hosts as host1:port1,host2:port2, and target_session_attrs as any, read-write, primary, read-only or standby; found a text of 27 characters (not shown)
      environment variable GROUNDWORK_DATABASE__MAX_CONNECTIONS: database.max_connections must be a whole number from 1 to 1000; found "many"
      config/default.yaml:7: http.allowed_origins[1] must be an origin such as https://studio.example, without a path; found the text "ftp://odd.example"
      config/default.yaml:4: http.max_body_bytes must be a whole number from 1024 to 1099511627776; found the text "10"
      environment variable GROUNDWORK_PIPELINE__MAX_SCENES: pipeline.max_scenes must be a whole number from 1 to 10000; found "0"
      environment variable GROUNDWORK_LOG__LEVEL: log.level must be off, error, warn, info, debug or trace, also per module, such as info,sqlx=warn; found "inof"
      .env:1 (GROUNDWORK_LOG__FORMAT): log.format must be text or json; found "xml"
    "#);
}

#[test]
fn values_of_the_wrong_type_are_refused() {
    let folder = Folder::with(&[(
        "config/default.yaml",
        "database:\n  max_connections: 2.5\n  migrate_on_start: 1\n  url: 7\n  replica_url: [a]\nfiles:\n  root: null\nauth:\n  keys:\n    - name: laptop\n      sha256: open sesame\nhttp:\n  bind: {host: localhost}\n",
    )]);
    assert_snapshot!(folder.problems(&folder.sources()), @"
    the configuration has 7 problems:
      config/default.yaml:4: database.url must be sqlite://PATH, or postgres://user:password@host:port/database with special characters percent-encoded; several hosts as host1:port1,host2:port2, and target_session_attrs as any, read-write, primary, read-only or standby; found a number (not shown)
      config/default.yaml:5: database.replica_url must be sqlite://PATH, or postgres://user:password@host:port/database with special characters percent-encoded; several hosts as host1:port1,host2:port2, and target_session_attrs as any, read-write, primary, read-only or standby; found a list
      config/default.yaml:2: database.max_connections must be a whole number from 1 to 1000; found 2.5
      config/default.yaml:3: database.migrate_on_start must be true or false; found 1
      config/default.yaml:7: files.root must be a path; found nothing
      config/default.yaml:13: http.bind must be an IP address and a port, such as 127.0.0.1:8000; found a section
      config/default.yaml:11: auth.keys[0].sha256 must be the SHA-256 of the key: 64 hexadecimal digits; found a text of 11 characters (not shown)
    ");
}

#[test]
fn keys_are_refused_without_showing_them() {
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    for (keys, expected) in [
        ("open sesame".to_owned(), "auth.keys[0] must be name:sha256"),
        (
            "laptop:open sesame".to_owned(),
            "auth.keys[0].sha256 must be the SHA-256 of the key: 64 hexadecimal digits",
        ),
        (
            format!("laptop:{hash},laptop:{hash}"),
            r#"auth.keys[1] must be named differently from the others; found "laptop" again"#,
        ),
    ] {
        let problems = problems(&with(&[("GROUNDWORK_AUTH__KEYS", &keys)]));
        assert!(problems.contains(expected), "{problems}");
        assert!(!problems.contains("sesame"), "{problems}");
    }
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let folder = Folder::with(&[
        ("config/default.yaml", "database:\n  url: [unclosed\n"),
        ("config/staging.yaml", "a: 1\n---\nb: 2\n"),
        (".env", "FINE=1\nGROUNDWORK_LOG__LEVEL=\"s3cret\n"),
    ]);
    let sources = folder
        .sources()
        .with_variable("GROUNDWORK_ENVIRONMENT", "staging")
        .with_variable("DATABASE_URL_FILE", folder.path("missing"));
    assert_snapshot!(folder.problems(&sources), @"
    the configuration has 4 problems:
      .env:2: NAME=value is expected, with quotes closed
      config/default.yaml:3: not valid YAML: while parsing a flow sequence, expected ',' or ']'
      config/staging.yaml:3: a second document begins here; one is expected
      environment variable DATABASE_URL_FILE: the file missing: cannot be read: No such file or directory (os error 2)
    ");
}

#[test]
fn text_that_is_not_utf8_is_refused() {
    let folder = Folder::with(&[]);
    fs::write(folder.path("config/default.yaml"), b"log:\n  level: \xff\n").unwrap();
    let mut sources = folder.sources();
    sources.variables.insert(
        "GROUNDWORK_LOG__FORMAT".to_owned(),
        std::ffi::OsString::from_vec(vec![0xff]),
    );
    assert_snapshot!(folder.problems(&sources), @"
    the configuration has 2 problems:
      config/default.yaml: cannot be read: line 2 is not UTF-8
      environment variable GROUNDWORK_LOG__FORMAT: log.format must be text; found bytes that are not UTF-8
    ");
}

#[test]
fn a_key_twice_in_a_file_is_refused() {
    let folder = Folder::with(&[(
        "config/default.yaml",
        "log:\n  level: info\n  level: warn\n",
    )]);
    assert_snapshot!(folder.problems(&folder.sources()), @"
    the configuration has a problem:
      config/default.yaml:3: not valid YAML: duplicated key in mapping
    ");
}

#[test]
fn a_value_and_its_file_exclude_each_other() {
    let sources = with(&[
        ("GROUNDWORK_DATABASE__URL", "sqlite://a.db"),
        ("GROUNDWORK_DATABASE__URL_FILE", "/run/secrets/url"),
    ]);
    assert_snapshot!(problems(&sources), @"
    the configuration has a problem:
      environment variable GROUNDWORK_DATABASE__URL and environment variable GROUNDWORK_DATABASE__URL_FILE both set database.url: remove one of them
    ");
}

#[test]
fn an_environment_that_is_named_must_exist() {
    let folder = Folder::with(&[]);
    let named = |name: &str| {
        folder
            .sources()
            .with_variable("GROUNDWORK_ENVIRONMENT", name)
    };
    assert_snapshot!(folder.problems(&named("prodction")), @"
    the configuration has a problem:
      environment variable GROUNDWORK_ENVIRONMENT: there is no environment prodction: config/prodction.yaml does not exist; did you mean production?
    ");
    assert_snapshot!(folder.problems(&named("../etc")), @r#"
    the configuration has a problem:
      environment variable GROUNDWORK_ENVIRONMENT: the name of an environment must be lower-case letters, digits, - and _; found "../etc"
    "#);
    assert!(load(&named("development")).is_ok());
}

#[test]
fn a_file_whose_name_is_nearly_right_is_named() {
    let folder = Folder::with(&[
        ("config/default.yml", "log: {}\n"),
        ("config/defaults.yaml", "log: {}\n"),
        ("config/Production.yaml", "log: {}\n"),
        ("config/production.yml", "log: {}\n"),
        ("config/staging.toml", ""),
        ("config/schema.json", "{}"),
        ("config/other.yaml", "log: {}\n"),
        ("config/default.yaml.example", "log: {}\n"),
    ]);
    assert_snapshot!(folder.problems(&folder.sources()), @r"
    the configuration has 4 problems:
      config/Production.yaml: nothing reads this file; did you mean production.yaml? Rename it, or put it elsewhere
      config/default.yml: nothing reads this file; did you mean default.yaml? Rename it, or put it elsewhere
      config/defaults.yaml: nothing reads this file; did you mean default.yaml? Rename it, or put it elsewhere
      config/production.yml: nothing reads this file; did you mean production.yaml? Rename it, or put it elsewhere
    ");
    let staging = Folder::with(&[
        ("config/default.yaml", ""),
        ("config/staging.yaml", ""),
        ("config/staging2.yaml", "log: {}\n"),
        ("config/production.yaml", "http:\n  nonsense: 1\n"),
    ]);
    let sources = (staging.sources()).with_variable("GROUNDWORK_ENVIRONMENT", "staging");
    assert!(
        load(&sources).is_ok(),
        "each of these is a file of an environment"
    );
}

#[test]
fn a_replica_is_for_postgresql() {
    let sources = with(&[(
        "GROUNDWORK_DATABASE__REPLICA_URL",
        "postgres://ada:s3cret@db/media",
    )]);
    assert_snapshot!(problems(&sources), @"
    the configuration has a problem:
      environment variable GROUNDWORK_DATABASE__REPLICA_URL: database.replica_url must be empty unless it and database.url are PostgreSQL; found postgres://ada:***@db/media beside database.url sqlite://var/groundwork.db
    ");
}

#[test]
fn a_variable_without_a_section_is_a_warning_unless_it_was_surely_meant_for_us() {
    let variables = [("GROUNDWORK_BIND", "x"), ("GROUNDWORK_SERVICE_PORT", "80")];
    let loaded = load(&with(&variables)).unwrap();
    let warnings: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "environment variable GROUNDWORK_BIND: it sets no key that exists; \
             did you mean GROUNDWORK_HTTP__BIND?",
            "environment variable GROUNDWORK_SERVICE_PORT: it sets no key that exists",
        ]
    );
    for meant in ["GROUNDWORK_DATABASE_URL", "GROUNDWORK_ENVIROMENT"] {
        problems(&with(&[(meant, "x")]));
    }
}

#[test]
fn a_misspelt_variable_gets_the_exact_one() {
    for (written, meant) in [
        ("GROUNDWORK_DATABASE_URL", "GROUNDWORK_DATABASE__URL"),
        ("GROUNDWORK_DATABASE__URl", "GROUNDWORK_DATABASE__URL"),
        (
            "GROUNDWORK_HTTP__MAX_FILE_BYTES",
            "GROUNDWORK_FILES__MAX_FILE_BYTES",
        ),
        (
            "GROUNDWORK_HTTP__REQUEST_TIMEOUT",
            "GROUNDWORK_HTTP__REQUEST_TIMEOUT_S",
        ),
        ("GROUNDWORK_ENVIROMENT", "GROUNDWORK_ENVIRONMENT"),
        (
            "GROUNDWORK_DATABSE__URL_FILE",
            "GROUNDWORK_DATABASE__URL_FILE",
        ),
    ] {
        let problems = problems(&with(&[(written, "x")]));
        assert!(
            problems.contains(&format!("did you mean {meant}?")),
            "{problems}"
        );
    }
    let nothing_like_it = problems(&with(&[("GROUNDWORK_XY__ZZY", "x")]));
    assert!(
        !nothing_like_it.contains("did you mean"),
        "{nothing_like_it}"
    );
}

#[test]
fn a_dollar_in_dotenv_is_never_replaced_in_silence() {
    let url = |text: &str| {
        let folder = Folder::with(&[(".env", &format!("# ours\nDATABASE_URL={text}\n"))]);
        load(&folder.sources())
            .map(|loaded| loaded.config.database.url.expose().to_owned())
            .map_err(|errors| errors.to_string().replace(&folder.path(""), ""))
    };
    for text in [
        "'sqlite://a$b.db'",
        r"sqlite://a\$b.db",
        r#""sqlite://a\$b.db""#,
        r"sqlite://a\$b.db # costs $5",
    ] {
        assert_eq!(url(text).unwrap(), "sqlite://a$b.db", "{text}");
    }
    for text in [
        "sqlite://a$b.db",
        "\"sqlite://a$b.db\"",
        "sqlite://a${HOME}.db",
    ] {
        let problems = url(text).unwrap_err();
        assert!(
            problems.contains(".env:2: a $ is not replaced"),
            "{problems}"
        );
        assert!(!problems.contains("a$b"), "{problems}");
    }
}
