//! What a migration must not say: the rules, and what they are shown.

mod block;
mod context;
mod finding;
mod lock;
mod parsed_file;
mod rule;
mod rules;
mod run;
#[cfg(test)]
mod testing;
mod walk;

pub(crate) use self::parsed_file::ParsedFile;
pub use self::rule::{Example, Rule};
pub use self::rules::{RULES, find, names};
pub(crate) use self::run::is_about_all;
pub(crate) use self::run::{Selection, check, is_applied};
#[cfg(any(test, feature = "meaning"))]
pub(crate) use self::run::{allow_all, is_old, resolves, with_levels};
