//! Sources and disks that fail at a chosen place.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use rustix::io::Errno;
use tokio::io::{AsyncRead, ReadBuf};

use super::*;

/// Gives some bytes and then fails, or waits for ever.
struct Broken {
    bytes: Vec<u8>,
    then_fails: bool,
}

impl AsyncRead for Broken {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if self.bytes.is_empty() {
            return match self.then_fails {
                true => Poll::Ready(Err(std::io::ErrorKind::ConnectionReset.into())),
                false => Poll::Pending,
            };
        }
        let count = self.bytes.len().min(buffer.remaining());
        let rest = self.bytes.split_off(count);
        buffer.put_slice(&self.bytes);
        self.bytes = rest;
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_source_that_fails_midway_leaves_nothing() {
    let scene = given_a_store().await;
    let source = Broken {
        bytes: samples::png_of(600_000),
        then_fails: true,
    };
    let error = scene.store.stage(source, to(CLIPS)).await.unwrap_err();
    assert_eq!(error.code(), "FILE_INTERRUPTED");
    assert_eq!(scene.files(), [""; 0]);
}

#[tokio::test]
async fn a_cancelled_upload_leaves_nothing() {
    let scene = given_a_store().await;
    let source = Broken {
        bytes: samples::png_of(600_000),
        then_fails: false,
    };
    let staging = scene.store.stage(source, to(CLIPS));
    let cut = tokio::time::timeout(Duration::from_millis(100), staging).await;
    assert!(cut.is_err());
    scene.empties().await;
}

/// Fails a kind of change with an error, and returns the code of the resulting error.
async fn code_when(errno: Errno, fault: impl Fn(&Effect) -> bool + Send + 'static) -> &'static str {
    let scene = given_a_store().await;
    scene
        .failpoint
        .fail(move |effect| fault(effect).then_some(errno));
    let stored = async {
        let staged = scene.store.stage(&samples::png()[..], to(CLIPS)).await?;
        scene.store.publish(staged).await
    };
    let error = stored.await.unwrap_err();
    scene.failpoint.heal();
    assert_eq!(scene.files(), [""; 0], "nothing may be left after {error}");
    error.code()
}

#[tokio::test]
async fn a_disk_that_fails_leaves_nothing_and_says_what_failed() {
    let write = |effect: &Effect| matches!(effect, Effect::Write(_));
    assert_eq!(code_when(Errno::NOSPC, write).await, "STORAGE_FULL");
    assert_eq!(code_when(Errno::DQUOT, write).await, "STORAGE_FULL");
    assert_eq!(code_when(Errno::IO, write).await, "STORAGE_UNAVAILABLE");
    let create = |effect: &Effect| matches!(effect, Effect::Create(_));
    assert_eq!(code_when(Errno::ROFS, create).await, "STORAGE_UNAVAILABLE");
    let make = |effect: &Effect| matches!(effect, Effect::Make(path) if path.ends_with("clips"));
    assert_eq!(code_when(Errno::NOSPC, make).await, "STORAGE_FULL");
    let link = |effect: &Effect| matches!(effect, Effect::Link(..));
    assert_eq!(code_when(Errno::XDEV, link).await, "STORAGE_UNAVAILABLE");
    let flush = |effect: &Effect| matches!(effect, Effect::SyncFile(_));
    assert_eq!(code_when(Errno::IO, flush).await, "STORAGE_NOT_DURABLE");
    assert_eq!(code_when(Errno::NOSPC, flush).await, "STORAGE_FULL");
}

#[tokio::test]
async fn a_failed_flush_is_never_tried_again() {
    let scene = given_a_store().await;
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    scene.failpoint.fail(move |effect| {
        matches!(effect, Effect::SyncFile(_)).then(|| {
            counted.fetch_add(1, Ordering::SeqCst);
            Errno::IO
        })
    });
    scene
        .store
        .stage(&samples::png()[..], to(CLIPS))
        .await
        .unwrap_err();
    assert_eq!(tries.load(Ordering::SeqCst), 1);
    assert_eq!(scene.files(), [""; 0]);
}

#[tokio::test]
async fn a_folder_flush_that_fails_takes_the_link_back() {
    let scene = given_a_store().await;
    let staged = scene.staged(&samples::png()).await;
    let once = AtomicBool::new(true);
    scene.failpoint.fail(move |effect| {
        let hit = matches!(effect, Effect::Sync(path) if path.ends_with("clips"))
            && once.swap(false, Ordering::SeqCst);
        hit.then_some(Errno::IO)
    });
    let error = scene.store.publish(staged).await.unwrap_err();
    assert_eq!(error.code(), "STORAGE_NOT_DURABLE");
    assert_eq!(scene.files(), [""; 0]);
}

/// The publication goes on where it cannot be cut, and finds that nobody waits for it.
#[tokio::test]
async fn a_cancelled_publication_leaves_nothing() {
    let scene = given_a_store().await;
    let staged = scene.staged(&samples::png()).await;
    scene.failpoint.fail(|effect| {
        if matches!(effect, Effect::Link(..)) {
            std::thread::sleep(Duration::from_millis(200));
        }
        None
    });
    let publishing = scene.store.publish(staged);
    let cut = tokio::time::timeout(Duration::from_millis(20), publishing).await;
    assert!(cut.is_err());
    scene.empties().await;
    let linked = |effect: &Effect| matches!(effect, Effect::Link(..));
    assert!(scene.failpoint.effects().iter().any(linked));
}

#[tokio::test]
async fn health_proves_that_files_can_be_written() {
    let scene = given_a_store().await;
    let health = scene.store.health().await.unwrap();
    assert!(health.is_one_filesystem);
    assert!(0 < health.free_bytes && health.free_bytes < health.total_bytes);
    assert_eq!(scene.files(), [""; 0]);
    scene
        .failpoint
        .fail(|effect| matches!(effect, Effect::Write(_)).then_some(Errno::NOSPC));
    let error = scene.store.health().await.unwrap_err();
    assert_eq!(error.code(), "STORAGE_FULL");
}
