//! What a server says when it is there.

use std::net::SocketAddr;

use groundwork_cli::{Output, Stream, Style, files};
use groundwork_core::config::Loaded;

use crate::state::Settings;

/// Prints where the API is and what it works with. A stdout that is closed keeps nobody from
/// serving.
pub(crate) fn print(
    output: Output,
    loaded: &Loaded<Settings>,
    address: SocketAddr,
    pending: &[String],
) {
    let heading = format!("groundwork {}", env!("CARGO_PKG_VERSION"));
    let text = format!(
        "{} ({})\n{}",
        output.styled(Stream::Stdout, Style::Strong, &heading),
        loaded.environment,
        lines(loaded, address, pending)
    );
    output.text(&text).ok();
}

fn lines(loaded: &Loaded<Settings>, address: SocketAddr, pending: &[String]) -> String {
    let config = &loaded.config;
    let schema = match pending {
        [] => "up to date".to_owned(),
        [one] => format!("1 migration is pending: {one}; run `migrate up`"),
        [.., last] => format!(
            "{} migrations are pending, the last is {last}; run `migrate up`",
            pending.len()
        ),
    };
    let lines = [
        ("API", format!("http://{address}/api")),
        ("database", config.database.url.redacted()),
        ("schema", schema),
        ("files", config.files.root.display().to_string()),
        ("configuration", files(loaded)),
    ];
    lines
        .iter()
        .map(|(name, value)| format!("  {name:13}  {value}\n"))
        .collect()
}
