//! Reads all sections out of the sources.

use super::{
    Auth, Config, ConfigErrors, Database, Files, Http, Loaded, Log, Problem, Sections, Sources,
    defaults::default_yaml, layers::Layers, reader::Reader,
};

/// Reads the configuration from `sources`; `S` are the program's own sections, `()` for none.
///
/// # Errors
/// All problems at once: unknown keys and variables, wrong types, values out of range, files that
/// cannot be read, and settings that contradict each other.
pub fn load<S: Sections>(sources: &Sources) -> Result<Loaded<S>, ConfigErrors> {
    let (layers, config, mut reader) = read::<S>(sources);
    let read = |key: &&String| reader.settings.iter().any(|setting| setting.key == **key);
    if reader.problems.is_empty() {
        let unread = layers.known.0.iter().find(|key| !read(key));
        let fault = match (&config, unread) {
            (_, Some(key)) => Some(format!("nothing reads the key {key}")),
            (None, None) => Some("a section is refused, but not why".to_owned()),
            (Some(_), None) => None,
        };
        reader
            .problems
            .extend(fault.map(|reason| Problem::Malformed {
                file: "default.yaml".to_owned(),
                line: 1,
                reason,
            }));
    }
    match config {
        Some(config) if reader.problems.is_empty() => Ok(Loaded {
            config,
            sources: sources.clone(),
            environment: layers.environment,
            files: layers.files,
            values: reader.settings,
            warnings: layers.warnings,
        }),
        _ => Err(ConfigErrors::new(reader.problems)),
    }
}

/// Reads all that the sources hold; the configuration is `None` if a problem was found in it.
pub(super) fn read<S: Sections>(sources: &Sources) -> (Layers, Option<Config<S>>, Reader) {
    let mut problems = Vec::new();
    let defaults = default_yaml::<S>(&sources.namespace);
    let layers = Layers::gather(sources, &defaults, &mut problems);
    let mut reader = Reader::new(layers.values.clone(), problems);
    let config = read_sections(&mut reader);
    (layers, config, reader)
}

fn read_sections<S: Sections>(reader: &mut Reader) -> Option<Config<S>> {
    let database = <Database as Sections>::read(reader);
    let files = <Files as Sections>::read(reader);
    let http = <Http as Sections>::read(reader);
    let auth = <Auth as Sections>::read(reader);
    let own = S::read(reader);
    let log = <Log as Sections>::read(reader);
    if let (Some(http), Some(auth)) = (&http, &auth) {
        refuse_an_open_api(http, auth, reader);
    }
    Some(Config {
        database: database?,
        files: files?,
        http: http?,
        auth: auth?,
        own: own?,
        log: log?,
    })
}

/// Without a key the API is open to all who reach it, so it must not leave the machine.
fn refuse_an_open_api(http: &Http, auth: &Auth, reader: &mut Reader) {
    if auth.keys.is_empty() && !http.bind.ip().is_loopback() {
        reader.report(Problem::OpenToTheNetwork {
            bind: http.bind,
            bind_origin: reader.origin("http.bind"),
            keys_origin: reader.origin("auth.keys"),
        });
    }
}
