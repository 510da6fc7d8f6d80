//! Where a statement ends: at a semicolon outside brackets and outside the body of a function or
//! procedure written `BEGIN ATOMIC … END`.
//!
//! That is what PostgreSQL's grammar makes of it, told from few tokens. In such a body every statement
//! ends in a semicolon, and `END` is the body's own exactly where a statement could begin: that of a
//! `CASE`, and the label `end`, never appear there. A body may hold a `CREATE FUNCTION` with a body.

mod analysis;
mod body;
mod copy;

pub use self::analysis::{Analysis, Statement, analyse};
pub use self::body::{Body, of_do, of_routine};
pub use self::copy::{Direction, direction};
use crate::scanner::{Keyword, Token, TokenKind};

/// How far a statement has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Head {
    /// At its first token.
    #[default]
    Start,
    Create,
    CreateOr,
    CreateOrReplace,
    /// It creates a function or procedure, and may have a body.
    Routine,
    /// Of a routine: the last token was `BEGIN`.
    RoutineBegin,
    Other,
}

/// Takes tokens in order and knows when a statement is complete.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    head: Head,
    depth: usize,
    /// The bodies that are open, each with the bracket depth it began at.
    bodies: Vec<usize>,
}

impl Splitter {
    /// Takes the next token; whether it is the semicolon that ends the statement.
    pub(crate) fn ends_at(&mut self, token: &Token) -> bool {
        // Nearly every token: only brackets and semicolons can matter any more.
        if matches!(self.head, Head::Other)
            && !matches!(token.kind, TokenKind::Char(_))
            && self.bodies.is_empty()
        {
            return false;
        }
        let floor = self.bodies.last().copied();
        let outside_brackets = self.depth == floor.unwrap_or(0);
        match token.kind {
            TokenKind::Char(b';') if outside_brackets => {
                self.head = Head::Start;
                return floor.is_none();
            }
            TokenKind::Char(b'(' | b'[') => {
                self.depth += 1;
                self.advance(None);
            }
            TokenKind::Char(b')' | b']') => {
                self.depth = self.depth.saturating_sub(1).max(floor.unwrap_or(0));
                self.advance(None);
            }
            TokenKind::Keyword(Keyword::Atomic)
                if self.head == Head::RoutineBegin && outside_brackets =>
            {
                self.bodies.push(self.depth);
                self.head = Head::Start;
            }
            TokenKind::Keyword(Keyword::End)
                if self.head == Head::Start && outside_brackets && floor.is_some() =>
            {
                self.bodies.pop();
                self.head = Head::Other;
            }
            TokenKind::Keyword(keyword) if outside_brackets => self.advance(Some(keyword)),
            _ => self.advance(None),
        }
        false
    }

    /// Forgets the statement begun.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }

    fn advance(&mut self, keyword: Option<Keyword>) {
        self.head = match (self.head, keyword) {
            (Head::Start, Some(Keyword::Create)) => Head::Create,
            (Head::Create, Some(Keyword::Or)) => Head::CreateOr,
            (Head::CreateOr, Some(Keyword::Replace)) => Head::CreateOrReplace,
            (Head::Routine | Head::RoutineBegin, Some(Keyword::Begin)) => Head::RoutineBegin,
            (
                Head::Create | Head::CreateOrReplace,
                Some(Keyword::Function | Keyword::Procedure),
            )
            | (Head::Routine | Head::RoutineBegin, _) => Head::Routine,
            _ => Head::Other,
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::splitter::analyse;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let analysis = analyse(text);
        let statements: Vec<&str> = analysis
            .statements
            .iter()
            .map(|statement| &text[statement.range.clone()])
            .collect();
        assert_eq!(statements, expected);
    }

    #[test]
    fn statements_end_at_semicolons_and_empty_ones_are_none() {
        check("SELECT 1; SELECT 2", &["SELECT 1", "SELECT 2"]);
        check(";;\n-- x\n; SELECT 1 -- y\n;;", &["SELECT 1"]);
        check("", &[]);
        check("/* ; */", &[]);
        check("  SELECT 'é;' ;", &["SELECT 'é;'"]);
    }

    #[test]
    fn semicolons_in_literals_comments_and_brackets_end_nothing() {
        for sql in [
            "SELECT ';', $$;$$, \";\" /* ; */ -- ;\n, 1",
            "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2; )",
            "SELECT a[(1)]",
        ] {
            check(&format!("{sql};{sql};"), &[sql, sql]);
        }
    }

    /// Statements that hold semicolons, or words that look like the beginning or end of a body.
    const WHOLE: &[&str] = &[
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END",
        "create or replace function f(a int default (1)) returns int language sql begin atomic end",
        "CREATE PROCEDURE p() BEGIN ATOMIC END",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC
           SELECT CASE WHEN a THEN CASE b WHEN 1 THEN 2 END ELSE 3 END FROM t; END",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC
           SELECT 1 AS end; SELECT 1 end; SELECT t.end FROM t; END",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT ARRAY[1, (2)]; RETURN 1; END",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC
           CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT 1; END; SELECT 2; END",
        "CREATE FUNCTION f() RETURNS int RETURN 1",
        "CREATE FUNCTION begin() RETURNS begin LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$",
        "CREATE FUNCTION begin.atomic() RETURNS int RETURN 1",
        "CREATE TABLE begin (atomic int)",
        "SELECT 1 AS begin, 2 AS atomic",
        "CREATE OR REPLACE VIEW function AS SELECT begin atomic FROM t",
        "BEGIN",
        "END",
        "SELECT 1",
    ];

    #[test]
    fn bodies_of_functions_and_procedures_stay_whole() {
        for sql in WHOLE {
            check(&format!("{sql};{sql}"), &[sql, sql]);
        }
    }

    #[test]
    fn a_psql_command_is_part_of_no_statement() {
        check(
            "\\set x 1\nCOMMIT;\nSELECT 1 \\gexec\nEND",
            &["COMMIT", "SELECT 1", "END"],
        );
    }

    #[test]
    fn data_of_a_copy_is_part_of_no_statement() {
        check(
            "COPY t FROM stdin;\nit's;\n\\.x\nEND;\n\\.\nSELECT 1",
            &["COPY t FROM stdin", "SELECT 1"],
        );
        check(
            "COPY t FROM stdin;\nSELECT '\\.'",
            &["COPY t FROM stdin", "SELECT '\\.'"],
        );
    }

    proptest! {
        #[test]
        fn statements_that_are_joined_come_back(
            chosen in prop::collection::vec(prop::sample::select(WHOLE), 0..8),
            gap in prop::sample::select(vec![";", " ;\n", ";;", "; -- x;\n", "/* ; */;/* */"]),
        ) {
            let text = chosen.join(gap);
            let analysis = analyse(&text);
            let found: Vec<&str> =
                analysis.statements.iter().map(|statement| &text[statement.range.clone()]).collect();
            prop_assert_eq!(found, chosen);
        }
    }
}
