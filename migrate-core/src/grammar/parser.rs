//! The loop that runs the automaton, statement after statement.

use super::actions::Objection;
use super::lookahead::{Lexeme, Lexemes};
use super::parsed::{Parsed, Sentence};
use super::recovery::find_end;
use super::refusal::{Refusal, RefusalKind};
use super::symbol::Symbol;
use super::tables::{self, NO_ENTRY, NO_LOOKAHEAD, Rule};
use super::terminal::{END, SEMICOLON};
use super::tree::Data;
use super::{actions, facts};
use crate::sql::{Fault, Token};

/// PostgreSQL's own limit: bison's `YYMAXDEPTH`.
pub(super) const MAX_DEPTH: usize = 10_000;

/// How deep statements usually go: the stack starts with so much, because clearing all that it may need
/// takes longer than parsing a short file.
const USUAL_DEPTH: usize = 200;

/// Parses a text that has been scanned: `faults` is what the scanner refused, in order.
///
/// A psql command (a token that begins with a backslash) ends a statement, as it does for psql.
pub fn parse(text: &str, tokens: &[Token], faults: &[Fault]) -> Parsed {
    let mut parser = Parser {
        text,
        lexemes: Lexemes::new(text, tokens, faults),
        tokens,
        states: vec![0; USUAL_DEPTH],
        firsts: vec![0; USUAL_DEPTH],
        top: 0,
        ahead: Lexeme::default(),
        terminal: UNREAD,
        first: 0,
        shifted: 0,
        first_token: 0,
        finished: None,
        parsed: Parsed::default(),
    };
    parser.parsed.tree.nodes.reserve(tokens.len() * 8);
    while let Err(refusal) = parser.run() {
        parser.recover(refusal);
    }
    parser.parsed
}

/// The automaton in motion.
struct Parser<'a> {
    text: &'a str,
    lexemes: Lexemes<'a>,
    tokens: &'a [Token],
    /// The stack: states.
    states: Vec<usize>,
    /// The stack: where the subtree of the symbol that led to the state begins.
    firsts: Vec<usize>,
    /// The index of the stack's last entry.
    top: usize,
    /// The token read last.
    ahead: Lexeme,
    /// Its terminal, until it has been shifted.
    terminal: usize,
    /// Where the subtree of the symbol made last begins.
    first: usize,
    /// Where the last shifted token ends.
    shifted: u32,
    /// The first token of the statement.
    first_token: usize,
    /// The node of the statement whose semicolon has not been seen yet.
    finished: Option<usize>,
    parsed: Parsed,
}

const TOPLEVEL_STMT: usize = Symbol::named("toplevel_stmt").0 as usize;

const ACCEPTING: usize = facts::ACCEPTING as usize;

/// In place of a terminal: the next token has not been read.
const UNREAD: usize = usize::MAX;

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
                if self.terminal == UNREAD {
                    self.read()?;
                }
                let action = tables::action(row.start, self.terminal);
                if action > 0 {
                    state = action.unsigned_abs();
                    self.shift();
                    if self.enter(state) {
                        return Err(self.refuse(RefusalKind::TooDeep));
                    }
                    if state == ACCEPTING {
                        return Ok(());
                    }
                    continue;
                }
                if action != NO_ENTRY {
                    rule = action.unsigned_abs();
                }
            }
            if rule == 0 {
                return Err(self.refuse(RefusalKind::Unexpected));
            }
            let rule_made = tables::rule(rule);
            self.reduce(rule, rule_made);
            if rule_made.judged {
                self.judge(rule_made)?;
            }
            state = self.goto(rule_made);
            if self.enter(state) {
                return Err(self.refuse(RefusalKind::TooDeep));
            }
        }
    }

    fn read(&mut self) -> Result<(), Refusal> {
        self.ahead = self.lexemes.read()?;
        self.terminal = self.ahead.terminal as usize;
        Ok(())
    }

    /// Takes the token read.
    fn shift(&mut self) {
        let terminal = self.ahead.terminal;
        self.terminal = UNREAD;
        if (terminal == SEMICOLON || terminal == END) && self.finished.is_some() {
            self.finish(self.ahead.token);
        }
        self.first = self.parsed.tree.nodes.len();
        self.shifted = narrow(self.ahead.end);
        self.parsed.tree.nodes.push(Data {
            what: terminal,
            start: narrow(self.ahead.start),
            end: self.shifted,
            size: 1,
        });
    }

    /// Makes one symbol of the last ones, by a rule.
    #[expect(
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        reason = "every entry up to `top` has been pushed, with the number of a node; rules have 16 bits"
    )]
    fn reduce(&mut self, number: usize, rule: Rule) {
        let count = self.parsed.tree.nodes.len();
        let mut data = Data {
            what: facts::TERMINALS + number as u16,
            start: 0,
            end: self.shifted,
            size: 1,
        };
        if rule.length == 0 {
            data.start = self.next_start();
            data.end = data.start;
            self.first = count;
        } else {
            self.top -= rule.length;
            self.first = self.firsts[self.top + 1];
            data.start = self.parsed.tree.nodes[self.first].start;
            if data.end < data.start {
                data.end = data.start;
            }
            data.size = narrow(count - self.first + 1);
        }
        self.parsed.tree.nodes.push(data);
        if rule.left == TOPLEVEL_STMT {
            self.finished = Some(count);
        }
    }

    /// The state after a symbol has been made.
    #[expect(
        clippy::indexing_slicing,
        reason = "every entry up to `top` has been pushed"
    )]
    fn goto(&self, rule: Rule) -> usize {
        tables::goto(rule.left - tables::TERMINALS, self.states[self.top])
    }

    /// Pushes a state; whether that is too much.
    #[expect(
        clippy::indexing_slicing,
        reason = "the line above compares the index with the length of both"
    )]
    fn enter(&mut self, state: usize) -> bool {
        self.top += 1;
        if self.top >= self.states.len() {
            if self.top >= MAX_DEPTH - 1 {
                return true;
            }
            self.states.resize(MAX_DEPTH, 0);
            self.firsts.resize(MAX_DEPTH, 0);
        }
        self.states[self.top] = state;
        self.firsts[self.top] = self.first;
        false
    }

    /// Asks whether PostgreSQL lets the last node pass.
    fn judge(&self, rule: Rule) -> Result<(), Refusal> {
        let tree = &self.parsed.tree;
        let made = tree.nodes.len().checked_sub(1);
        let Some(node) = made.and_then(|last| tree.node(last)) else {
            return Ok(());
        };
        actions::judge(rule.left - tables::TERMINALS, self.text, node)
            .map_err(|objection| self.object(objection))
    }

    /// Where the next token begins.
    fn next_start(&self) -> u32 {
        if self.terminal != UNREAD {
            return narrow(self.ahead.start);
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
        // Bison names the token it read last, shifted or not.
        Refusal {
            kind,
            span: self.ahead.start..self.ahead.end,
            token: self.ahead.token,
        }
    }

    fn object(&self, objection: Objection) -> Refusal {
        let near = self.refuse(RefusalKind::Forbidden(objection.message.clone()));
        match objection.span {
            Some(span) => Refusal { span, ..near },
            None => self.refuse(RefusalKind::ForbiddenNear(objection.message)),
        }
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
        self.terminal = UNREAD;
        self.finished = None;
        self.top = 0;
    }
}

/// Files of more than 1 GiB are not read, so no offset into one is cut short.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a call less for each node of the tree"
)]
fn narrow(offset: usize) -> u32 {
    offset as u32
}
