//! Articles, one by one.

use entity::signals::{ArticleId, articles};
use sea_orm::EntityTrait;

use super::{Signals, SignalsError};
use crate::db::{Doing as _, UnitOfWork};

impl Signals {
    /// Removes an article with its mentions. The hours that they counted in become stale.
    ///
    /// # Errors
    /// [`SignalsError::ArticleNotFound`].
    pub async fn remove_article(
        &self,
        work: &UnitOfWork,
        article: ArticleId,
    ) -> Result<(), SignalsError> {
        let removed = articles::Entity::delete_by_id(article)
            .exec(work)
            .await
            .doing("removing an article")?;
        match removed.rows_affected {
            0 => Err(SignalsError::ArticleNotFound { article }),
            _ => Ok(()),
        }
    }
}
