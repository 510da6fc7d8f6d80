//! What a file does to the tables that were there before.

use std::collections::{BTreeMap, BTreeSet};

/// The effects that the rules speak of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Effects {
    /// The strongest lock of each table, if it is SHARE UPDATE EXCLUSIVE or stronger.
    pub(crate) locks: BTreeMap<String, String>,
    /// Tables that are read from end to end to prove something.
    pub(crate) scans: BTreeSet<String>,
    /// Tables that are rewritten.
    pub(crate) rewrites: BTreeSet<String>,
    /// Indexes that are built on tables that are not rewritten.
    pub(crate) builds: BTreeSet<String>,
    /// The SQLSTATE with which it fails.
    pub(crate) fails: Option<String>,
}

impl Effects {
    /// What the comments of an example say.
    pub(crate) fn said(sql: &str) -> Self {
        let mut effects = Self::default();
        for line in sql.lines() {
            let Some(comment) = line.strip_prefix("-- ") else {
                continue;
            };
            let Some((what, whom)) = comment.split_once(' ') else {
                continue;
            };
            match what {
                "locks" => {
                    let (table, mode) = whom.split_once(": ").unwrap();
                    effects.locks.insert(table.to_owned(), mode.to_owned());
                }
                "scans" => {
                    effects.scans.insert(whom.to_owned());
                }
                "rewrites" => {
                    effects.rewrites.insert(whom.to_owned());
                }
                "builds" => {
                    effects.builds.insert(whom.to_owned());
                }
                "fails" => effects.fails = Some(whom.to_owned()),
                _ => {}
            }
        }
        effects
    }
}
