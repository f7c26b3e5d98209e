//! What every HTTP service on Groundwork shares; it knows no domain.
