//! The first step of storing a file: its bytes come to the disk under a name that nobody looks at.

use std::{io, ops::ControlFlow, sync::Arc};

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::io::{AsyncRead, AsyncReadExt};
use uuid::Uuid;

use super::{
    FileStore, FilesError, Folder, MediaType, StorageKey,
    disk::NewFile,
    staging::Entry,
    store::{Shared, blocking},
    whole,
};

/// How much is read, hashed and written at a time. The type is recognised by the first of these.
const CHUNK_BYTES: usize = 256 * 1024;

/// The folder that a file is to go to, and the types that it may have.
#[derive(Clone, Debug)]
pub struct Destination {
    /// Whose file it is.
    pub owner: Uuid,
    /// The kind folder.
    pub folder: Folder,
    /// The types that are taken, such as [`MediaType::IMAGES`].
    pub accepts: &'static [MediaType],
}

/// What is known about a file once its last byte was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// Where it is, or will be.
    pub key: StorageKey,
    /// Recognised by the content.
    pub media_type: MediaType,
    /// The length; at least 1.
    pub size_bytes: u64,
    /// BLAKE3 of the content, 64 lower-case hex digits.
    pub blake3: String,
}

/// A file that is complete and on the disk, and that nobody can see yet. Dropped, it is removed.
#[derive(Debug)]
#[must_use = "a staged file that is dropped is removed"]
pub struct Staged {
    pub(super) entry: Entry,
    pub(super) facts: FileFacts,
}

impl Staged {
    /// What is known about the file.
    #[must_use]
    pub fn facts(&self) -> &FileFacts {
        &self.facts
    }
}

impl FileStore {
    /// Takes a file from `source` to its end: counts, recognises, hashes and flushes it.
    ///
    /// # Errors
    /// An empty, unwanted, damaged or too large file; a source that fails; a disk that is full or
    /// fails. In each case nothing of the file is left. The same holds if the future is dropped,
    /// as soon as the call to the disk that was under way returns.
    pub async fn stage(
        &self,
        mut source: impl AsyncRead + Unpin,
        destination: Destination,
    ) -> Result<Staged, FilesError> {
        let mut chunk = Chunk::new();
        chunk.fill(&mut source).await?;
        let media_type = MediaType::recognise(chunk.bytes(), destination.accepts)?;
        let Destination { owner, folder, .. } = destination;
        let key = StorageKey::new(owner, folder, self.shared.clock.new_id(), media_type);

        let shared = Arc::clone(&self.shared);
        let mut writing = blocking(move || Ok((Writing::create(&shared, key)?, chunk))).await?;
        loop {
            let (mut file, chunk) = writing;
            let is_last = !chunk.is_full();
            let _turn = match is_last {
                true => self.shared.flushes.acquire().await.ok(),
                false => None,
            };
            let step = blocking(move || {
                file.append(chunk.bytes())?;
                Ok(match is_last {
                    true => ControlFlow::Break(file.finish()?),
                    false => ControlFlow::Continue((file, chunk)),
                })
            });
            match step.await? {
                ControlFlow::Break(staged) => return Ok(staged),
                ControlFlow::Continue((file, mut chunk)) => {
                    chunk.fill(&mut source).await?;
                    writing = (file, chunk);
                }
            }
        }
    }

    /// Stages many files, [`CONCURRENCY`](Self::CONCURRENCY) at a time, in the order given. A
    /// source is polled, and so opened, only when its turn comes.
    ///
    /// # Errors
    /// The first error of a source or of [`stage`](Self::stage); nothing is then left of any,
    /// as soon as the calls to the disk that were under way return.
    pub async fn stage_all<S, R, E>(
        &self,
        sources: impl IntoIterator<Item = S>,
    ) -> Result<Vec<Staged>, E>
    where
        S: Future<Output = Result<(R, Destination), E>>,
        R: AsyncRead + Unpin,
        E: From<FilesError>,
    {
        stream::iter(sources)
            .map(|source| async move {
                let (reader, destination) = source.await?;
                Ok(self.stage(reader, destination).await?)
            })
            .buffered(Self::CONCURRENCY)
            .try_collect()
            .await
    }
}

/// A staged file that is being written. Dropped, it is removed.
struct Writing {
    file: NewFile,
    entry: Entry,
    hasher: blake3::Hasher,
    size_bytes: u64,
    max_bytes: u64,
}

impl Writing {
    fn create(shared: &Shared, key: StorageKey) -> Result<Self, FilesError> {
        let staging = shared.staging()?;
        let file = staging
            .dir()
            .create(&key.staging_name())
            .map_err(|error| FilesError::of_disk("creating a file", error))?;
        Ok(Self {
            file,
            entry: Entry::new(staging, key),
            hasher: blake3::Hasher::new(),
            size_bytes: 0,
            max_bytes: shared.max_file_bytes,
        })
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), FilesError> {
        self.size_bytes += bytes.len() as u64;
        if self.size_bytes > self.max_bytes {
            return Err(FilesError::TooLarge {
                max_bytes: self.max_bytes,
            });
        }
        self.hasher.update(bytes);
        self.file
            .append(bytes)
            .map_err(|error| FilesError::of_disk("writing a file", error))
    }

    /// The whole of it is read before it is flushed: what is damaged is not worth a flush.
    fn finish(self) -> Result<Staged, FilesError> {
        self.require_whole()?;
        self.file
            .sync()
            .map_err(|error| FilesError::of_sync("flushing a file", error))?;
        let facts = FileFacts {
            key: self.entry.key().clone(),
            media_type: self.entry.key().media_type(),
            size_bytes: self.size_bytes,
            blake3: self.hasher.finalize().to_hex().to_string(),
        };
        Ok(Staged {
            entry: self.entry,
            facts,
        })
    }
}

impl Writing {
    fn require_whole(&self) -> Result<(), FilesError> {
        let media_type = self.entry.key().media_type();
        let failed = |error| FilesError::of_disk("reading a staged file", error);
        let dir = self.entry.staging().dir();
        let (file, _) = dir.read(&self.entry.name()).map_err(failed)?;
        match whole::check(media_type, file, self.size_bytes) {
            Ok(()) => Ok(()),
            Err(whole::Flaw::Content(flaw)) => Err(FilesError::Damaged { media_type, flaw }),
            Err(whole::Flaw::Unreadable(error)) => Err(failed(error)),
        }
    }
}

/// A buffer that is filled whole unless the source ends.
struct Chunk {
    buffer: Vec<u8>,
    filled: usize,
}

impl Chunk {
    fn new() -> Self {
        Self {
            buffer: vec![0; CHUNK_BYTES],
            filled: 0,
        }
    }

    async fn fill(&mut self, source: &mut (impl AsyncRead + Unpin)) -> Result<(), FilesError> {
        self.filled = 0;
        while !self.is_full() {
            match source.read(&mut self.buffer[self.filled..]).await {
                Ok(0) => break,
                Ok(bytes) => self.filled += bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(FilesError::Interrupted { source }),
            }
        }
        Ok(())
    }

    fn bytes(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    fn is_full(&self) -> bool {
        self.filled == self.buffer.len()
    }
}
