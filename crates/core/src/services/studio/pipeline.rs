//! The studio's settings: section `pipeline`.

use std::time::Duration;

use crate::config::{Keys, Section};

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

impl Section for Pipeline {
    const NAME: &'static str = "pipeline";

    const DEFAULTS: &'static str = "\
# The most scenes of a project.
max_scenes: 15
# How often a failed step is tried in all before its run fails.
retry_max_attempts: 5
# The wait before the first retry; it doubles with each attempt.
retry_base_delay_s: 2
# How long a worker may hold a step without a sign of life.
lease_s: 60
";

    fn read(keys: &mut Keys<'_>) -> Option<Self> {
        let max_scenes = keys.integer("max_scenes", 1..=10_000);
        let retry_max_attempts = keys.integer("retry_max_attempts", 1..=100);
        let retry_base_delay = keys.seconds("retry_base_delay_s", 0..=3_600);
        let lease = keys.seconds("lease_s", 1..=86_400);
        Some(Self {
            max_scenes: max_scenes?,
            retry_max_attempts: retry_max_attempts?,
            retry_base_delay: retry_base_delay?,
            lease: lease?,
        })
    }
}
