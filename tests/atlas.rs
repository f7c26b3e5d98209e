//! Acceptance tests: videos and transcripts that are imported, and what is found in them.

mod commands;
mod importing;
mod searching;
mod world;
