//! What each of them says: its own level only, lower case, no full stop.

use std::fmt::{self, Write as _};

use super::kind::Kind;
use super::problem::{Problem, Taken};
use crate::migrations::Checksum;
use crate::report::UnknownMigration;

impl Kind {
    /// On one line, or with `details` over several.
    #[expect(
        clippy::too_many_lines,
        reason = "a table, one arm for each way to stop"
    )]
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>, details: bool) -> fmt::Result {
        match self {
            Self::Drift { migrations } => {
                let what = ["was", "were", "edited after being applied"];
                list(f, what, &problems(migrations, &checksums), details)
            }
            Self::VersionTaken {
                table, migrations, ..
            } => {
                let what = format!(
                    "a version that the history table {table} records for another migration"
                );
                let what = ["has", "have", what.as_str()];
                list(f, what, &taken(migrations), details)
            }
            Self::Missing { migrations, .. } => {
                let what = ["is", "are", "recorded as applied but without a file"];
                list(f, what, &unknown(migrations), details)
            }
            Self::Ahead { migrations } => {
                let what = ["was", "were", "applied by a newer release than this one"];
                list(f, what, &unknown(migrations), details)
            }
            Self::OutOfOrder {
                migrations,
                newest_applied,
                ..
            } => {
                let pending =
                    format!("pending, but version {newest_applied}, which is newer, is applied");
                let what = ["is", "are", pending.as_str()];
                list(f, what, &problems(migrations, &|_| String::new()), details)
            }
            Self::HalfApplied { migrations } => {
                let detail = |problem: &Problem| format!(": {}", problem.interruption());
                let what = ["is", "are", "half-applied"];
                list(f, what, &problems(migrations, &detail), details)
            }
            Self::Interrupted {
                file,
                statement,
                of,
                reason,
                ..
            } => write!(
                f,
                "{file} was interrupted at statement {statement} of {of}: {reason}"
            ),
            Self::OtherIndex(other) => other.write(f, details),
            Self::UnknownTarget { target, .. } => {
                write!(f, "there is no migration with version {target}")
            }
            Self::NotInSet { version, name } => write!(
                f,
                "{version} {name} cannot be reverted: there is no file for it"
            ),
            Self::NoDown { version, name } => write!(
                f,
                "{version} {name} cannot be reverted: it has no down file"
            ),
            Self::NothingToRepair { version, reason } => {
                write!(f, "version {version} cannot be repaired: it {reason}")
            }
            Self::NotForgotten { version, reason } => {
                write!(f, "version {version} cannot be forgotten: {reason}")
            }
            Self::NothingToRevert { target } => {
                write!(
                    f,
                    "version {target} is not applied, so nothing was reverted to it"
                )
            }
            Self::RevertRaced => {
                f.write_str("another instance changed the history during the revert")
            }
            Self::SingleTransaction { file, reason } => {
                write!(f, "{file} cannot be part of a single transaction: {reason}")
            }
            Self::Stopped => f.write_str("stopped on request before the end"),
            Self::Locked { holder, waited } => {
                write!(
                    f,
                    "waited {waited:.0?} for another instance to apply migrations"
                )?;
                holder
                    .as_ref()
                    .map_or(Ok(()), |holder| write!(f, ": {holder}"))
            }
            Self::TableLocked {
                table,
                holder,
                waited,
            } => {
                write!(
                    f,
                    "the history table {table} has been locked for more than {waited:.0?}"
                )?;
                holder
                    .as_ref()
                    .map_or(Ok(()), |holder| write!(f, " by {holder}"))
            }
            Self::Unsettled { table, waited } => write!(
                f,
                "for more than {waited:.0?}, what is read from the history table {table} has not been what is written to it"
            ),
            Self::Unfit(unfit) => write!(f, "{unfit}"),
            Self::NoSchema { schema } => write!(f, "the schema {schema} does not exist"),
            Self::Rights(rights) => write!(f, "{rights}"),
            Self::Stale {
                directory,
                differences,
            } => {
                write!(f, "this binary is stale: ")?;
                for (at, difference) in differences.iter().enumerate() {
                    let comma = if at == 0 { "" } else { ", " };
                    write!(f, "{comma}{directory}/{difference}")?;
                }
                write!(f, " after it was compiled")
            }
            Self::OpenTransaction { .. } => f.write_str("the connection has an open transaction"),
            Self::Pooled { file } => write!(
                f,
                "{file} needs one server connection, but a pooler changed it between two messages"
            ),
            Self::BadTable { problem } => f.write_str(problem),
            Self::ForeignTable { table, shape } => {
                write!(
                    f,
                    "{table} exists but is not migrate's history table (columns: "
                )?;
                for (at, column) in shape.columns.iter().enumerate() {
                    let comma = if at == 0 { "" } else { ", " };
                    write!(f, "{comma}{column}")?;
                }
                f.write_char(')')?;
                shape.tool().map_or(Ok(()), |(tool, _)| {
                    write!(f, "; it looks like the table of {tool}")
                })
            }
            Self::Denied { doing, .. } => write!(f, "permission denied: could not {doing}"),
            Self::ReadOnly { .. } => f.write_str("the server is read-only"),
            Self::Failed(failed) => failed.write(f, details),
            Self::Database { doing, .. } => write!(f, "could not {doing}"),
            Self::Connection { doing, .. } => {
                write!(f, "could not {doing}: the connection failed")
            }
            Self::Unreadable { table, reason } => {
                write!(f, "the history in {table} cannot be read: {reason}")
            }
        }
    }
}

/// One case with its detail; or the number of cases and their names, each on a line with its detail if there is room.
/// `what` are the verb for one, the verb for more, and the rest.
fn list(
    f: &mut fmt::Formatter<'_>,
    what: [&str; 3],
    cases: &[(String, String)],
    details: bool,
) -> fmt::Result {
    let [is, are, what] = what;
    if let [(name, detail)] = cases {
        return write!(f, "{name} {is} {what}{detail}");
    }
    write!(f, "{} migrations {are} {what}:", cases.len())?;
    for (at, (name, detail)) in cases.iter().enumerate() {
        if details {
            write!(f, "\n  {name}{detail}")?;
        } else {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma} {name}")?;
        }
    }
    Ok(())
}

fn problems(problems: &[Problem], detail: &dyn Fn(&Problem) -> String) -> Vec<(String, String)> {
    let case = |problem: &Problem| (problem.file.clone(), detail(problem));
    problems.iter().map(case).collect()
}

fn unknown(unknown: &[UnknownMigration]) -> Vec<(String, String)> {
    let case = |unknown: &UnknownMigration| (unknown.to_string(), String::new());
    unknown.iter().map(case).collect()
}

fn taken(taken: &[Taken]) -> Vec<(String, String)> {
    let case = |taken: &Taken| {
        let at = taken
            .at
            .as_ref()
            .map_or_else(String::new, |at| format!(", recorded at {at}"));
        (taken.file.clone(), format!(": {}{at}", taken.recorded))
    };
    taken.iter().map(case).collect()
}

fn checksums(problem: &Problem) -> String {
    let recorded = problem.recorded.map_or_else(|| "none".to_owned(), short);
    let embedded = short(problem.embedded);
    format!(" (recorded checksum {recorded}, now {embedded})")
}

/// Twelve digits tell two checksums apart and still fit on the line.
fn short(checksum: Checksum) -> String {
    let mut digits = checksum.to_string();
    digits.truncate(12);
    digits
}
