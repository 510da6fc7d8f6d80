//! What can be wrong with a directory of migrations when it is built, and what is said about it.

mod advice;
mod alone;
mod by_hand;
mod content;
mod directives;
mod directory;
#[cfg(test)]
mod fixture;
mod lint;
mod mistakes;
mod names;
mod order;
mod repeats;
mod sql;
mod together;
