//! Which of many histories are current, in a few messages instead of one for each.

use super::SessionGuard;
use super::sql;
use crate::migrations::Migrations;
use crate::policy::{Options, Policy};
use crate::session::AnySession;
use crate::stale;
use crate::table::HistoryTable;

/// How many histories one message reads: each takes two locks of the server's table of locks.
const AT_ONCE: usize = 200;

/// For each of `tables` whether it is known to hold exactly the set. False where anything is different
/// or cannot be read: then a run on that table alone finds out.
pub(crate) async fn current_tenants(
    session: &mut dyn AnySession,
    set: &Migrations,
    options: &Options,
    tables: &[HistoryTable],
) -> Vec<bool> {
    let mut current = vec![false; tables.len()];
    // A target or a stale program is for the run on each of them.
    let stale = options.stale == Policy::Refuse && !stale::differences(set).is_empty();
    if options.target.is_some() || stale {
        return current;
    }
    let Some(all) = set.summary() else {
        return current;
    };
    let mut line = SessionGuard::new(session, options.one_statement_per_message);
    let Ok(reply) = line.ask(&sql::existing(tables)).await else {
        return current;
    };
    let mut there = vec![false; tables.len()];
    for row in reply.rows() {
        if let Some(slot) = row.number::<usize>(0).and_then(|at| there.get_mut(at)) {
            *slot = true;
        }
    }
    let there: Vec<(usize, &HistoryTable)> = tables
        .iter()
        .enumerate()
        .zip(there)
        .filter_map(|(table, there)| there.then_some(table))
        .collect();
    for some in there.chunks(AT_ONCE) {
        let Ok(reply) = line.ask(&sql::currency(some, &all)).await else {
            continue;
        };
        for row in reply.tagged(sql::tag::CURRENT) {
            if let Some(slot) = row.number::<usize>(0).and_then(|at| current.get_mut(at)) {
                *slot = row.flag(1);
            }
        }
    }
    current
}
