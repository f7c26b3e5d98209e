//! A body that is watched while it is read.

use std::{
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::{Body, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::{Limits, digests::Digests, fault::Fault};

/// What was seen of a body.
#[derive(Debug, Default)]
pub(super) struct Watch {
    fault: OnceLock<Fault>,
    is_waiting: AtomicBool,
}

impl Watch {
    pub(super) fn fault(&self) -> Option<Fault> {
        self.fault.get().copied()
    }

    /// Whether the handler waits for more of the body.
    pub(super) fn is_waiting(&self) -> bool {
        self.is_waiting.load(Ordering::Relaxed)
    }
}

/// The body. After a fault it has ended, so that its handler keeps nothing of it.
pub(super) struct Watched {
    body: Option<Body>,
    left_bytes: u64,
    pause: Duration,
    paused: Option<Pin<Box<Sleep>>>,
    digests: Digests,
    watch: Arc<Watch>,
}

impl Watched {
    pub(super) fn new(body: Body, limits: Limits, digests: Digests, watch: Arc<Watch>) -> Self {
        Self {
            body: Some(body),
            left_bytes: limits.max_bytes.unwrap_or(u64::MAX),
            pause: limits.pause,
            paused: None,
            digests,
            watch,
        }
    }

    fn fail(&mut self, fault: Fault) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.body = None;
        // The first fault is the only one: after it, the body has ended.
        let _ = self.watch.fault.set(fault);
        Poll::Ready(Some(Err(axum::Error::new(fault))))
    }

    fn poll_pause(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let pause = self.pause;
        let paused = self.paused.get_or_insert_with(|| Box::pin(sleep(pause)));
        paused.as_mut().poll(context)
    }

    fn take(&mut self, frame: &Frame<Bytes>) -> Result<(), Fault> {
        let Some(bytes) = frame.data_ref() else {
            return Ok(());
        };
        let left = self.left_bytes.checked_sub(bytes.len() as u64);
        self.left_bytes = left.ok_or(Fault::TooLarge)?;
        self.digests.update(bytes);
        Ok(())
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(body).poll_frame(context);
        this.watch
            .is_waiting
            .store(polled.is_pending(), Ordering::Relaxed);
        match polled {
            Poll::Pending => {
                ready!(this.poll_pause(context));
                this.fail(Fault::Stalled)
            }
            Poll::Ready(Some(Ok(frame))) => {
                this.paused = None;
                match this.take(&frame) {
                    Ok(()) => Poll::Ready(Some(Ok(frame))),
                    Err(fault) => this.fail(fault),
                }
            }
            Poll::Ready(None) => {
                this.body = None;
                match this.digests.mismatch() {
                    None => Poll::Ready(None),
                    Some(name) => this.fail(Fault::Differs(name)),
                }
            }
            failed @ Poll::Ready(Some(Err(_))) => failed,
        }
    }

    /// A body with a digest has not ended until that is compared.
    fn is_end_stream(&self) -> bool {
        self.digests.is_empty() && self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}
