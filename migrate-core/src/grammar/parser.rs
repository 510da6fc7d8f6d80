//! The loop that runs the automaton, statement after statement.

use super::actions::Objection;
use super::lookahead::{Lexeme, Lexemes};
use super::parsed::{Parsed, Sentence};
use super::recovery::find_end;
use super::refusal::{Refusal, RefusalKind};
use super::symbol::Symbol;
use super::tables::{self, NO_LOOKAHEAD};
use super::terminal::{END, SEMICOLON};
use super::tree::Data;
use super::{actions, facts};
use crate::sql::{Fault, Token};

/// PostgreSQL's own limit: bison's `YYMAXDEPTH`.
const MAX_DEPTH: usize = 10_000;

/// Parses a text that has been scanned: `faults` is what the scanner refused, in order. A psql command (a token that begins with a backslash)
/// ends a statement, as it does for psql.
pub fn parse(text: &str, tokens: &[Token], faults: &[Fault]) -> Parsed {
    let mut parser = Parser {
        text,
        lexemes: Lexemes::new(text, tokens, faults),
        tokens,
        states: vec![0; 256],
        firsts: vec![0; 256],
        top: 0,
        ahead: None,
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
        let tree = &self.parsed.tree;
        if let Err(objection) = actions::judge(left, length, self.text, || tree.node(count)) {
            return Err(self.object(objection));
        }
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
        self.ahead = None;
        self.finished = None;
        self.top = 0;
    }
}

/// Texts of 4 GiB and more are refused before they are parsed.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
