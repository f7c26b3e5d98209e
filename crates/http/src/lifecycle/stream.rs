//! The stream of a connection.
//!
//! hyper reads and writes it; the task around hyper keeps it, and has the last word when hyper is
//! done: hyper's own answer to what is no request has neither body nor id, and can be replaced.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

use super::canned;

/// A stream whose reading side ends when `is_over` does, and whose writing side fails when the
/// client takes nothing for longer than `write_pause`. Clones are the same stream.
#[derive(Clone)]
pub(super) struct SharedStream(Arc<Mutex<Inner>>);

struct Inner {
    stream: TcpStream,
    is_over: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    write_pause: Duration,
    paused: Option<Pin<Box<Sleep>>>,
    held: Vec<u8>,
    /// Nothing was answered yet, or something has come since.
    owes_an_answer: bool,
}

/// What hyper leaves of a stream.
pub(super) struct Left {
    pub(super) stream: TcpStream,
    /// What hyper wrote last, if that is an answer of its own.
    pub(super) held: Vec<u8>,
    /// Whether the client has begun a request, or its first is still to come.
    pub(super) owes_an_answer: bool,
}

impl SharedStream {
    pub(super) fn new(
        stream: TcpStream,
        write_pause: Duration,
        is_over: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            stream,
            is_over: Some(Box::pin(is_over)),
            write_pause,
            paused: None,
            held: Vec::new(),
            owes_an_answer: true,
        })))
    }

    /// Writes what is held: hyper goes on after it, so that it is an ordinary response.
    pub(super) fn release(&self, context: &mut Context<'_>) {
        // A failure is seen by the write that follows.
        let _ = self.lock().poll_release(context);
    }

    /// The stream and what is left to say; `None` while there are clones.
    pub(super) fn into_parts(self) -> Option<Left> {
        let inner = Arc::into_inner(self.0)?;
        let inner = inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        Some(Left {
            stream: inner.stream,
            held: inner.held,
            owes_an_answer: inner.owes_an_answer,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn poll_release(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.held.is_empty() {
            let held = std::mem::take(&mut self.held);
            let written = Pin::new(&mut self.stream).poll_write(context, &held);
            self.held = held;
            let bytes = ready!(self.check(context, written))?;
            self.held.drain(..bytes);
        }
        Poll::Ready(Ok(()))
    }

    /// Fails a write that has been waiting for too long.
    fn check(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.paused = None;
            self.owes_an_answer = false;
            return written;
        }
        let pause = self.write_pause;
        let paused = self.paused.get_or_insert_with(|| Box::pin(sleep(pause)));
        ready!(paused.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the client does not read",
        )))
    }
}

impl AsyncRead for SharedStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let inner = &mut *self.lock();
        let before = buffer.filled().len();
        let read = Pin::new(&mut inner.stream).poll_read(context, buffer);
        if read.is_ready() {
            inner.owes_an_answer |= buffer.filled().len() > before;
            return read;
        }
        // Once it is over, every read finds the end.
        if let Some(is_over) = &mut inner.is_over {
            ready!(is_over.as_mut().poll(context));
            inner.is_over = None;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for SharedStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let inner = &mut *self.lock();
        ready!(inner.poll_release(context))?;
        match canned::start(bytes) {
            Some(0) => {
                inner.held.extend_from_slice(bytes);
                Poll::Ready(Ok(bytes.len()))
            }
            start => {
                let bytes = &bytes[..start.unwrap_or(bytes.len())];
                let written = Pin::new(&mut inner.stream).poll_write(context, bytes);
                inner.check(context, written)
            }
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // An answer of hyper's own is within one part, the last.
        let filled = parts.iter().rposition(|part| !part.is_empty());
        let Some((last, before)) = filled.and_then(|last| parts[..=last].split_last()) else {
            return Poll::Ready(Ok(0));
        };
        if before.iter().all(|part| part.is_empty()) {
            return self.poll_write(context, last);
        }
        let is_canned = canned::start(last).is_some();
        let inner = &mut *self.lock();
        ready!(inner.poll_release(context))?;
        let parts = if is_canned { before } else { parts };
        let written = Pin::new(&mut inner.stream).poll_write_vectored(context, parts);
        inner.check(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.lock().stream).poll_flush(context)
    }

    /// Left to the task around hyper.
    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
