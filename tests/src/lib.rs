//! The harness of the acceptance tests: both engines, scratch databases, the programs as processes.
