//! The commands, one file each.

pub(crate) mod adopt;
pub(crate) mod baseline;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod create;
pub(crate) mod database;
pub(crate) mod other_history;
pub(crate) mod plan;
pub(crate) mod repair;
pub(crate) mod revert;
pub(crate) mod rules;
pub(crate) mod run;
pub(crate) mod scratch;
pub(crate) mod status;
mod wait;
