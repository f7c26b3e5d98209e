//! `groundwork atlas show`

use groundwork_cli::{
    CliError, Format, Output, Result,
    text::{instant, printable, table},
};
use groundwork_core::services::atlas::{Language, TextForm, VideoDetails, VideoId};

use super::args::TextFormat;
use super::clock;
use crate::state::AppState;

/// Shows a video with its transcripts.
pub(super) async fn video(
    output: Output,
    state: &AppState,
    video: VideoId,
    format: Format,
) -> Result {
    let details = state.atlas.video_details(&state.db.reader(), video).await?;
    output.data(format, &details, text)
}

/// Prints what a transcript says.
pub(super) async fn transcript(
    output: Output,
    state: &AppState,
    video: VideoId,
    language: &str,
    text: Option<TextFormat>,
    format: Format,
) -> Result {
    let asked = language.parse::<Language>();
    let asked = asked.map_err(|error| CliError::bad_input(error.to_string()))?;
    let reader = state.db.reader();
    let all = state.atlas.transcripts(&reader, video).await?;
    let Some(chosen) = all.iter().find(|it| it.language == asked.as_str()) else {
        let languages: Vec<&str> = all.iter().map(|it| it.language.as_str()).collect();
        let message = match languages.is_empty() {
            true => "the video has no transcript".to_owned(),
            false => format!(
                "the video has no transcript in {asked}; it has {}",
                languages.join(", ")
            ),
        };
        return Err(CliError::bad_input(message));
    };
    let details = state.atlas.transcript_details(&reader, chosen.id).await?;
    let form = match text.unwrap_or(TextFormat::Txt) {
        TextFormat::Txt => TextForm::Plain,
        TextFormat::Vtt => TextForm::WebVtt,
        TextFormat::Srt => TextForm::SubRip,
    };
    output.data(format, &details, |details| details.to_text(form))
}

fn text(details: &VideoDetails) -> String {
    let video = &details.video;
    let dash = || "-".to_owned();
    let lines = [
        ("id", video.id.to_string()),
        ("name", video.external_id.clone()),
        ("channel", video.channel.clone()),
        ("url", video.url.clone().unwrap_or_else(dash)),
        ("published", video.published_at.map_or_else(dash, instant)),
        ("length", video.duration_ms.map_or_else(dash, clock)),
    ];
    let lines: Vec<String> = lines
        .iter()
        .map(|(name, value)| format!("  {name:9}  {}", printable(value)))
        .collect();
    let mut text = format!("{}\n{}", printable(&video.title), lines.join("\n"));
    if !details.transcripts.is_empty() {
        let rows = details.transcripts.iter().map(|transcript| {
            vec![
                transcript.id.to_string(),
                transcript.language.clone(),
                transcript.origin.to_string(),
                instant(transcript.updated_at),
            ]
        });
        let table = table(&["transcript", "language", "origin", "updated"], rows);
        text.push_str(&format!("\n\n{table}"));
    }
    text
}
