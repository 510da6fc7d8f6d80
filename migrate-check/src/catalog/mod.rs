//! What the statements so far have made: tables, indexes, types, and in which file.
//!
//! One [`Catalog`] is carried through all files in the order in which they run. Each statement is applied to it once,
//! so at any point it holds the state after everything before. Each object knows the number of the file that made it,
//! so "made in this file" is a comparison.
//!
//! What functions do, and `DO` blocks under a condition, stays unknown, and so do objects that existed before the first file. A rule
//! speaks where nothing is known, and is quiet where the catalog says that all is well. Knows no rule.

mod apply;
mod by_name;
mod domain;
mod holder;
mod model;
mod namespace;
mod noted;
mod references;
mod rename;
mod shape;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use self::holder::{Holder, Holding};
pub(crate) use self::model::{Catalog, Emptied, Lasting};
