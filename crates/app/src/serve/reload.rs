//! SIGHUP: the settings are read again, and those that can change while the server runs take effect.

use std::convert::Infallible;

use groundwork_core::{config::Loaded, log};
use groundwork_http::Hangups;
use tracing::{error, info, warn};

use crate::state::{Config, Settings};

/// What can change while the server runs.
const RELOADABLE: [&str; 4] = [
    "auth.keys",
    "http.allowed_origins",
    "http.trusted_proxies",
    "log.level",
];

/// Reads the settings again whenever a SIGHUP comes, and gives them to `apply`. Settings that are
/// wrong change nothing.
pub(super) async fn on_hangups(
    mut hangups: Hangups,
    started_with: &Loaded<Settings>,
    apply: impl Fn(&Config),
) -> Infallible {
    let mut newest: Option<Loaded<Settings>> = None;
    loop {
        hangups.next().await;
        let before = newest.as_ref().unwrap_or(started_with);
        if let Some((loaded, config)) = reloaded(before, &started_with.config) {
            apply(&config);
            // What is reported is in force.
            tell_what_changed(before, &loaded);
            log::set_level(&config.log.level);
            newest = Some(loaded);
        }
    }
}

/// The settings as they are by now, and what is in force from now on: of these only what can change.
fn reloaded(before: &Loaded<Settings>, running: &Config) -> Option<(Loaded<Settings>, Config)> {
    let loaded = match before.reload() {
        Ok(loaded) => loaded,
        Err(problems) => {
            error!(%problems, "the settings stay as they were");
            return None;
        }
    };
    let mut config = running.clone();
    config.auth = loaded.config.auth.clone();
    config.log = loaded.config.log.clone();
    config.http.allowed_origins = loaded.config.http.allowed_origins.clone();
    config.http.trusted_proxies = loaded.config.http.trusted_proxies.clone();
    if config.auth.keys.is_empty() && !config.http.bind.ip().is_loopback() {
        error!(
            "the settings stay as they were: auth.keys holds no key, and others can reach this server"
        );
        return None;
    }
    Some((loaded, config))
}

fn tell_what_changed(before: &Loaded<Settings>, now: &Loaded<Settings>) {
    let pairs = before.values.iter().zip(&now.values);
    let changed = pairs.filter(|(before, now)| before.value != now.value);
    let keys = changed.map(|(_, now)| now.key.as_str());
    let (applied, left): (Vec<&str>, Vec<&str>) = keys.partition(|key| RELOADABLE.contains(key));
    info!(changed = applied.join(", "), "read the settings again");
    if !left.is_empty() {
        warn!(
            keys = left.join(", "),
            "these settings change at the next start only"
        );
    }
}
