//! Import: what people have of videos on their disk becomes rows.
//!
//! A video is described by a `*.info.json` of yt-dlp with captions beside it, or by a `video.json`
//! that holds or names its transcripts. Folders are searched to their depth. A file or a cue that
//! cannot be read is reported with its line and the reason, and keeps nothing else from being
//! imported; so is a file beside a video that may hold captions and is not read. Importing again updates what has changed, writes nothing
//! where nothing has, and never makes a second of anything.

mod info;
mod manifest;
mod reading;
mod report;
mod sources;
mod unread;
mod videos;

pub use report::{Counts, ImportProgress, ImportReport, OnBadCue, Problem};
