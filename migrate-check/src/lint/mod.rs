//! What a migration must not say: the rules, and what they are shown.

mod finding;
mod lock;
mod rule;
mod rules;
mod run;
mod scene;
mod subject;
#[cfg(test)]
mod testing;

pub use self::lock::{Lock, locks};
pub use self::rule::{Example, Rule};
pub(crate) use self::rules::names;
pub use self::rules::{RULES, find};
pub(crate) use self::run::{Selection, check, is_applied};
pub(crate) use self::subject::Subject;
