//! The newest segments that match a search, [`MAX_RANKED`](super::search::MAX_RANKED) of them at most.
//! They come in one text: a line for each, of its id and its words, which are letters, digits and
//! blanks. A thousand rows would cost more than finding them.

mod filter;
pub(super) mod postgres;
pub(super) mod sqlite;

use sea_orm::{ConnectionTrait, Statement, TryGetable};

use crate::{db::Doing as _, services::atlas::AtlasError};

/// The value of a query for one, if there is any.
async fn one<T: TryGetable>(
    connection: &impl ConnectionTrait,
    statement: Statement,
) -> Result<Option<T>, AtlasError> {
    const DOING: &str = "searching";
    let row = connection.query_one_raw(statement).await.doing(DOING)?;
    let value = row.map_or(Ok(None), |row| row.try_get_by_index::<Option<T>>(0));
    Ok(value.doing(DOING)?)
}
