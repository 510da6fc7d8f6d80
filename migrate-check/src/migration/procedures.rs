//! Procedures of the set that commit: a `CALL` of one refuses a transaction, which its own text does not show.

use migrate_sql::scanner::{Keyword as K, Reader};
use migrate_sql::splitter::{Analysis, Body, of_do, of_routine};

/// Their names, as the files made so far have defined them, each with its schema where that is given.
#[derive(Debug, Default, Clone)]
pub(crate) struct Procedures(Vec<Vec<String>>);

impl Procedures {
    /// Which statements of a text call one, counted from 0; learns from those that define procedures.
    pub(crate) fn calls(&mut self, text: &str, analysis: &Analysis) -> Vec<usize> {
        let mut calls = Vec::new();
        let words = &analysis.vocabulary;
        if !words.has(K::Procedure) && self.0.is_empty() {
            return calls;
        }
        for (number, found) in analysis.statements.iter().enumerate() {
            let mut statement = Reader::new(text, analysis.tokens_of(found));
            if statement.accept(K::Create) {
                self.define(&mut statement);
            } else if self.ends_transaction(statement) {
                calls.push(number);
            }
        }
        calls
    }

    /// The reader is after `CREATE`.
    fn define(&mut self, rest: &mut Reader<'_>) {
        rest.accept_all(&[K::Or, K::Replace]);
        if !rest.accept(K::Procedure) {
            return;
        }
        let Some(name) = rest.qualified_name() else {
            return;
        };
        let commits = of_routine(rest).iter().any(|body| self.commits(body));
        self.0.retain(|known| *known != name);
        if commits {
            self.0.push(name);
        }
    }

    fn commits(&self, body: &Body) -> bool {
        body.ends_transaction()
            || body
                .statements()
                .any(|tokens| self.is_call(&mut Reader::new(&body.text, tokens)))
    }

    fn ends_transaction(&self, mut statement: Reader<'_>) -> bool {
        if statement.accept(K::Do) {
            return of_do(&mut statement).is_some_and(|body| self.commits(&body));
        }
        self.is_call(&mut statement)
    }

    /// A procedure whose schema is not given may be that of any schema.
    fn is_call(&self, statement: &mut Reader<'_>) -> bool {
        if !statement.accept(K::Call) {
            return false;
        }
        let Some(called) = statement.qualified_name() else {
            return false;
        };
        self.0.iter().any(|known| {
            let mut parts = known.iter().rev().zip(called.iter().rev());
            parts.all(|(known, called)| known == called)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Procedures;
    use migrate_sql::splitter::analyse;

    #[track_caller]
    fn check(before: &[&str], sql: &str, expected: &[usize]) {
        let mut procedures = Procedures::default();
        for text in before {
            procedures.calls(text, &analyse(text));
        }
        assert_eq!(procedures.calls(sql, &analyse(sql)), expected, "{sql}");
    }

    const COMMITS: &str = "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$";

    #[test]
    fn a_call_of_a_procedure_that_commits_is_known() {
        check(
            &[COMMITS],
            "SELECT 1; CALL p(); call public.\"p\"(1)",
            &[1, 2],
        );
        check(&[], &format!("{COMMITS}; CALL p()"), &[1]);
        check(&[COMMITS], "DO $$ BEGIN CALL p(); END $$", &[0]);
        let outer = "CREATE OR REPLACE PROCEDURE s.q() AS 'BEGIN IF true THEN CALL p(); END IF; END' LANGUAGE plpgsql";
        check(
            &[COMMITS, outer],
            "CALL s.q(); CALL q(); CALL t.q()",
            &[0, 1],
        );
    }

    #[test]
    fn any_other_call_runs_in_a_transaction() {
        let harmless = "CREATE OR REPLACE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN NULL; END $$";
        check(&[], "CALL p()", &[]);
        check(
            &[COMMITS],
            "CALL p2(); SELECT p(); DO $$ BEGIN NULL; END $$",
            &[],
        );
        check(&[COMMITS, harmless], "CALL p()", &[]);
        check(
            &["CREATE PROCEDURE p() AS 'BEGIN RAISE ''COMMIT;''; END' LANGUAGE plpgsql"],
            "CALL p()",
            &[],
        );
    }
}
