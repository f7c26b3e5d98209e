//! Section `pipeline`.

use std::time::Duration;

use super::section::Section;

/// Limits of the studio's pipeline.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// The most scenes of a project.
    pub max_scenes: u32,
    /// How often a failed step is tried in all before its run fails.
    pub retry_max_attempts: u32,
    /// The wait before the first retry; it doubles with each attempt.
    pub retry_base_delay: Duration,
    /// How long a worker may hold a step without a sign of life.
    pub lease: Duration,
}

impl Pipeline {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let max_scenes = section.integer("max_scenes", 1..=10_000);
        let retry_max_attempts = section.integer("retry_max_attempts", 1..=100);
        let retry_base_delay = section.seconds("retry_base_delay_s", 0..=3_600);
        let lease = section.seconds("lease_s", 1..=86_400);
        Some(Self {
            max_scenes: max_scenes?,
            retry_max_attempts: retry_max_attempts?,
            retry_base_delay: retry_base_delay?,
            lease: lease?,
        })
    }
}
