//! `/api/articles`

use axum::{extract::State, http::StatusCode};
use groundwork_core::signals::ArticleId;
use groundwork_http::Path;

use super::answer::Answer;
use crate::foundation::Foundation;

pub(super) async fn remove(
    State(parts): State<Foundation>,
    Path(article): Path<ArticleId>,
) -> Answer<StatusCode> {
    let work = parts.db.begin().await?;
    parts.signals.remove_article(&work, article).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
