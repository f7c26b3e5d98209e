//! One connection, from its first byte to its last.

use std::{future::poll_fn, pin::pin};

use axum::{Router, http::StatusCode};

use super::{
    busy::Busy,
    canned, last_words,
    stream::{Left, SharedStream},
};

/// Lets hyper run the connection, and closes it after hyper.
pub(super) async fn run(
    connection: impl Future<Output = hyper::Result<()>>,
    stream: SharedStream,
    router: Router,
    busy: Busy,
) {
    let ended = {
        let mut connection = pin!(connection);
        poll_fn(|context| {
            let polled = connection.as_mut().poll(context);
            if polled.is_pending() {
                stream.release(context);
            }
            polled
        })
        .await
    };
    let Some(Left {
        stream,
        held,
        owes_an_answer,
    }) = stream.into_parts()
    else {
        return;
    };
    // A connection that is kept open for the next request ends without a word: an answer to nothing
    // would be taken for that of a request that is on its way.
    let is_late = owes_an_answer && ended.as_ref().is_err_and(hyper::Error::is_timeout);
    let late = is_late.then_some(StatusCode::REQUEST_TIMEOUT);
    if let Some(status) = late.or_else(|| refused(&ended, &held)) {
        let answer = last_words::refusal(router, status).await;
        last_words::say(stream, &answer).await;
    } else if !held.is_empty() || busy.left_a_body_unread() {
        last_words::say(stream, &held).await;
    }
}

/// The status of hyper's own answer, if that is what it wrote last.
fn refused(ended: &hyper::Result<()>, held: &[u8]) -> Option<StatusCode> {
    let error = ended.as_ref().err()?;
    tracing::debug!(%error, "a connection broke off");
    canned::status(held).filter(|_| error.is_parse())
}
