//! How a statement has to be run: whether it refuses a transaction block, and whether it can be run
//! again when it is not known if it has finished.
//!
//! Statements refuse a block in every version of PostgreSQL from 12 on where these functions say so,
//! with two exceptions that the text does not show: `REINDEX` of a partitioned table (14) and
//! `CLUSTER` of one (15).

use migrate_sql::scanner::{Keyword as K, Reader, Token, Vocabulary, quote_qualified};
use migrate_sql::splitter::{Body, of_do};

use super::class::Class;
use super::{StatementKind, reindex, subscription};

/// Classifies the statement that the reader is at the beginning of, which is one of a text with these
/// words.
pub(super) fn classify(mut rest: Reader<'_>, vocabulary: &Vocabulary) -> Class {
    let start = rest.peek().map_or(0, |token| token.start);
    let mut words = rest.clone();
    let class = match words.read().and_then(Token::keyword) {
        Some(K::Create) => classify_create(&mut words, start),
        Some(K::Drop) => classify_drop(&mut words),
        Some(K::Alter) => classify_alter(&mut words),
        Some(K::Reindex) => reindex::classify(&mut words),
        Some(K::Vacuum) => Some(Class::repeatable("VACUUM")),
        Some(K::Cluster) => classify_cluster(&mut words),
        Some(K::Discard) if words.accept(K::All) => Some(Class::repeatable("DISCARD ALL")),
        Some(K::Commit) if words.accept(K::Prepared) => {
            Some(Class::unrepeatable("COMMIT PREPARED"))
        }
        Some(K::Rollback) if words.accept(K::Prepared) => {
            Some(Class::unrepeatable("ROLLBACK PREPARED"))
        }
        Some(K::Do) => of_do(&mut words)
            .filter(Body::ends_transaction)
            .map(|_| Class::of(StatementKind::Committing, "DO … COMMIT")),
        _ if vocabulary.has_name_of(CREATE_SLOT.len()) => classify_query(&mut rest),
        _ => None,
    };
    class.unwrap_or(Class::TRANSACTIONAL)
}

/// `start` is the byte at which the statement begins.
fn classify_create(rest: &mut Reader<'_>, start: usize) -> Option<Class> {
    if rest.accept(K::Database) {
        return Some(Class::unrepeatable("CREATE DATABASE"));
    }
    if rest.accept(K::Tablespace) {
        return Some(Class::unrepeatable("CREATE TABLESPACE"));
    }
    if rest.accept(K::Subscription) {
        return subscription::classify_create(rest);
    }
    let unique = rest.accept(K::Unique);
    if !rest.accept_all(&[K::Index, K::Concurrently]) {
        return None;
    }
    let command = "CREATE INDEX CONCURRENTLY";
    Some(Class::of(
        read_index(rest, start, unique).unwrap_or(StatementKind::Unrepeatable),
        command,
    ))
}

/// A new index that can be looked for; none if PostgreSQL is to choose its name.
fn read_index(rest: &mut Reader<'_>, start: usize, unique: bool) -> Option<StatementKind> {
    let guarded = rest.accept_all(&[K::If, K::Not, K::Exists]);
    // `ON` is reserved, so an index cannot be called that.
    if rest.accept(K::On) {
        return None;
    }
    let index = rest.name()?;
    if !rest.accept(K::On) {
        return None;
    }
    let table = quote_qualified(&relation(rest)?);
    Some(StatementKind::CreateIndexConcurrently {
        index,
        table,
        unique,
        guarded,
        definition: rest.peek()?.start - start,
    })
}

/// A table, perhaps after `ONLY`.
fn relation(rest: &mut Reader<'_>) -> Option<Vec<String>> {
    if rest.accept(K::Only) {
        rest.accept_char(b'(');
    }
    let name = rest.qualified_name();
    rest.accept_char(b')');
    rest.accept_char(b'*');
    name
}

fn classify_drop(rest: &mut Reader<'_>) -> Option<Class> {
    if rest.accept_all(&[K::Index, K::Concurrently]) {
        rest.accept_all(&[K::If, K::Exists]);
        let index = quote_qualified(&rest.qualified_name()?);
        return Some(Class::of(
            StatementKind::DropIndexConcurrently { index },
            "DROP INDEX CONCURRENTLY",
        ));
    }
    if rest.accept(K::Database) {
        return Some(Class::drop(
            "DROP DATABASE",
            "DROP DATABASE IF EXISTS",
            rest,
        ));
    }
    if rest.accept(K::Tablespace) {
        let again = "DROP TABLESPACE IF EXISTS";
        return Some(Class::drop("DROP TABLESPACE", again, rest));
    }
    if rest.accept(K::Subscription) {
        let again = "DROP SUBSCRIPTION IF EXISTS";
        return Some(Class::drop("DROP SUBSCRIPTION", again, rest));
    }
    None
}

fn classify_alter(rest: &mut Reader<'_>) -> Option<Class> {
    if rest.accept(K::System) {
        return Some(Class::repeatable("ALTER SYSTEM"));
    }
    if rest.accept(K::Subscription) {
        return subscription::classify_alter(rest);
    }
    if rest.accept(K::Database) {
        rest.name()?;
        if !rest.accept(K::Set) {
            rest.accept(K::With);
        }
        return rest
            .accept(K::Tablespace)
            .then(|| Class::repeatable("ALTER DATABASE SET TABLESPACE"));
    }
    if !rest.accept(K::Table) {
        return None;
    }
    rest.accept_all(&[K::If, K::Exists]);
    let parent = relation(rest)?;
    if !rest.accept_all(&[K::Detach, K::Partition]) {
        return None;
    }
    let partition = rest.qualified_name()?;
    rest.accept(K::Concurrently).then(|| {
        Class::of(
            StatementKind::DetachConcurrently {
                parent: quote_qualified(&parent),
                partition: quote_qualified(&partition),
            },
            "ALTER TABLE … DETACH PARTITION … CONCURRENTLY",
        )
    })
}

fn classify_cluster(rest: &mut Reader<'_>) -> Option<Class> {
    if rest.accept_char(b'(') {
        rest.bracketed();
    } else {
        rest.accept(K::Verbose);
    }
    rest.is_done()
        .then(|| Class::repeatable("CLUSTER without a table"))
}

/// The only function that refuses.
const CREATE_SLOT: &str = "pg_create_logical_replication_slot";

/// A statement that is none of the above: all that can refuse in it is a function.
fn classify_query(rest: &mut Reader<'_>) -> Option<Class> {
    while let Some(name) = rest.read_call() {
        if name == CREATE_SLOT {
            return Some(Class::unrepeatable("pg_create_logical_replication_slot()"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use migrate_sql::splitter::analyse;

    use crate::migration::StatementKind as Kind;

    use crate::migration::Behaviour;

    #[track_caller]
    fn check(sql: &str, expected: &Kind) {
        let analysis = analyse(sql);
        assert_eq!(analysis.faults, []);
        assert_eq!(Behaviour::of(sql, &analysis).kinds(), [expected], "{sql}");
    }

    /// The definition is what follows the table's name.
    #[track_caller]
    fn check_index(sql: &str, index: &str, table: &str, definition: &str) {
        let kind = Kind::CreateIndexConcurrently {
            index: index.to_owned(),
            table: table.to_owned(),
            unique: sql.to_lowercase().contains("unique"),
            guarded: sql.contains("IF NOT"),
            definition: sql.len() - definition.len(),
        };
        check(sql, &kind);
    }

    #[track_caller]
    fn check_all(expected: &Kind, statements: &[&str]) {
        for sql in statements {
            check(sql, expected);
        }
    }

    #[test]
    fn a_concurrent_index_is_told_from_its_table_and_its_definition() {
        let t = r#""t""#;
        check_index("CREATE INDEX CONCURRENTLY i ON t (a)", "i", t, "(a)");
        check_index(
            "create unique index concurrently I on s.t(a)",
            "i",
            r#""s"."t""#,
            "(a)",
        );
        check_index(
            "CREATE INDEX CONCURRENTLY \"I\" ON \"S\".t USING gin (a) WHERE b",
            "I",
            r#""S"."t""#,
            "USING gin (a) WHERE b",
        );
        check_index(
            "CREATE INDEX CONCURRENTLY i ON d.s.t (a)",
            "i",
            r#""d"."s"."t""#,
            "(a)",
        );
        check_index(
            "CREATE INDEX CONCURRENTLY i ON ONLY (s.t) (a)",
            "i",
            r#""s"."t""#,
            "(a)",
        );
        check_index(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t * (a)",
            "i",
            t,
            "(a)",
        );
        check_index("CREATE INDEX CONCURRENTLY if ON t (a)", "if", t, "(a)");
        check_index(
            "CREATE INDEX CONCURRENTLY U&\"d!0061\" UESCAPE '!' ON t (a)",
            "da",
            t,
            "(a)",
        );
        check_index(
            "CREATE /* x */ INDEX -- y\nCONCURRENTLY \"a\"\"b\" ON t (a)",
            "a\"b",
            t,
            "(a)",
        );
    }

    #[test]
    fn a_concurrent_drop_names_its_index() {
        for sql in [
            "DROP INDEX CONCURRENTLY S.i",
            "DROP INDEX CONCURRENTLY IF EXISTS s.I CASCADE",
        ] {
            let index = r#""s"."i""#.to_owned();
            check(sql, &Kind::DropIndexConcurrently { index });
        }
    }

    #[test]
    fn a_block_that_commits_is_one_that_a_failure_does_not_undo() {
        check_all(
            &Kind::Committing,
            &[
                "DO $$ BEGIN UPDATE t SET a = 1; COMMIT; END $$",
                "DO LANGUAGE plpgsql 'BEGIN LOOP ROLLBACK AND CHAIN; END LOOP; END'",
            ],
        );
    }

    #[test]
    fn a_concurrent_index_without_a_name_cannot_be_found_again() {
        check_all(
            &Kind::Unrepeatable,
            &[
                "CREATE INDEX CONCURRENTLY ON t (a)",
                "CREATE UNIQUE INDEX CONCURRENTLY ON s.t (a)",
            ],
        );
    }

    #[test]
    fn what_refuses_a_transaction_and_can_run_again() {
        check_all(
            &Kind::Repeatable,
            &[
                "VACUUM",
                "VACUUM FULL t",
                "VACUUM (ANALYZE) t",
                "DROP DATABASE IF EXISTS d WITH (FORCE)",
                "DROP TABLESPACE IF EXISTS t",
                "ALTER SYSTEM SET work_mem = '1GB'",
                "ALTER SYSTEM RESET ALL",
                "ALTER DATABASE d SET TABLESPACE t",
                "ALTER DATABASE d WITH TABLESPACE t",
                "ALTER DATABASE d TABLESPACE t",
                "CLUSTER",
                "CLUSTER VERBOSE",
                "CLUSTER (VERBOSE)",
                "DISCARD ALL",
            ],
        );
    }

    #[test]
    fn what_refuses_a_transaction_and_cannot_run_again() {
        check_all(
            &Kind::Unrepeatable,
            &[
                "CREATE DATABASE d",
                "DROP DATABASE d",
                "CREATE TABLESPACE t LOCATION '/x'",
                "DROP TABLESPACE t",
                "COMMIT PREPARED 'x'",
                "ROLLBACK PREPARED 'x'",
                "SELECT pg_create_logical_replication_slot('s', 'pgoutput')",
                "SELECT * FROM pg_catalog.pg_create_logical_replication_slot ('s', 'pgoutput')",
            ],
        );
    }

    #[test]
    fn a_concurrent_detach_names_both_tables() {
        for sql in [
            "ALTER TABLE s.t DETACH PARTITION P CONCURRENTLY",
            "ALTER TABLE IF EXISTS ONLY s.t DETACH PARTITION p CONCURRENTLY",
        ] {
            let (parent, partition) = (r#""s"."t""#.to_owned(), r#""p""#.to_owned());
            check(sql, &Kind::DetachConcurrently { parent, partition });
        }
    }

    #[test]
    fn all_else_runs_in_a_transaction() {
        check_all(
            &Kind::Transactional,
            &[
                "CREATE TABLE concurrently_t (a int)",
                "CREATE INDEX i ON t (a)",
                "CREATE UNIQUE INDEX ON t (a)",
                "DROP INDEX i",
                "DROP INDEX IF EXISTS i, j",
                "ANALYZE t",
                "CLUSTER t",
                "CLUSTER t USING i",
                "CLUSTER VERBOSE t",
                "CLUSTER (VERBOSE) t",
                "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
                "ALTER TYPE e ADD VALUE 'x'",
                "ALTER DATABASE d SET work_mem = '1GB'",
                "ALTER DATABASE d RENAME TO e",
                "ALTER TABLE t DETACH PARTITION p",
                "ALTER TABLE t DETACH PARTITION p FINALIZE",
                "ALTER TABLE t ADD COLUMN concurrently_ int",
                "CREATE EXTENSION vector",
                "DISCARD TEMP",
                "CALL p()",
                "DO $$ BEGIN RAISE NOTICE 'COMMIT;'; END $$",
                "DO $$ DECLARE commit_at int; BEGIN -- COMMIT;\n NULL; END $$",
                "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$",
                "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ \
                    SELECT pg_create_logical_replication_slot('s', 'p') $$",
                "SELECT 'pg_create_logical_replication_slot(1)'",
                "PREPARE TRANSACTION 'x'",
            ],
        );
    }
}
