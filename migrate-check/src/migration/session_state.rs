//! Whether a statement may change a setting of the session that outlives its transaction.
//!
//! A `true` too many costs the runtime a comparison; a `false` too many lets one file's `search_path`
//! reach the next. So a body that might change something counts as one that does.

use migrate_sql::scanner::{Keyword as K, Reader, Token, TokenKind, Vocabulary};
use migrate_sql::splitter::{Body, of_do, of_routine};

/// Whether the statement may, which is one of a text with these words.
pub(super) fn changes(statement: &Reader<'_>, vocabulary: &Vocabulary) -> bool {
    let mut rest = statement.clone();
    if sets(&mut rest.clone()) {
        return true;
    }
    // What a procedure does is not in this file, or not in this statement.
    if rest.accept(K::Call) {
        return true;
    }
    if rest.accept(K::Do) {
        // A language that cannot be read here might do anything.
        return of_do(&mut rest).is_none_or(|body| body_changes(&body, true));
    }
    if rest.accept(K::Create) {
        rest.accept_all(&[K::Or, K::Replace]);
        if rest.accept_any(&[K::Function, K::Procedure]) {
            // A trigger, or a later statement, may call it.
            return of_routine(&mut rest)
                .iter()
                .any(|body| body_changes(body, false));
        }
    }
    vocabulary.may_set_config() && calls_set_config(rest)
}

/// `SET`, `RESET` and `DISCARD ALL`, but not what lasts for the transaction only.
fn sets(rest: &mut Reader<'_>) -> bool {
    if rest.accept(K::Set) {
        if rest.accept(K::Session) && rest.accept(K::Characteristics) {
            return true;
        }
        return !rest.accept_any(&[K::Local, K::Constraints, K::Transaction]);
    }
    rest.accept(K::Reset) || rest.accept_all(&[K::Discard, K::All])
}

/// Whether a body may; `runs` is whether it runs here and now, so that SQL it puts together counts.
fn body_changes(body: &Body, runs: bool) -> bool {
    let executes = runs && body.vocabulary.has(K::Execute);
    executes
        || (body.vocabulary.may_set_config() && calls_set_config(body.reader()))
        || body
            .statements()
            .any(|tokens: &[Token]| sets(&mut Reader::new(&body.text, tokens)))
}

/// Whether it calls `set_config` in any way but with a plain `true` as its last argument.
fn calls_set_config(mut rest: Reader<'_>) -> bool {
    // For each bracket that is open, whether it holds the arguments of that function.
    let mut open = Vec::new();
    let mut previous = None;
    while let Some(token) = rest.read() {
        match token.kind {
            TokenKind::Char(b'(') => open.push(
                previous
                    .is_some_and(|name| rest.spell(name).is_some_and(|name| name == "set_config")),
            ),
            TokenKind::Char(b')')
                if open.pop() == Some(true) && !previous.is_some_and(|last| last.is(K::True)) =>
            {
                return true;
            }
            _ => {}
        }
        previous = Some(token);
    }
    open.contains(&true)
}

#[cfg(test)]
mod tests {
    use crate::migration::Behaviour;

    #[test]
    fn settings_that_outlive_the_transaction_are_seen() {
        for sql in [
            "SET search_path TO app",
            "SET SESSION work_mem = '1GB'",
            "SET TIME ZONE 'UTC'",
            "SET ROLE app",
            "SET SESSION AUTHORIZATION app",
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            "RESET ALL",
            "DISCARD ALL",
            "SELECT pg_catalog.set_config('search_path', '', false)",
            "SELECT set_config('a.b', 'c', lower('x') = 'x')",
            "SELECT set_config('a.b', set_config('a.b', 'c', false), true)",
            "SELECT \"set_config\" ('a.b', 'c', false)",
            "CREATE TABLE t AS SELECT set_config('a.b', 'c', false)",
            "CALL p()",
            "DO $$ BEGIN SET work_mem = '1GB'; END $$",
            "DO $$ BEGIN IF true THEN RESET ALL; END IF; END $$",
            "DO $$ BEGIN PERFORM set_config('a.b', 'c', false); END $$",
            "DO $$ BEGIN EXECUTE format('SET %I = 1', 'a.b'); END $$",
            "DO LANGUAGE plpython3u $$ plpy.execute('SET x = 1') $$",
            "CREATE FUNCTION f() RETURNS void AS 'SELECT set_config(''a.b'', ''c'', false)' LANGUAGE sql",
        ] {
            assert!(Behaviour::of_text(sql).changes_session, "{sql}");
        }
    }

    #[test]
    fn settings_that_end_with_the_transaction_are_let_be() {
        for sql in [
            "SET LOCAL work_mem = '1GB'",
            "SET CONSTRAINTS ALL DEFERRED",
            "SET TRANSACTION READ WRITE",
            "SELECT set_config('a.b', 'c', true)",
            "SELECT set_config('a.b', lower('C'), true), lower('x')",
            "UPDATE t SET a = 1",
            "ALTER TABLE t SET (fillfactor = 70)",
            "ALTER ROLE r SET search_path TO app",
            "DISCARD TEMP",
            "DO $$ BEGIN UPDATE t SET a = 1; SET LOCAL work_mem = '1GB'; END $$",
            "CREATE FUNCTION f() RETURNS void AS $$ BEGIN EXECUTE 'SELECT 1'; END $$ LANGUAGE plpgsql",
            "SELECT 'set_config(1)'",
        ] {
            assert!(!Behaviour::of_text(sql).changes_session, "{sql}");
        }
    }
}
