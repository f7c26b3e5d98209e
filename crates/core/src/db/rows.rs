//! Rows that come one by one.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::Stream;
use sea_orm::{DbErr, QueryResult};

use super::{backend::RowStream, session::StatementPermit};

/// The rows of a stream, in the order in which the engine gives them. While it is open, no other
/// statement of the same unit can run.
pub struct Rows<'a> {
    rows: RowStream<'a>,
    /// After `rows`: fields are dropped in this order.
    permit: Option<StatementPermit<'a>>,
}

impl<'a> Rows<'a> {
    /// Rows that hold the permit of their session until they end.
    pub(super) fn with_permit(rows: RowStream<'a>, permit: StatementPermit<'a>) -> Self {
        Self {
            rows,
            permit: Some(permit),
        }
    }

    /// Rows that nothing else waits for.
    pub(super) fn of(rows: impl Stream<Item = Result<QueryResult, DbErr>> + Send + 'a) -> Self {
        Self {
            rows: Box::pin(rows),
            permit: None,
        }
    }
}

impl fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").finish_non_exhaustive()
    }
}

impl Stream for Rows<'_> {
    type Item = Result<QueryResult, DbErr>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.rows.as_mut().poll_next(context);
        if let Poll::Ready(None) = next
            && let Some(permit) = self.permit.take()
        {
            permit.answered();
        }
        next
    }
}
