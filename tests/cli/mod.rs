//! The programs as a user meets them: the walk of the README, bad input, interruptions, and the
//! life of a server.

mod interruption;
mod life;
mod own_program;
mod places;
mod refusal;
mod roots;
mod walk;
