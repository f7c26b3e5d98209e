//! Acceptance tests: durable runs, their steps, and the workers that take them.

mod lifecycle;
mod workers;
