//! The commands, one file each.

pub(crate) mod baseline;
pub(crate) mod create;
pub(crate) mod plan;
pub(crate) mod revert;
pub(crate) mod run;
pub(crate) mod status;
