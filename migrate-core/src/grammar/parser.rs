//! The loop that runs the automaton, statement after statement.

use std::ops::Range;

use super::facts;
use super::lookahead::{Lexeme, Lexemes};
use super::recovery::find_end;
use super::refusal::{Refusal, RefusalKind};
use super::symbol::Symbol;
use super::tables::{self, NO_LOOKAHEAD};
use super::terminal::{END, SEMICOLON};
use super::tree::{Data, Node, Tree};
use crate::sql::{Scan, Token};

/// PostgreSQL's own limit: bison's `YYMAXDEPTH`.
const MAX_DEPTH: usize = 10_000;

/// What became of a text.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// Its statements in order; empty ones (`;;`) are none.
    pub sentences: Vec<Sentence>,
    tree: Tree,
}

/// One statement and PostgreSQL's verdict on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Its bytes, from its first token to its last, without the semicolon.
    pub range: Range<usize>,
    /// Its tokens, as indices.
    pub tokens: Range<usize>,
    /// Its place in the tree, or what is wrong with it.
    verdict: Result<usize, Refusal>,
}

impl Sentence {
    /// What PostgreSQL would refuse first in it; none if it is valid.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.verdict.as_ref().err()
    }
}

impl Parsed {
    /// The syntax tree of a statement: its `stmt` (or `TransactionStmtLegacy`), whose only child is the
    /// kind of statement. None if it is not valid.
    pub fn tree(&self, sentence: &Sentence) -> Option<Node<'_>> {
        let root = *sentence.verdict.as_ref().ok()?;
        self.tree.node(root)?.children().next()
    }

    /// Every refusal, in order.
    pub fn refusals(&self) -> impl Iterator<Item = &Refusal> {
        self.sentences.iter().filter_map(Sentence::refusal)
    }
}

/// Parses a text that has been scanned.
pub fn parse(text: &str, scan: &Scan) -> Parsed {
    let mut parser = Parser {
        lexemes: Lexemes::new(text, &scan.tokens, &scan.faults),
        tokens: &scan.tokens,
        states: vec![0; 256],
        firsts: vec![0; 256],
        top: 0,
        ahead: None,
        shifted: 0,
        first_token: 0,
        finished: None,
        parsed: Parsed::default(),
    };
    parser.parsed.tree.nodes.reserve(scan.tokens.len() * 8);
    while let Err(refusal) = parser.run() {
        parser.recover(refusal);
    }
    parser.parsed
}

/// The automaton in motion.
struct Parser<'a> {
    lexemes: Lexemes<'a>,
    tokens: &'a [Token],
    /// The stack: states.
    states: Vec<u16>,
    /// The stack: where the subtree of the symbol that led to the state begins.
    firsts: Vec<usize>,
    /// The index of the stack's last entry.
    top: usize,
    /// The token read but not yet shifted.
    ahead: Option<Lexeme>,
    /// Where the last shifted token ends.
    shifted: u32,
    /// The first token of the statement.
    first_token: usize,
    /// The node of the statement whose semicolon has not been seen yet.
    finished: Option<usize>,
    parsed: Parsed,
}

const TOPLEVEL_STMT: u16 = Symbol::named("toplevel_stmt").0;

impl Parser<'_> {
    /// Runs to the end of the text.
    ///
    /// # Errors
    /// At the first thing PostgreSQL refuses.
    fn run(&mut self) -> Result<(), Refusal> {
        let mut state = 0;
        loop {
            let row = tables::state(state);
            let mut rule = row.default;
            if row.start != NO_LOOKAHEAD {
                let ahead = match self.ahead {
                    Some(ahead) => ahead,
                    None => self.read()?,
                };
                match tables::action(row, ahead.terminal) {
                    Some(0) => return Err(self.refuse(RefusalKind::Unexpected)),
                    Some(shift @ 1..) => {
                        state = shift.unsigned_abs();
                        self.shift(ahead, state)?;
                        if state == facts::ACCEPTING {
                            return Ok(());
                        }
                        continue;
                    }
                    Some(reduce) => rule = reduce.unsigned_abs(),
                    None => {}
                }
            }
            if rule == 0 {
                return Err(self.refuse(RefusalKind::Unexpected));
            }
            state = self.reduce(rule)?;
        }
    }

    fn read(&mut self) -> Result<Lexeme, Refusal> {
        let lexeme = self.lexemes.read()?;
        self.ahead = Some(lexeme);
        Ok(lexeme)
    }

    /// Takes the token read.
    fn shift(&mut self, lexeme: Lexeme, state: u16) -> Result<(), Refusal> {
        self.ahead = None;
        if self.finished.is_some() && (lexeme.terminal == SEMICOLON || lexeme.terminal == END) {
            self.finish(lexeme.token);
        }
        let first = self.parsed.tree.nodes.len();
        let end = narrow(lexeme.end);
        self.shifted = end;
        self.parsed.tree.nodes.push(Data {
            what: lexeme.terminal,
            start: narrow(lexeme.start),
            end,
            size: 1,
        });
        self.push(state, first)
    }

    /// Makes one symbol of the last ones, by a rule. The state to go on in.
    #[expect(
        clippy::indexing_slicing,
        reason = "every entry up to `top` has been pushed, and `first` is that of a node"
    )]
    fn reduce(&mut self, rule: u16) -> Result<u16, Refusal> {
        let (left, length) = tables::rule(rule);
        let count = self.parsed.tree.nodes.len();
        let mut first = count;
        let mut data = Data {
            what: facts::TERMINALS + rule,
            start: 0,
            end: self.shifted,
            size: 1,
        };
        if length == 0 {
            data.start = self.next_start();
            data.end = data.start;
        } else {
            self.top -= length;
            first = self.firsts[self.top + 1];
            data.start = self.parsed.tree.nodes[first].start;
            data.end = data.end.max(data.start);
            data.size = narrow(count - first + 1);
        }
        self.parsed.tree.nodes.push(data);
        if left == TOPLEVEL_STMT {
            self.finished = Some(count);
        }
        let below = self.states[self.top];
        let state = tables::goto(left - facts::TERMINALS, below);
        self.push(state, first)?;
        Ok(state)
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the stack has been lengthened to hold the entry"
    )]
    fn push(&mut self, state: u16, first: usize) -> Result<(), Refusal> {
        self.top += 1;
        if self.top >= self.states.len() {
            self.states.resize(MAX_DEPTH, 0);
            self.firsts.resize(MAX_DEPTH, 0);
        }
        if self.top >= MAX_DEPTH - 1 {
            return Err(self.refuse(RefusalKind::TooDeep));
        }
        self.states[self.top] = state;
        self.firsts[self.top] = first;
        Ok(())
    }

    /// Where the next token begins.
    fn next_start(&self) -> u32 {
        if let Some(ahead) = &self.ahead {
            return narrow(ahead.start);
        }
        match self.tokens.get(self.lexemes.next) {
            Some(token) => narrow(token.start),
            None => self.shifted,
        }
    }

    /// Ends a statement at the token that separates it from the next.
    fn finish(&mut self, separator: usize) {
        if let Some(node) = self.finished.take() {
            self.conclude(separator, Ok(node));
        }
        self.first_token = separator + 1;
    }

    /// Keeps the verdict on the tokens from the first of the statement up to `end`, if there are any.
    fn conclude(&mut self, end: usize, verdict: Result<usize, Refusal>) {
        let tokens = self.first_token..end;
        let covered = self.tokens.get(tokens.clone()).unwrap_or_default();
        if let [first, ..] = covered
            && let [.., last] = covered
        {
            let range = first.start..last.end;
            self.parsed.sentences.push(Sentence {
                range,
                tokens,
                verdict,
            });
        }
    }

    fn refuse(&self, kind: RefusalKind) -> Refusal {
        let (span, token) = match self.ahead {
            Some(ahead) => (ahead.start..ahead.end, ahead.token),
            None => match self.lexemes.next.checked_sub(1) {
                // Bison names the token it read last.
                Some(last) => (self.tokens.get(last).map_or(0..0, Token::range), last),
                None => (0..0, 0),
            },
        };
        Refusal { kind, span, token }
    }

    /// Leaves a statement that was refused, and makes ready for the one behind it.
    fn recover(&mut self, refusal: Refusal) {
        let end = find_end(self.tokens, self.first_token, refusal.token);
        if end > self.first_token {
            self.conclude(end, Err(refusal));
        } else {
            // A fault between statements, such as a comment without an end.
            self.parsed.sentences.push(Sentence {
                range: refusal.span.clone(),
                tokens: end..end,
                verdict: Err(refusal),
            });
        }
        self.first_token = end + 1;
        self.lexemes.resume(end + 1);
        self.ahead = None;
        self.finished = None;
        self.top = 0;
    }
}

/// Texts of 4 GiB and more are refused before they are parsed.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Parsed, parse};
    use crate::grammar::Symbol;
    use crate::sql::scan;

    fn parse_text(text: &str) -> Parsed {
        parse(text, &scan(text))
    }

    /// Every statement's text, and the kind or the refusal of it.
    fn judge(text: &str) -> Vec<String> {
        let parsed = parse_text(text);
        let sentences = parsed.sentences.iter().map(|sentence| {
            let verdict = match sentence.refusal() {
                None => {
                    let statement = parsed.tree(sentence).unwrap();
                    let kind = statement.children().next();
                    kind.map_or_else(
                        || statement.symbol().to_string(),
                        |k| k.symbol().to_string(),
                    )
                }
                Some(refusal) => format!("{} ({})", refusal.message(text), refusal.span.start),
            };
            format!("{} => {verdict}", &text[sentence.range.clone()])
        });
        sentences.collect()
    }

    #[test]
    fn statements_are_told_apart_and_named() {
        insta::assert_debug_snapshot!(
            judge("SELECT 1;; CREATE INDEX CONCURRENTLY i ON t (a); -- c\nDROP TABLE t"),
            @r#"
        [
            "SELECT 1 => SelectStmt",
            "CREATE INDEX CONCURRENTLY i ON t (a) => IndexStmt",
            "DROP TABLE t => DropStmt",
        ]
            "#
        );
    }

    #[test]
    fn semicolons_inside_a_statement_do_not_end_it() {
        insta::assert_debug_snapshot!(
            judge(
                "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; \
                 CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b); SELECT 1"
            ),
            @r#"
        [
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END => CreateFunctionStmt",
            "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b) => RuleStmt",
            "SELECT 1 => SelectStmt",
        ]
            "#
        );
    }

    #[test]
    fn every_statement_has_its_own_verdict() {
        insta::assert_debug_snapshot!(
            judge("CREATE INDX i; SELECT 1; CREATE TABLE t (a int; SELECT 1a; SELECT (1"),
            @r#"
        [
            "CREATE INDX i => syntax error at or near \"INDX\" (7)",
            "SELECT 1 => SelectStmt",
            "CREATE TABLE t (a int => syntax error at or near \";\" (46)",
            "SELECT 1a => trailing junk after numeric literal (55)",
            "SELECT (1 => syntax error at end of input (68)",
        ]
            "#
        );
    }

    #[test]
    fn errors_stand_where_postgresql_sees_them() {
        for (text, at) in [
            ("CREATE TABLE t (a int,, b int)", 22),
            ("CREATE TABLE t (a int b text)", 22),
            ("SELECT a b c", 11),
            ("SELECT 1 UNION", 14),
            ("ALTER TABLE t ADD COLUM a int", 26),
            ("SELECT U&'a' UESCAPE 1", 21),
            ("\u{e9} SELECT", 0),
        ] {
            let parsed = parse_text(text);
            let refusals: Vec<usize> = parsed.refusals().map(|r| r.span.start).collect();
            assert_eq!(refusals, [at], "{text}");
        }
    }

    #[test]
    fn keywords_that_need_two_tokens_are_decided_by_two() {
        for text in [
            "SELECT a NOT IN (1), NOT a, b NOT LIKE 'x' FROM t ORDER BY a NULLS FIRST",
            "CREATE TABLE nulls (nulls int, format text)",
            "SELECT '1'::time WITHOUT TIME ZONE, '1'::time WITH TIME ZONE",
            "SELECT * FROM f() WITH ORDINALITY",
            "SELECT json_serialize('1' FORMAT JSON)",
            r#"SELECT U&"d!0061t" UESCAPE '!', U&'d\0061t'"#,
        ] {
            assert_eq!(parse_text(text).refusals().count(), 0, "{text}");
        }
    }

    #[test]
    fn the_tree_answers_in_the_grammars_words() {
        let text = "CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX j ON t (a, lower(b)); \
                    ALTER TABLE t ADD a int, DROP b, ALTER c SET NOT NULL";
        let parsed = parse_text(text);
        let trees: Vec<_> = parsed
            .sentences
            .iter()
            .map(|s| parsed.tree(s).unwrap())
            .collect();
        let concurrently = Symbol::named("opt_concurrently");
        assert!(!trees[0].find(concurrently).unwrap().is_empty());
        assert!(trees[1].find(concurrently).unwrap().is_empty());
        let commands = trees[2].find_all(Symbol::named("alter_table_cmd"));
        let commands: Vec<&str> = commands.map(|command| command.text(text)).collect();
        assert_eq!(commands, ["ADD a int", "DROP b", "ALTER c SET NOT NULL"]);
        let parameters = trees[1].find(Symbol::named("index_params"));
        let columns = parameters
            .into_iter()
            .chain(trees[1].find_all(Symbol::named("index_params")))
            .last()
            .unwrap()
            .items(Symbol::named("index_elem"));
        let columns: Vec<&str> = columns.iter().map(|column| column.text(text)).collect();
        assert_eq!(columns, ["a", "lower(b)"]);
    }

    #[test]
    fn depth_is_an_error_not_a_crash() {
        for open in [
            "(",
            "SELECT (",
            "a[",
            "CASE WHEN ",
            "NOT ",
            "- ",
            "SELECT array[",
        ] {
            let text = format!("SELECT {}", open.repeat(200_000));
            assert_eq!(parse_text(&text).refusals().count(), 1, "{open}");
        }
    }

    #[test]
    fn a_list_may_be_long() {
        let text = format!("SELECT 1{}", ", 1".repeat(200_000));
        assert_eq!(parse_text(&text).refusals().count(), 0);
    }

    #[test]
    fn a_fault_of_the_scanner_is_that_statements() {
        insta::assert_debug_snapshot!(judge("SELECT 1a; SELECT 2; /* open"), @r#"
        [
            "SELECT 1a => trailing junk after numeric literal (7)",
            "SELECT 2 => SelectStmt",
            "/* => unterminated /* comment (21)",
        ]
"#);
    }
}
