//! Acceptance tests: the API, through the program as it is run.

mod access;
mod api;
mod articles;
mod atlas;
mod damage;
mod document;
mod documented;
mod downloads;
mod errors;
mod full_disk;
mod graphs;
mod hangups;
mod lifecycle;
mod observing;
mod projects;
mod readiness;
mod replaced;
mod runs;
mod scenes;
mod sentiment;
mod statements;
mod uploads;
