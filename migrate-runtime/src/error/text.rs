//! What each of them says: its own level only, lower case, no full stop.

use std::fmt;

use super::kind::Kind;
use crate::migrations::Checksum;

impl fmt::Display for Kind {
    #[expect(
        clippy::too_many_lines,
        reason = "a table, one arm for each way to stop"
    )]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drift { migrations } => list(
                f,
                migrations,
                "was edited after it was applied",
                |problem| problem.file.clone(),
                |problem| {
                    let recorded = problem.recorded.map_or_else(|| "none".to_owned(), short);
                    format!(
                        " (applied {recorded}, embedded {})",
                        short(problem.embedded)
                    )
                },
            ),
            Self::Missing { migrations } => list(
                f,
                migrations,
                "was applied and is not in this program, which holds newer ones",
                ToString::to_string,
                |_| String::new(),
            ),
            Self::Ahead { migrations } => list(
                f,
                migrations,
                "was applied by a newer program than this one",
                ToString::to_string,
                |_| String::new(),
            ),
            Self::OutOfOrder {
                migrations,
                newest_applied,
            } => list(
                f,
                migrations,
                &format!("is pending, but {newest_applied}, which is newer, is applied already"),
                |problem| problem.file.clone(),
                |_| String::new(),
            ),
            Self::HalfApplied { migrations } => list(
                f,
                migrations,
                "was begun and not finished, and cannot be resumed because its file or its transactions have changed",
                |problem| problem.file.clone(),
                |problem| format!(" ({} statements done)", problem.done),
            ),
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
                write!(
                    f,
                    "{table} is not a history of ours: its columns are {}",
                    shape.columns.join(", ")
                )?;
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
fn list<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    what: &str,
    name: impl Fn(&T) -> String,
    detail: impl Fn(&T) -> String,
) -> fmt::Result {
    if let [only] = items {
        return write!(f, "{} {what}{}", name(only), detail(only));
    }
    write!(f, "{} migrations, each of which {what}:", items.len())?;
    let mut line = |item| write!(f, "\n  {}{}", name(item), detail(item));
    items.iter().try_for_each(&mut line)
}

/// Twelve digits tell two checksums apart and still fit on the line.
fn short(checksum: Checksum) -> String {
    checksum.to_string().chars().take(12).collect()
}
