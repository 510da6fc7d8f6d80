//! What each of them says: its own level only, lower case, no full stop.

use std::fmt;

use super::kind::{Kind, Problem};
use crate::migrations::Checksum;
use crate::report::Unknown;

impl fmt::Display for Kind {
    #[expect(
        clippy::too_many_lines,
        reason = "a table, one arm for each way to stop"
    )]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drift { migrations } => {
                let detail = |problem: &Problem| {
                    let recorded = problem.recorded.map_or_else(|| "none".to_owned(), short);
                    let embedded = short(problem.embedded);
                    format!(" (applied {recorded}, embedded {embedded})")
                };
                let what = "was edited after it was applied";
                list(f, what, &problems(migrations, &detail))
            }
            Self::Missing { migrations } => {
                let what = "was applied and is not in this program, which holds newer ones";
                list(f, what, &unknown(migrations))
            }
            Self::Ahead { migrations } => {
                let what = "was applied by a newer program than this one";
                list(f, what, &unknown(migrations))
            }
            Self::OutOfOrder {
                migrations,
                newest_applied,
            } => {
                let what =
                    format!("is pending, but {newest_applied}, which is newer, is applied already");
                list(f, &what, &problems(migrations, &|_| String::new()))
            }
            Self::HalfApplied { migrations } => {
                let what = "was begun and not finished, and cannot be resumed because its file or its transactions have changed";
                let detail = |problem: &Problem| format!(" ({} statements done)", problem.done);
                list(f, what, &problems(migrations, &detail))
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
            Self::UnknownTarget { target } => write!(
                f,
                "the target {target} is not among the embedded migrations"
            ),
            Self::NoDown { version, name } => write!(
                f,
                "{version} {name} cannot be reverted: it has no down file"
            ),
            Self::NothingToRepair { version, reason } => {
                write!(f, "{version} cannot be repaired: it {reason}")
            }
            Self::NothingToRevert { target } => write!(f, "nothing newer than {target} is applied"),
            Self::RevertRaced => f.write_str("another program has changed the history meanwhile"),
            Self::SingleTransaction { file, reason } => {
                write!(f, "{file} cannot be part of a single transaction: {reason}")
            }
            Self::Stopped => f.write_str("stopped between two migrations, as it was asked to"),
            Self::Locked { holder, waited } => {
                write!(
                    f,
                    "another program has been applying migrations for more than {waited:.0?}"
                )?;
                holder
                    .as_ref()
                    .map_or(Ok(()), |holder| write!(f, ": {holder}"))
            }
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
            Self::OpenTransaction => f.write_str("the connection has an open transaction"),
            Self::Pooled { file } => write!(
                f,
                "{file} cannot run through a connection pooler that changes the server connection between messages"
            ),
            Self::BadTable { problem } => f.write_str(problem),
            Self::ForeignTable { table, shape } => {
                write!(f, "{table} is not a history of ours: its columns are ")?;
                for (at, column) in shape.columns.iter().enumerate() {
                    let comma = if at == 0 { "" } else { ", " };
                    write!(f, "{comma}{column}")?;
                }
                shape.tool().map_or(Ok(()), |(tool, _)| {
                    write!(f, " (it is the table of {tool})")
                })
            }
            Self::Denied { doing, .. } => write!(f, "the role has no right to {doing}"),
            Self::ReadOnly { .. } => {
                f.write_str("migrations are pending, but the server is read-only")
            }
            Self::Failed(failed) => write!(f, "{failed}"),
            Self::Database { doing, .. } => write!(f, "the server refused to {doing}"),
            Self::Connection { doing, .. } => {
                write!(f, "the connection failed while trying to {doing}")
            }
            Self::Unreadable { table, reason } => {
                write!(f, "the history in {table} is not readable: {reason}")
            }
        }
    }
}

/// One line where there is one case; a line each where there are more.
fn list(f: &mut fmt::Formatter<'_>, what: &str, cases: &[(String, String)]) -> fmt::Result {
    if let [(name, detail)] = cases {
        return write!(f, "{name} {what}{detail}");
    }
    write!(f, "{} migrations, each of which {what}:", cases.len())?;
    for (name, detail) in cases {
        write!(f, "\n  {name}{detail}")?;
    }
    Ok(())
}

fn problems(problems: &[Problem], detail: &dyn Fn(&Problem) -> String) -> Vec<(String, String)> {
    let case = |problem: &Problem| (problem.file.clone(), detail(problem));
    problems.iter().map(case).collect()
}

fn unknown(unknown: &[Unknown]) -> Vec<(String, String)> {
    let case = |unknown: &Unknown| (unknown.to_string(), String::new());
    unknown.iter().map(case).collect()
}

/// Twelve digits tell two checksums apart and still fit on the line.
fn short(checksum: Checksum) -> String {
    let mut digits = checksum.to_string();
    digits.truncate(12);
    digits
}
