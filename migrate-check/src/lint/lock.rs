//! Locks that a statement takes on a table others use, and that last until its transaction ends.

use migrate_sql::ast::Relation;
use migrate_sql::ast::symbols as w;
use migrate_sql::ast::{ActKind, Target};
use migrate_sql::ast::{Column, TraitKind};
use migrate_sql::ast::{Constraint, ConstraintKind};
use migrate_sql::ast::{Source, Statement};
use migrate_sql::grammar::parse;
use migrate_sql::scanner::Keyword as K;
use migrate_sql::splitter::analyse;

use crate::catalog::Past;

/// A lock that shuts out those who write, or everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) relation: Relation,
    /// In PostgreSQL's words.
    pub(crate) mode: &'static str,
}

pub(super) const SHARE: &str = "SHARE";
pub(super) const SHARE_ROW_EXCLUSIVE: &str = "SHARE ROW EXCLUSIVE";
pub(super) const ACCESS_EXCLUSIVE: &str = "ACCESS EXCLUSIVE";

/// The lock a statement takes, if it takes one of a table that the file has not created itself.
pub(super) fn take(said: &Statement<'_>, past: &Past) -> Option<Held> {
    let on = |relation: Option<Relation>, mode| {
        let relation = relation.filter(|relation| !past.has_created(relation))?;
        Some(Held { relation, mode })
    };
    match said.node.symbol() {
        w::ALTER_TABLE => {
            let alteration = said.alteration()?;
            if alteration.target != Target::Table {
                return None;
            }
            let mut acts = alteration.acts.iter();
            acts.find_map(|act| match &act.kind {
                ActKind::Attach(child) => on(child.clone(), ACCESS_EXCLUSIVE),
                kind => on(Some(alteration.relation.clone()), mode(kind)?)
                    .or_else(|| on(parent(kind), SHARE_ROW_EXCLUSIVE)),
            })
        }
        w::INDEX if !said.is_concurrent() => on(said.relation(), SHARE),
        w::CREATE_TRIGGER => on(said.relation(), SHARE_ROW_EXCLUSIVE),
        w::CREATE_POLICY | w::TRUNCATE => on(said.relation(), ACCESS_EXCLUSIVE),
        w::RENAME_STATEMENT if said.node.child(w::TABLE).is_some() => {
            on(said.relation(), ACCESS_EXCLUSIVE)
        }
        w::CREATE_TABLE => said
            .parents()
            .into_iter()
            .find_map(|parent| on(Some(parent), SHARE_ROW_EXCLUSIVE)),
        _ => None,
    }
}

/// The lock of a command of `ALTER TABLE`, if it is one that shuts anybody out.
fn mode(kind: &ActKind<'_>) -> Option<&'static str> {
    match kind {
        ActKind::Light
        | ActKind::ValidateConstraint
        | ActKind::Attach(_)
        | ActKind::Detach { concurrently: true } => None,
        ActKind::Trigger
        | ActKind::AddConstraint(Constraint {
            kind: ConstraintKind::ForeignKey { .. },
            ..
        }) => Some(SHARE_ROW_EXCLUSIVE),
        _ => Some(ACCESS_EXCLUSIVE),
    }
}

/// The table that a new foreign key refers to.
fn parent(kind: &ActKind<'_>) -> Option<Relation> {
    match kind {
        ActKind::AddColumn(column) => parent_of_column(column),
        ActKind::AddConstraint(constraint) => parent_of_constraint(constraint),
        _ => None,
    }
}

fn parent_of_column(column: &Column<'_>) -> Option<Relation> {
    column.traits.iter().find_map(|found| match &found.kind {
        TraitKind::References(parent) => parent.clone(),
        _ => None,
    })
}

fn parent_of_constraint(constraint: &Constraint<'_>) -> Option<Relation> {
    match &constraint.kind {
        ConstraintKind::ForeignKey { parent } => parent.clone(),
        _ => None,
    }
}

/// A lock that a statement of a file takes on a table that others use, until the transaction ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// The byte of the text at which the statement starts.
    pub statement: usize,
    /// The table as the statement names it, without quotes.
    pub table: String,
    /// In PostgreSQL's words, e.g. `ACCESS EXCLUSIVE`.
    pub mode: &'static str,
}

/// The strongest lock of each statement, of those that shut out writers or everybody; tables that the
/// file itself creates have no other users yet. `check --scratch` asks a server for all of them.
pub fn locks(text: &str) -> Vec<Lock> {
    let analysis = analyse(text);
    let parsed = parse(text, &analysis.tokens, &analysis.faults);
    let source = Source::new(text, &analysis, &parsed);
    let mut past = Past::default();
    let mut locks = Vec::new();
    for node in source.trees() {
        let said = Statement::new(&source, node);
        let dropped = (node.symbol() == w::DROP_STATEMENT).then(|| said.dropped(&[K::Table]));
        let dropped = dropped
            .flatten()
            .unwrap_or_default()
            .into_iter()
            .filter(|table| !past.has_created(table));
        let held = dropped.map(|relation| Held {
            relation,
            mode: ACCESS_EXCLUSIVE,
        });
        locks.extend(take(&said, &past).into_iter().chain(held).map(|held| Lock {
            statement: node.range().start,
            table: held.relation.to_string(),
            mode: held.mode,
        }));
        past.note(&said);
    }
    locks
}

#[cfg(test)]
mod tests {
    use super::locks;

    #[test]
    fn tables_of_others_are_locked_and_new_ones_are_nobodys() {
        let text = "CREATE TABLE a (id int);\nALTER TABLE a ADD b int;\nALTER TABLE s.b ADD c int;\n\
                    CREATE INDEX ON c (d);\nDROP TABLE a, d;\nSELECT 1;";
        let found: Vec<_> = locks(text)
            .into_iter()
            .map(|lock| {
                (
                    text[lock.statement..].split('\n').next().unwrap(),
                    lock.table,
                    lock.mode,
                )
            })
            .map(|(statement, table, mode)| format!("{statement} {table}: {mode}"))
            .collect();
        assert_eq!(
            found,
            [
                "ALTER TABLE s.b ADD c int; s.b: ACCESS EXCLUSIVE",
                "CREATE INDEX ON c (d); c: SHARE",
                "DROP TABLE a, d; d: ACCESS EXCLUSIVE",
            ]
        );
    }

    #[test]
    fn a_broken_file_has_no_locks_to_show_and_is_no_reason_to_stop() {
        assert!(locks("ALTER TABEL x 'open").is_empty());
    }
}
