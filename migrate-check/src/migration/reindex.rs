//! `REINDEX`: concurrently or not, of a table, an index or everything.

use migrate_sql::scanner::{Keyword as K, Reader, quote_qualified};

use super::class::Class;
use super::{ReindexScope as Scope, StatementKind, options};

/// After `REINDEX`.
pub(super) fn classify(rest: &mut Reader<'_>) -> Option<Class> {
    let mut concurrently = false;
    if rest.accept_char(b'(') {
        // Where an option is given twice, PostgreSQL takes the last.
        for (name, value) in options::read(rest.bracketed()) {
            if name == "concurrently" {
                concurrently = value.is_true();
            }
        }
    }
    let (scope, everything) = if rest.accept(K::Schema) {
        (Scope::Schema, "REINDEX SCHEMA")
    } else if rest.accept(K::Database) {
        (Scope::Database, "REINDEX DATABASE")
    } else if rest.accept(K::System) {
        (Scope::Database, "REINDEX SYSTEM")
    } else if rest.accept(K::Table) {
        (Scope::Table, "")
    } else if rest.accept(K::Index) {
        (Scope::Index, "")
    } else {
        return None;
    };
    concurrently |= rest.accept(K::Concurrently);
    if !concurrently {
        return (!everything.is_empty()).then(|| Class::repeatable(everything));
    }
    // A database can only be the one that the session is in.
    let target = if scope == Scope::Database {
        String::new()
    } else {
        quote_qualified(&rest.qualified_name()?)
    };
    Some(Class::of(
        StatementKind::ReindexConcurrently { scope, target },
        "REINDEX CONCURRENTLY",
    ))
}

#[cfg(test)]
mod tests {
    use crate::migration::Behaviour;
    use crate::migration::{ReindexScope as Scope, StatementKind as Kind};

    #[track_caller]
    fn check(sql: &str, expected: &Kind) {
        assert_eq!(Behaviour::of_text(sql).kinds(), [expected], "{sql}");
    }

    #[test]
    fn a_concurrent_reindex_names_its_target() {
        let t = (Scope::Table, r#""t""#);
        for (sql, (scope, target)) in [
            ("REINDEX INDEX CONCURRENTLY i", (Scope::Index, r#""i""#)),
            (
                "REINDEX TABLE CONCURRENTLY S.t",
                (Scope::Table, r#""s"."t""#),
            ),
            ("REINDEX (CONCURRENTLY) TABLE t", t),
            ("REINDEX (VERBOSE, CONCURRENTLY true) TABLE t", t),
            ("REINDEX (CONCURRENTLY off, CONCURRENTLY) TABLE t", t),
            ("REINDEX (CONCURRENTLY off) TABLE CONCURRENTLY t", t),
            ("REINDEX SCHEMA CONCURRENTLY s", (Scope::Schema, r#""s""#)),
            ("REINDEX (CONCURRENTLY 1) DATABASE", (Scope::Database, "")),
            ("REINDEX DATABASE CONCURRENTLY d", (Scope::Database, "")),
        ] {
            let target = target.to_owned();
            check(sql, &Kind::ReindexConcurrently { scope, target });
        }
    }

    #[test]
    fn of_everything_it_refuses_a_transaction_and_can_run_again() {
        for sql in [
            "REINDEX SCHEMA s",
            "REINDEX DATABASE",
            "REINDEX (VERBOSE) SYSTEM d",
        ] {
            check(sql, &Kind::Repeatable);
        }
    }

    #[test]
    fn of_one_thing_and_not_concurrently_it_runs_in_a_transaction() {
        for sql in [
            "REINDEX TABLE t",
            "REINDEX INDEX i",
            "REINDEX (CONCURRENTLY false) TABLE t",
            "REINDEX (CONCURRENTLY 0) TABLE t",
            "REINDEX (CONCURRENTLY 'OFF') TABLE t",
        ] {
            check(sql, &Kind::Transactional);
        }
    }
}
