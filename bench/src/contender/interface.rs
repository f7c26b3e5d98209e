//! What the bench asks of a contender.

use std::{path::Path, time::Duration};

use anyhow::Result;
use async_trait::async_trait;

use crate::{outcome::Outcome, work::Work};

/// Does works on a database file.
#[async_trait]
pub(crate) trait Contender: Send {
    /// Its name in tables.
    fn name(&self) -> &'static str;

    /// Does `work` for about `length`.
    ///
    /// # Errors
    /// If anything but a locked database keeps it from working, or a row is wrong.
    async fn run(&mut self, work: Work, file: &Path, length: Duration) -> Result<Outcome>;
}
