//! Acceptance tests: what is acknowledged is stored, whatever happens next.

mod checker;
mod disk;
mod failing_disk;
mod failing_flushes;
mod failover;
mod folders;
mod full_disk;
mod killed;
mod load;
mod mutants;
mod power_cut;
mod replica;
mod restarts;
mod standby;
