//! The newest segments that match a search, [`MAX_RANKED`](super::search::MAX_RANKED) of them at most.
//! They come in one text: a line for each, of its id and its words, which are letters, digits and
//! blanks. A thousand rows would cost more than finding them.

mod filter;
pub(super) mod postgres;
pub(super) mod sqlite;
