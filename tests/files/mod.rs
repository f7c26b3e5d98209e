//! Files and rows together: whatever dies, fails or happens at once, they agree.

mod child;
mod covers;
mod crashes;
mod disks;
mod fixture;
mod identity;
mod trash;
