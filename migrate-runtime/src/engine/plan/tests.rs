//! What a plan comes to, by what is recorded and what is allowed.

use super::{Plan, plan};
use crate::engine::history::{History, Row, State};
use crate::engine::progress::{Next, digest};
use crate::error::{Error, ErrorKind};
use crate::migrations::{Checksum, Migrations};
use crate::policy::{Options, Policy};

/// 1 and 2 run in a transaction, 3 without one, 4 may run late.
fn set() -> Migrations {
    Migrations::of_texts(&[
        ("1_a.sql", "SELECT 1;"),
        ("2_b.sql", "SELECT 2;"),
        ("3_c.sql", "-- migrate: no-transaction\nVACUUM;\nANALYZE;"),
        ("4_d.sql", "-- migrate: out-of-order\nSELECT 4;"),
    ])
}

/// The row of a migration, as it is recorded when it is applied.
fn row(set: &Migrations, version: i64) -> Row {
    let migration = set.get(version);
    Row {
        version,
        name: migration.as_ref().map_or("gone", |one| one.name).to_owned(),
        checksum: migration.map(|one| one.up.checksum),
        state: State::Applied,
        done: 0,
        progress: None,
    }
}

fn history(rows: impl IntoIterator<Item = Row>) -> History {
    let mut history = History::default();
    rows.into_iter().for_each(|row| history.record(row));
    history
}

fn versions(plan: &Plan<'_>) -> Vec<i64> {
    plan.steps
        .iter()
        .map(|step| step.migration.version)
        .collect()
}

fn refused(set: &Migrations, history: &History, options: &Options) -> Option<ErrorKind> {
    plan(set, history, options)
        .err()
        .map(|kind| Error::new(kind).kind())
}

#[test]
fn what_has_no_row_runs_up_to_the_target() {
    let set = set();
    let none = History::default();
    let mut options = Options::default();
    assert!(plan(&set, &none, &options).is_ok_and(|plan| versions(&plan) == [1, 2, 3, 4]));
    let two = history([row(&set, 1), row(&set, 2)]);
    assert!(
        plan(&set, &two, &options)
            .is_ok_and(|plan| { plan.current == 2 && versions(&plan) == [3, 4] })
    );
    options.target = Some(3);
    assert!(plan(&set, &two, &options).is_ok_and(|plan| versions(&plan) == [3]));
    options.target = Some(9);
    assert_eq!(
        refused(&set, &two, &options),
        Some(ErrorKind::UnknownVersion)
    );
}

#[test]
fn a_late_file_runs_only_where_that_is_allowed() {
    let set = set();
    let mut options = Options::default();
    let all_but = |left: i64| {
        let others = [1, 2, 3, 4]
            .into_iter()
            .filter(move |version| *version != left);
        history(others.map(|version| row(&set, version)))
    };
    let late = all_but(2);
    assert_eq!(refused(&set, &late, &options), Some(ErrorKind::OutOfOrder));
    options.target = Some(1);
    assert_eq!(refused(&set, &late, &options), None);
    options.target = None;
    options.out_of_order = Policy::Allow;
    assert!(plan(&set, &late, &options).is_ok_and(|plan| versions(&plan) == [2]));
    // The file itself says that it may.
    options.out_of_order = Policy::Refuse;
    let newer = history([row(&set, 3), row(&set, 2), row(&set, 1), row(&set, 7)]);
    assert!(plan(&set, &newer, &options).is_ok_and(|plan| versions(&plan) == [4]));
}

#[test]
fn rows_without_a_file_are_missing_or_ahead() {
    let set = set();
    let all = [1, 2, 3, 4].map(|version| row(&set, version));
    let with = |version: i64| history(all.iter().cloned().chain([row(&set, version)]));
    let mut options = Options::default();
    assert_eq!(refused(&set, &with(0), &options), Some(ErrorKind::Missing));
    assert!(plan(&set, &with(9), &options).is_ok_and(|plan| plan.ahead.len() == 1));
    options.ahead = Policy::Refuse;
    assert_eq!(refused(&set, &with(9), &options), Some(ErrorKind::Ahead));
    options.missing = Policy::Allow;
    assert!(plan(&set, &with(0), &options).is_ok_and(|plan| plan.missing.len() == 1));
    let mut forgotten = row(&set, 0);
    forgotten.state = State::Retry;
    let forgotten = history(all.iter().cloned().chain([forgotten]));
    assert_eq!(refused(&set, &forgotten, &Options::default()), None);
}

#[test]
fn an_edit_a_rename_and_another_migration_are_told_apart() {
    let set = set();
    let mut options = Options::default();
    let mut edited = row(&set, 1);
    edited.checksum = Some(Checksum([7; 32]));
    let mut renamed = row(&set, 2);
    "old".clone_into(&mut renamed.name);
    assert_eq!(
        refused(&set, &history([renamed.clone()]), &options),
        Some(ErrorKind::OutOfOrder)
    );
    let renamed = [row(&set, 1), renamed];
    assert!(plan(&set, &history(renamed), &options).is_ok_and(|plan| plan.current == 2));
    assert_eq!(
        refused(&set, &history([edited.clone()]), &options),
        Some(ErrorKind::Drift)
    );
    options.drift = Policy::Allow;
    assert!(plan(&set, &history([edited.clone()]), &options).is_ok_and(|plan| plan.drifted == [1]));
    let mut another = edited;
    "jobs".clone_into(&mut another.name);
    // Whatever is allowed.
    assert_eq!(
        refused(&set, &history([another]), &options),
        Some(ErrorKind::VersionTaken)
    );
}

#[test]
fn what_has_begun_is_resumed_or_refused_and_what_was_put_back_runs_again() {
    let set = set();
    let options = Options::default();
    let begun = |version: i64, done: usize| {
        let mut row = row(&set, version);
        row.state = State::Running;
        row.done = done;
        row
    };
    let first = [row(&set, 1), row(&set, 2)];
    let with = |last: Row| history(first.iter().cloned().chain([last]));
    // A file that has ended its transaction.
    let half = history([row(&set, 1), begun(2, 0)]);
    assert_eq!(refused(&set, &half, &options), Some(ErrorKind::Interrupted));
    let mut resumable = begun(3, 1);
    let script = set.get(3).map(|migration| digest(&migration.up, 1));
    resumable.progress = script.map(|digest| format!("idle {digest}"));
    assert!(
        plan(&set, &with(resumable.clone()), &options).is_ok_and(|plan| {
            let resume = plan.steps.first().and_then(|step| step.resume.clone());
            resume.is_some_and(|resume| resume.done == 1 && resume.next == Next::Untouched)
        })
    );
    // Its finished statement is another one now.
    resumable.progress = Some("idle 0123456789abcdef".to_owned());
    assert_eq!(
        refused(&set, &with(resumable), &options),
        Some(ErrorKind::Interrupted)
    );
    let mut put_back = row(&set, 3);
    put_back.state = State::Retry;
    put_back.checksum = None;
    assert!(plan(&set, &with(put_back), &options).is_ok_and(|plan| {
        versions(&plan) == [3, 4] && plan.steps.first().is_some_and(|step| step.recorded)
    }));
}
