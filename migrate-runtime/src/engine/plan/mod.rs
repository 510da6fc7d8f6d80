//! Judges the whole history against the whole set before anything runs, and says what would run.
//! Pure: no session, no clock.

#[cfg(all(test, feature = "directory"))]
mod tests;

use super::history::{History, Row, State};
use super::identity::taken_kind;
use super::progress::Resume;
use crate::error::{Kind, Problem, Renumbered, Taken};
use crate::migrations::{Migration, Migrations};
use crate::packed::Summary;
use crate::policy::{Options, Policy};
use crate::report::UnknownMigration;

/// What a run would do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan<'a> {
    /// What is to run, in order of version.
    pub(crate) steps: Vec<Step<'a>>,
    /// How many of the set are applied.
    pub(crate) current: usize,
    /// Applied, but not part of this set: a newer program was here.
    pub(crate) ahead: Vec<UnknownMigration>,
    /// Applied, older than the newest of the set, and not part of it; only where that is allowed.
    pub(crate) missing: Vec<UnknownMigration>,
    /// Applied with another text than the one embedded; only where that is allowed.
    pub(crate) drifted: Vec<i64>,
}

/// One migration that is to run.
#[derive(Debug, Clone)]
pub(crate) struct Step<'a> {
    pub(crate) migration: Migration<'a>,
    /// Where an earlier, interrupted run of a `no-transaction` file has stopped.
    pub(crate) resume: Option<Resume>,
    /// Whether the history holds a row for it that says it is to be run again.
    pub(crate) recorded: bool,
}

/// Plans a run up to the options' target.
///
/// Every drifted, missing and out-of-order migration is collected; the first kind found is the error.
pub(crate) fn plan<'a>(
    set: &'a Migrations,
    history: &History,
    options: &Options,
) -> Result<Plan<'a>, Kind> {
    let mut judge = Judge::new(set, history, options);
    let mut rows = history.rows().iter().peekable();
    let mut is_known = options.target.is_none();
    for migration in set {
        let version = migration.version;
        while let Some(row) = rows.next_if(|row| row.version < version) {
            judge.unknown(row);
        }
        match rows.next_if(|row| row.version == version) {
            Some(row) => judge.known(migration, row),
            None => judge.pending(migration),
        }
        is_known |= options.target == Some(version);
    }
    rows.for_each(|row| judge.unknown(row));
    match options.target {
        Some(target) if !is_known => Err(Kind::unknown_version(target, set)),
        _ => judge.verdict(),
    }
}

/// [`plan`] where the server has found the history to be exactly the set, all applied as embedded: nothing
/// is left to judge.
pub(crate) fn plan_current<'a>(all: &Summary) -> Plan<'a> {
    Plan {
        current: all.count,
        ..Plan::default()
    }
}

struct Judge<'a, 'o> {
    set: &'a Migrations,
    history: &'o History,
    options: &'o Options,
    newest_embedded: Option<i64>,
    newest_applied: Option<i64>,
    plan: Plan<'a>,
    taken: Vec<Taken>,
    drifted: Vec<Problem>,
    out_of_order: Vec<Problem>,
    broken: Vec<Problem>,
}

impl<'a, 'o> Judge<'a, 'o> {
    fn new(set: &'a Migrations, history: &'o History, options: &'o Options) -> Self {
        Self {
            set,
            history,
            options,
            newest_embedded: set.summary().map(|all| all.newest),
            newest_applied: history.newest_applied(),
            plan: Plan::default(),
            taken: Vec::new(),
            drifted: Vec::new(),
            out_of_order: Vec::new(),
            broken: Vec::new(),
        }
    }

    fn known(&mut self, migration: Migration<'a>, row: &Row) {
        let edited = !migration.up.has_checksum(row.checksum);
        if edited && row.is_another(&migration) {
            self.taken.push(Taken::new(&migration, row));
            return;
        }
        match row.state {
            // Whatever was recorded of its text is about a run that no longer counts. With another name or text it may be
            // the row of a forgotten migration, whose version a new one has taken.
            State::Retry => {
                if edited || row.name != migration.name {
                    self.check_order(&migration);
                }
                self.step(migration, None, true);
            }
            State::Running if !migration.up.transactional => {
                match Resume::of(&migration.up, row, !edited) {
                    Some(resume) => self.step(migration, Some(resume), true),
                    None => self.broken.push(Problem::new(&migration, Some(row))),
                }
            }
            State::Running | State::Reverting => {
                self.broken.push(Problem::new(&migration, Some(row)));
            }
            State::Applied | State::Baseline => {
                self.plan.current += 1;
                if edited {
                    self.drifted.push(Problem::new(&migration, Some(row)));
                    self.plan.drifted.push(migration.version);
                }
            }
        }
    }

    fn pending(&mut self, migration: Migration<'a>) {
        self.check_order(&migration);
        self.step(migration, None, false);
    }

    fn check_order(&mut self, migration: &Migration<'a>) {
        if self.within_target(migration.version)
            && self.newest_applied > Some(migration.version)
            && !migration.out_of_order
            && self.options.out_of_order == Policy::Refuse
        {
            self.out_of_order.push(Problem::new(migration, None));
        }
    }

    fn unknown(&mut self, row: &Row) {
        // Forgotten, as a repair has said.
        if !row.counts() {
            return;
        }
        let named = UnknownMigration {
            version: row.version,
            name: row.name.clone(),
        };
        if self.newest_embedded > Some(row.version) {
            self.plan.missing.push(named);
        } else {
            self.plan.ahead.push(named);
        }
    }

    fn step(&mut self, migration: Migration<'a>, resume: Option<Resume>, recorded: bool) {
        if self.within_target(migration.version) {
            self.plan.steps.push(Step {
                migration,
                resume,
                recorded,
            });
        }
    }

    fn within_target(&self, version: i64) -> bool {
        self.options.target.is_none_or(|target| version <= target)
    }

    /// Rows of versions that the set lacks, whose text it holds under another version.
    fn renumbered(&self) -> Vec<Renumbered> {
        let unknown = self.plan.missing.iter().chain(&self.plan.ahead);
        unknown
            .filter_map(|one| self.history.get(one.version))
            .filter_map(|row| row.renumbered(self.set, self.history))
            .collect()
    }

    fn verdict(self) -> Result<Plan<'a>, Kind> {
        // Whatever else there is to say would be about another program's migrations.
        if !self.taken.is_empty() {
            return Err(taken_kind(self.set, self.history, self.taken));
        }
        if !self.broken.is_empty() {
            return Err(Kind::HalfApplied {
                migrations: self.broken,
            });
        }
        if !self.drifted.is_empty() && self.options.drift == Policy::Refuse {
            return Err(Kind::Drift {
                migrations: self.drifted,
            });
        }
        if !self.plan.missing.is_empty() && self.options.missing == Policy::Refuse {
            return Err(Kind::Missing {
                renumbered: self.renumbered(),
                migrations: self.plan.missing,
            });
        }
        if !self.plan.ahead.is_empty() && self.options.ahead == Policy::Refuse {
            return Err(Kind::Ahead {
                migrations: self.plan.ahead,
            });
        }
        if !self.out_of_order.is_empty() {
            return Err(Kind::OutOfOrder {
                renumbered: self.renumbered(),
                migrations: self.out_of_order,
                newest_applied: self.newest_applied.unwrap_or_default(),
            });
        }
        Ok(self.plan)
    }
}
