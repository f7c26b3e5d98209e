//! Captions: WebVTT and SubRip, read strictly and written back.
//!
//! What is read is taken apart by [`parse()`]: cues in the order of time, their text without tags and
//! with entities decoded. A file that breaks its format is refused with the line and the reason;
//! nothing of it is guessed. [`parse_readable()`] leaves out the cues that cannot be read, and says
//! which. Cue settings, styles, regions and notes are recognised and left out.
//! Both formats take `.` and `,` before the milliseconds, and both do without the blank line between
//! two cues, because files in the wild do.

mod blocks;
mod cue;
mod fault;
mod format;
mod markup;
mod parse;
mod rolling;
#[cfg(test)]
mod tests;
mod time;
mod write;

pub use cue::{Cue, MAX_CUE_BYTES};
pub use fault::{CaptionsError, Fault};
pub use format::{Format, UnknownFormat};
pub use parse::{Captions, parse, parse_readable};
pub use write::{plain, subrip, webvtt};
