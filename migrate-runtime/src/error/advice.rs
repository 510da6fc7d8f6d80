//! Which hints each kind of error comes with.

use super::hint::Hint;
use super::kind::{Kind, Shape};
use super::problem::{Problem, Renumbered};
use crate::stale::Difference;

impl Kind {
    pub(super) fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Drift { migrations } => {
                let versions = migrations.iter().map(|problem| problem.version).collect();
                vec![Hint::RestoreFile, Hint::AcceptChecksums { versions }]
            }
            Self::VersionTaken {
                renumbered, newest, ..
            } => {
                let mut hints = moved(renumbered);
                let newest = *newest;
                hints.extend([
                    Hint::SeparateTable,
                    Hint::RenumberNew { newest },
                    Hint::RestoreRecorded,
                ]);
                hints
            }
            Self::Missing {
                migrations,
                renumbered,
            } => {
                let is_gone = |version| renumbered.iter().all(|one| one.from != version);
                let versions = migrations.iter().map(|unknown| unknown.version);
                let versions: Vec<i64> = versions.filter(|version| is_gone(*version)).collect();
                let mut hints = moved(renumbered);
                hints.push(Hint::RestoreMissing);
                // Without its row, a file that only has another number would run again.
                if !versions.is_empty() {
                    hints.extend([Hint::Rebuild, Hint::SeparateTable]);
                    hints.push(Hint::Forget { versions });
                }
                if renumbered.is_empty() {
                    hints.push(Hint::AllowMissing);
                }
                hints
            }
            Self::Ahead { .. } => vec![Hint::UseNewerRelease, Hint::AllowAhead],
            Self::NotInSet { .. } => vec![Hint::UseNewerRelease],
            Self::OutOfOrder {
                newest_applied,
                renumbered,
                ..
            } => {
                let newest = *newest_applied;
                let mut hints = moved(renumbered);
                hints.extend([Hint::Renumber { newest }, Hint::AllowOutOfOrder]);
                hints
            }
            Self::HalfApplied { migrations } => migrations.iter().flat_map(half_applied).collect(),
            Self::Interrupted { version, .. } => vec![Hint::Repair { version: *version }],
            Self::OtherIndex(other) => other.hints(),
            Self::NoDown { .. } => vec![Hint::AddDownFile],
            Self::NothingToRepair { .. } | Self::NotForgotten { .. } | Self::RevertRaced => {
                vec![Hint::ListApplied]
            }
            Self::NothingToRevert { .. } => vec![Hint::ListApplied, Hint::RevertAll],
            Self::UnknownTarget {
                range: Some((oldest, newest)),
                ..
            } => vec![Hint::ChooseVersion {
                oldest: *oldest,
                newest: *newest,
            }],
            Self::SingleTransaction { .. } => vec![Hint::CommitEachFile],
            Self::Connection { whole: false, .. } => vec![Hint::LookUp],
            Self::Stopped | Self::Connection { whole: true, .. } => vec![Hint::RunAgain],
            Self::Locked { waited, .. } => vec![Hint::WaitLonger { waited: *waited }],
            Self::TableLocked { holder, waited, .. } => {
                let end = holder
                    .as_ref()
                    .map(|holder| Hint::EndSession { pid: holder.pid });
                let wait = Hint::WaitLonger { waited: *waited };
                end.into_iter().chain([wait]).collect()
            }
            Self::Unsettled { waited, .. } => {
                vec![Hint::ReadFromPrimary, Hint::WaitLonger { waited: *waited }]
            }
            Self::Unfit(unfit) => unfit.hints(),
            Self::Rights(rights) => rights.hints(),
            Self::NoSchema { schema } => {
                let schema = schema.clone();
                vec![Hint::RecreateSchema { schema }, Hint::OtherTable]
            }
            Self::Stale {
                directory,
                differences,
            } => stale(directory, differences),
            Self::OpenTransaction { .. } => vec![Hint::EndTransaction],
            Self::Pooled { .. } => vec![Hint::ConnectDirectly],
            Self::ForeignTable { shape, .. } => adopt(shape),
            Self::Denied { .. } => vec![Hint::UseOwner],
            Self::ReadOnly { .. } => vec![Hint::UsePrimary],
            Self::Failed(failed) => failed.hints(),
            Self::UnknownTarget { range: None, .. }
            | Self::BadTable { .. }
            | Self::Database { .. }
            | Self::Unreadable { .. } => Vec::new(),
        }
    }
}

fn moved(renumbered: &[Renumbered]) -> Vec<Hint> {
    let hint = |one: &Renumbered| Hint::RecordRenumbered {
        from: one.from,
        to: one.to,
        file: one.file.clone(),
    };
    renumbered.iter().map(hint).collect()
}

fn half_applied(problem: &Problem) -> Vec<Hint> {
    let version = problem.version;
    let mut hints = vec![Hint::Repair { version }];
    if problem.reverting {
        hints.insert(0, Hint::FinishRevert { version });
    } else if problem.resumes_restored() {
        hints.insert(0, Hint::RestoreInterrupted { version });
    }
    hints
}

/// Cargo notices every change of a directory but an added file.
fn stale(directory: &str, differences: &[Difference]) -> Vec<Hint> {
    let is_added = |difference: &Difference| matches!(difference, Difference::Added { .. });
    if !differences.iter().any(is_added) {
        return vec![Hint::BuildAgain];
    }
    let directory = directory.to_owned();
    vec![Hint::TouchCaller, Hint::WatchDirectory { directory }]
}

fn adopt(shape: &Shape) -> Vec<Hint> {
    let tool = shape.tool().map(|(_, name)| name);
    vec![Hint::Adopt { tool }, Hint::OtherTable]
}
