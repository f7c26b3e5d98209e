//! What the engines find for incoming articles.

use entity::signals::ArticleId;

/// A stored article with the external id or the URL of an incoming one.
pub(super) struct Found {
    /// The place of the incoming one.
    pub(super) place: usize,
    pub(super) id: ArticleId,
    pub(super) external_id: String,
    pub(super) url: String,
    /// Both say the same, external id and URL left aside.
    pub(super) is_same: bool,
}
