//! The statements of a `DO` block that are in the file's own text, as far as it is sure that they run, or may.
//!
//! PL/pgSQL is not parsed. Its body is cut at the semicolons, and what controls the flow is taken off the front of each part:
//! what is left and begins like a statement is one. Loops are left out, and a block that ends transactions says nothing.

use std::ops::Range;

use migrate_sql::ast;
use migrate_sql::grammar::{Parsed, parse};
use migrate_sql::scanner::{Keyword as K, Token, TokenKind, scan_dollar_quoted};

/// A block.
pub(super) struct Block<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    parts: Vec<Part>,
}

/// A statement in a block.
struct Part {
    tokens: Range<usize>,
    parsed: Parsed,
    certainty: Certainty,
}

/// Whether a statement of a block runs when the block does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certainty {
    /// It does.
    Runs,
    /// Only under a condition, or what it does may be taken back.
    May,
}

/// What a part of a body may begin with that is a statement of SQL.
const STATEMENTS: [K; 11] = [
    K::Alter,
    K::Cluster,
    K::Comment,
    K::Create,
    K::Delete,
    K::Drop,
    K::Insert,
    K::Merge,
    K::Refresh,
    K::Truncate,
    K::Update,
];

impl<'a> Block<'a> {
    /// Of a `DO`; none of any other statement, of another language, or where the text is not that of the file.
    pub(super) fn of(statement: &ast::Statement<'a>) -> Option<Self> {
        let ast::Source { text, tokens } = statement.source;
        let (first, rest) = tokens.split_first()?;
        if !first.is(K::Do) {
            return None;
        }
        // `LANGUAGE plpgsql` may come before the body or after it.
        let language = rest.iter().position(|token| token.is(K::Language));
        if let Some(at) = language {
            let name = text.get(rest.get(at + 1)?.range())?;
            if !name.trim_matches('\'').eq_ignore_ascii_case("plpgsql") {
                return None;
            }
        }
        let body = rest.iter().enumerate().find(|(at, token)| {
            token.kind == TokenKind::String && language.is_none_or(|language| *at != language + 1)
        });
        Self::read(text, body?.1)
    }

    fn read(text: &'a str, body: &Token) -> Option<Self> {
        let tokens = scan_dollar_quoted(text, body.range())?;
        let mut flow = Flow::default();
        let mut found = Vec::new();
        let mut start = 0;
        for part in tokens.split(|token| token.is_char(b';')) {
            if let Step::Statement { skipped, certainty } = flow.follow(text, part)? {
                found.push((start + skipped..start + part.len(), certainty));
            }
            start += part.len() + 1;
        }
        let parts = found.into_iter().map(|(range, certainty)| Part {
            parsed: parse(text, tokens.get(range.clone()).unwrap_or_default(), &[]),
            tokens: range,
            certainty: if flow.is_caught {
                Certainty::May
            } else {
                certainty
            },
        });
        Some(Self {
            text,
            parts: parts.collect(),
            tokens,
        })
    }

    /// Its statements that the grammar accepts, in order.
    pub(super) fn statements(&self) -> impl Iterator<Item = (ast::Statement<'_>, Certainty)> {
        self.parts.iter().flat_map(|part| {
            let tokens = self.tokens.get(part.tokens.clone()).unwrap_or_default();
            let statements = ast::statements(self.text, tokens, &part.parsed);
            statements
                .into_iter()
                .map(|statement| (statement, part.certainty))
        })
    }
}

/// Where in the flow of a block a part is.
#[derive(Debug, Default)]
struct Flow {
    /// The conditions and loops around it.
    around: Vec<Around>,
    /// Whether a `RETURN` under a condition may have ended the block.
    may_have_ended: bool,
    /// Whether errors are caught, which takes back what was done.
    is_caught: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Around {
    Block,
    Handlers,
    Condition,
    Loop,
}

/// What a part of a body is.
enum Step {
    /// Control of the flow, or what is not followed.
    Control,
    /// A statement of SQL.
    Statement {
        /// The tokens before it.
        skipped: usize,
        certainty: Certainty,
    },
}

impl Flow {
    /// Follows a part; where a statement of SQL begins in it, and whether that runs. None where the flow is not
    /// understood.
    fn follow(&mut self, text: &str, part: &[Token]) -> Option<Step> {
        let word = |at: usize| {
            let token = part.get(at)?;
            text.get(token.range()).map(str::to_ascii_lowercase)
        };
        let find = |from: usize, wanted: &str| {
            (from..part.len()).find(|at| word(*at).as_deref() == Some(wanted))
        };
        let mut at = 0;
        loop {
            match word(at).as_deref() {
                Some("begin") => {
                    self.around.push(Around::Block);
                    at += 1;
                }
                Some("if") => {
                    self.around.push(Around::Condition);
                    at = find(at, "then")? + 1;
                }
                Some("elsif" | "elseif") => at = find(at, "then")? + 1,
                Some("else") => at += 1,
                Some("for" | "foreach" | "while") => {
                    self.around.push(Around::Loop);
                    at = find(at, "loop")? + 1;
                }
                Some("loop") => {
                    self.around.push(Around::Loop);
                    at += 1;
                }
                Some("exception") => {
                    self.is_caught = true;
                    self.around.push(Around::Handlers);
                    return Some(Step::Control);
                }
                Some("end") => {
                    let ended = self.around.pop();
                    if ended == Some(Around::Handlers) {
                        self.around.pop();
                    }
                    return Some(Step::Control);
                }
                // Its `WHEN … THEN` is not followed, and a transaction that ends takes its locks with it.
                Some("case" | "commit" | "rollback" | "<<") => return None,
                Some("return" | "exit" | "continue") => {
                    self.may_have_ended = true;
                    return Some(Step::Control);
                }
                _ => break,
            }
        }
        let first = part.get(at);
        let is_statement = first.is_some_and(|first| STATEMENTS.iter().any(|word| first.is(*word)));
        let is_inside = |around| self.around.contains(&around);
        if !is_statement
            || !is_inside(Around::Block)
            || is_inside(Around::Loop)
            || is_inside(Around::Handlers)
        {
            return Some(Step::Control);
        }
        let certainty = if is_inside(Around::Condition) || self.may_have_ended {
            Certainty::May
        } else {
            Certainty::Runs
        };
        Some(Step::Statement {
            skipped: at,
            certainty,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::find_all;
    use crate::migration::Transaction;
    use crate::settings::{Level, Settings};

    /// The rules that speak, and where.
    fn spoken(before: &[&str], sql: &str) -> Vec<String> {
        let mut settings = Settings::default();
        settings.lint.set("unknown-name", Level::Allow);
        settings.lint.set("contradicts-schema", Level::Allow);
        let found = find_all(Transaction::Single, &settings, before, sql);
        let found = found.into_iter();
        found
            .map(|finding| {
                let span = finding.span.unwrap();
                format!("{} {}", finding.rule, &sql[span])
            })
            .collect()
    }

    #[test]
    fn what_surely_runs_is_judged_like_any_statement() {
        for (open, close) in [
            ("DO $$ BEGIN", "END $$"),
            (
                "DO LANGUAGE plpgsql $do$ DECLARE a int := 1; BEGIN",
                "END; $do$",
            ),
            (
                "DO $$ BEGIN PERFORM f();",
                "a := 2; END $$ LANGUAGE 'plpgsql'",
            ),
            ("DO $$ BEGIN BEGIN", "END; END $$"),
            ("DO $$ BEGIN IF a THEN RAISE NOTICE 'x'; END IF;", "END $$"),
        ] {
            let sql = format!("{open} ALTER TABLE t ALTER a SET NOT NULL; {close}");
            assert_eq!(
                spoken(&[], &sql),
                ["set-not-null ALTER a SET NOT NULL"],
                "{sql}"
            );
        }
    }

    #[test]
    fn what_may_run_is_judged_where_that_makes_no_difference() {
        for (open, close) in [
            (
                "IF NOT EXISTS (SELECT 1 FROM x WHERE y = 'z') THEN",
                "END IF;",
            ),
            ("IF a THEN ELSIF b THEN f(); ELSE", "END IF;"),
            ("", "EXCEPTION WHEN duplicate_column THEN NULL;"),
            ("IF a THEN RETURN; END IF;", ""),
        ] {
            let block = |inner: &str| format!("DO $$ BEGIN {open} {inner}; {close} END $$");
            let lock = block("ALTER TABLE t ALTER a SET NOT NULL");
            assert_eq!(
                spoken(&[], &lock),
                ["set-not-null ALTER a SET NOT NULL"],
                "{lock}"
            );
            let failure = block("ALTER TABLE t ADD b int NOT NULL");
            assert!(spoken(&[], &failure).is_empty(), "{failure}");
        }
    }

    #[test]
    fn what_is_not_sure_is_left_alone() {
        for sql in [
            "DO $$ BEGIN FOR r IN SELECT 1 LOOP UPDATE t SET a = 1; END LOOP; END $$",
            "DO $$ BEGIN WHILE a LOOP IF b THEN DROP TABLE t; END IF; END LOOP; END $$",
            "DO $$ BEGIN ALTER TABLE t ALTER a SET NOT NULL; COMMIT; END $$",
            "DO $$ BEGIN EXECUTE 'DROP TABLE t'; END $$",
            "DO $$ BEGIN NULL; EXCEPTION WHEN others THEN DROP TABLE t; END $$",
            "DO $$ BEGIN SELECT count(*) INTO n FROM t; CREATE TABLE n (); CREATE INDEX ON n (a); END $$",
            "DO LANGUAGE plpython3u $$ BEGIN DROP TABLE t; END $$",
            "DO $$ BEGIN CASE a WHEN 1 THEN DROP TABLE t; END CASE; END $$",
            "DO 'BEGIN DROP TABLE t; END'",
            "DO $$ not plpgsql at all; END; END $$",
            "DO $$",
        ] {
            let mut found = spoken(&[], sql);
            // What is wrong with the block itself.
            found.retain(|found| {
                !found.starts_with("lexical-error") && !found.starts_with("needs-no-transaction")
            });
            assert!(found.is_empty(), "{sql}: {found:?}");
        }
    }

    #[test]
    fn a_table_that_a_block_makes_is_new_and_its_locks_are_held_to_the_end() {
        let guarded =
            "DO $$ BEGIN IF a THEN CREATE TABLE t (a int); ALTER TABLE t ADD b int; END IF; END $$";
        let mut settings = Settings::default();
        settings.lint.set("idempotent", Level::Warn);
        assert!(find_all(Transaction::Single, &settings, &[], guarded).is_empty());
        let new = "DO $$ BEGIN IF a THEN CREATE TABLE t (a int); CREATE INDEX ON t (a); END IF; END $$; ALTER TABLE t ADD b serial";
        assert!(spoken(&[], new).is_empty(), "{:?}", spoken(&[], new));
        let known = "CREATE TABLE t (a int)";
        assert_eq!(spoken(&[known], new).len(), 2);
        let slow = "DO $$ BEGIN ALTER TABLE t ADD b int; END $$;\nUPDATE t SET b = 1";
        assert!(spoken(&[], slow).contains(&"long-work-after-lock UPDATE t SET b = 1".to_owned()));
        let sql = "DO $$ BEGIN ALTER TABLE t ADD b int; UPDATE t SET b = 1; END $$";
        let settings = Settings::default();
        let found = find_all(Transaction::None, &settings, &[], sql);
        assert!(
            found
                .iter()
                .any(|finding| finding.rule == "long-work-after-lock")
        );
    }
}
