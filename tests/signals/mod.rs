//! Acceptance tests of signals: articles that come in, and what becomes of their scores.

mod commands;
mod fixture;
mod importing;
mod rolling_up;
mod series;
mod series_articles;
mod series_commands;
mod series_fixture;
mod series_plans;
mod series_sample;
mod series_writes;
mod slow_machines;
