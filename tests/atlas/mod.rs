//! Acceptance tests: videos and transcripts that are imported, and what is found in them.

mod commands;
mod fixture;
mod foreign_graphs;
mod graph_commands;
mod graph_plans;
mod graph_walks;
mod graphs;
mod importing;
mod searching;
