//! What one can do about each of them.

use super::kind::{Kind, Shape};
use crate::stale::Difference;

impl Kind {
    pub(super) fn hints(&self) -> Vec<String> {
        let hints: &[&str] = match self {
            Self::Drift { .. } => &[
                "restore the file as it was applied and put the change into a new migration",
                "if the edit was deliberate and changes nothing in the database, accept the new checksum with `repair`",
            ],
            Self::Missing { .. } => &[
                "the file was deleted or renamed, or this program was built from a branch without it: restore it",
                "if this program was compiled before the file was added, build it again",
                "to go on without it, set `.missing(Policy::Allow)`",
            ],
            Self::Ahead { .. } => &["run the newer program, or set `.ahead(Policy::Allow)`"],
            Self::OutOfOrder { .. } => &[
                "give it a newer number, if it has not been applied anywhere yet",
                "if it may run after the newer ones, say so in its first lines: `-- migrate: out-of-order`",
            ],
            Self::HalfApplied { .. } => &[
                "look at what the file did to the database, then say with `repair` whether it counts as applied or is to be run again",
            ],
            Self::Interrupted { .. } => &[
                "finish or undo that statement by hand, then say with `repair` whether the migration counts as applied or is to be run again",
            ],
            Self::NoDown { .. } => {
                &["write a `.down.sql` file for it, or revert to a newer target"]
            }
            Self::NothingToRepair { .. } | Self::NothingToRevert { .. } => {
                &["`status` lists what is applied"]
            }
            Self::RevertRaced => &["look at `status` before you revert again"],
            Self::UnknownTarget { .. } => &["name the version of an embedded migration"],
            Self::SingleTransaction { .. } => {
                &["run without the single transaction: each file then commits by itself"]
            }
            Self::Stopped => &["run again to go on where it stopped"],
            Self::Locked { .. } => {
                &["wait for it to finish and start again, or allow a longer `.wait(…)`"]
            }
            Self::Stale {
                directory,
                differences,
            } => return stale(directory, differences),
            Self::OpenTransaction => {
                &["commit or roll it back first: migrations open their own transactions"]
            }
            Self::Pooled { .. } => &[
                "a `no-transaction` file needs one server connection to itself: connect to PostgreSQL directly, or put the pooler into session mode",
            ],
            Self::ForeignTable { shape, .. } => return foreign_table(shape),
            Self::Denied { .. } => &[
                "let a role that may create tables apply migrations; a program with nothing pending needs only SELECT on the history table",
            ],
            Self::ReadOnly { .. } => {
                &["connect to the primary server: only that one can be migrated"]
            }
            Self::Connection { .. } => &[
                "run again: the history tells what was committed, and a migration is applied whole or not at all",
            ],
            Self::Failed(failed) => return failed.hints(),
            Self::BadTable { .. } | Self::Database { .. } | Self::Unreadable { .. } => &[],
        };
        hints.iter().map(|&hint| hint.to_owned()).collect()
    }
}

/// Cargo builds again by itself after every change but one.
fn stale(directory: &str, differences: &[Difference]) -> Vec<String> {
    let is_added = |difference: &Difference| matches!(difference, Difference::Added { .. });
    if !differences.iter().any(is_added) {
        return vec!["build again".to_owned()];
    }
    vec![
        "cargo does not notice new files: touch the file that calls embed_migrations!, and build again".to_owned(),
        format!("a `build.rs` with `println!(\"cargo::rerun-if-changed={directory}\");` makes it notice them"),
    ]
}

/// The exact command where the tool is known.
fn foreign_table(shape: &Shape) -> Vec<String> {
    let elsewhere = "keep the history elsewhere: `embed_migrations!(…, table = \"…\")` or `.table(Table::new(schema, name))`";
    let adopt = match shape.tool() {
        Some((tool, name)) => format!(
            "to take over what {tool} has applied: `migrate adopt --from {name}`, first with `--dry-run`; nothing was changed"
        ),
        None => "to take that history over, look at `migrate adopt --help`; nothing was changed"
            .to_owned(),
    };
    vec![adopt, elsewhere.to_owned()]
}
