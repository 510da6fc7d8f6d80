//! The loop that runs the automaton, statement after statement.

use super::actions::Objection;
use super::lookahead::{Lexeme, Lexemes};
use super::parsed::{Parsed, Sentence};
use super::recovery::find_end;
use super::refusal::{Refusal, RefusalKind};
use super::symbol::Symbol;
use super::tables::{self, NO_ENTRY, NO_LOOKAHEAD, Rule};
use super::terminal::{END, SEMICOLON};
use super::tree::{self, Data};
use super::{actions, facts};
use crate::scanner::{Fault, Token};

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
        count: 0,
        stack: vec![[0; 2]; USUAL_DEPTH].into(),
        ahead: Lexeme::default(),
        terminal: UNREAD,
        shifted: 0,
        first_token: 0,
        finished: None,
        parsed: Parsed::default(),
    };
    parser.parsed.tree.nodes = room_for(tokens.len() * 5);
    while let Err(refusal) = parser.run() {
        parser.recover(refusal);
    }
    parser.parsed
}

/// A row of nodes to be filled, and a few more.
fn room_for(count: usize) -> Box<[Data]> {
    vec![Data::default(); count + 64].into()
}

/// The automaton in motion.
struct Parser<'a> {
    text: &'a str,
    lexemes: Lexemes<'a>,
    tokens: &'a [Token],
    /// How many nodes the tree has.
    count: usize,
    /// States, each with where the subtree of the symbol that led to it begins. A row of plain numbers
    /// for the same reason as [`Data`].
    stack: Box<[[u32; 2]]>,
    /// The token read last.
    ahead: Lexeme,
    /// Its terminal, until it has been shifted.
    terminal: usize,
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
    /// Most of a build's time is spent here, without optimisation, where a call costs more than what it
    /// does: hence one function, and what is seldom needed in others.
    ///
    /// # Errors
    /// At the first thing PostgreSQL refuses.
    #[expect(
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "every entry of the stack up to `top` has been pushed, with the number of a node; \
                  what is pushed has been compared with the length; nodes are as few as bytes"
    )]
    fn run(&mut self) -> Result<(), Refusal> {
        let mut top = 0;
        let mut state = 0;
        loop {
            let row = tables::state(state);
            let mut rule = row.default;
            let mut action = 0;
            if row.start != NO_LOOKAHEAD {
                if self.terminal == UNREAD
                    && let Err(refusal) = self.read()
                {
                    return Err(refusal);
                }
                action = tables::action(row.start, self.terminal);
                if action < 0 && action != NO_ENTRY {
                    rule = -action as usize;
                } else if action == 0 {
                    rule = 0;
                }
            }
            if self.count == self.parsed.tree.nodes.len() {
                self.grow();
            }
            let first;
            if action > 0 {
                state = action as usize;
                first = self.count;
                self.shift();
            } else if rule == 0 {
                return Err(self.refuse(RefusalKind::Unexpected));
            } else {
                let made = tables::rule(rule);
                let (start, mut end);
                if made.length == 0 {
                    first = self.count;
                    start = self.next_start();
                    end = start;
                } else {
                    top -= made.length;
                    first = self.stack[top + 1][1] as usize;
                    start = self.parsed.tree.nodes[first][tree::START];
                    end = self.shifted;
                    if end < start {
                        end = start;
                    }
                }
                let size = (self.count - first + 1) as u32;
                self.parsed.tree.nodes[self.count] = [made.head, start, end, size];
                self.count += 1;
                if made.left == TOPLEVEL_STMT {
                    self.finished = Some(self.count - 1);
                }
                if actions::may_refuse(made)
                    && let Err(refusal) = self.judge(made)
                {
                    return Err(refusal);
                }
                state = tables::goto(made.left - tables::TERMINALS, self.stack[top][0] as usize);
            }
            top += 1;
            if top >= self.stack.len() && !self.deepen() {
                return Err(self.refuse(RefusalKind::TooDeep));
            }
            self.stack[top] = [state as u32, first as u32];
            if state == ACCEPTING {
                return Ok(());
            }
        }
    }

    fn read(&mut self) -> Result<(), Refusal> {
        match self.lexemes.read() {
            Ok(lexeme) => {
                self.ahead = lexeme;
                self.terminal = lexeme.terminal as usize;
                Ok(())
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Takes the token read.
    #[expect(
        clippy::indexing_slicing,
        reason = "the caller has made room for a node"
    )]
    fn shift(&mut self) {
        let terminal = self.ahead.terminal;
        self.terminal = UNREAD;
        if (terminal == SEMICOLON || terminal == END) && self.finished.is_some() {
            self.finish(self.ahead.token);
        }
        self.shifted = narrow(self.ahead.end);
        let head = u32::from(terminal);
        let start = narrow(self.ahead.start);
        self.parsed.tree.nodes[self.count] = [head, start, self.shifted, 1];
        self.count += 1;
    }

    /// Makes room for more nodes.
    fn grow(&mut self) {
        let nodes = &mut self.parsed.tree.nodes;
        let mut more = room_for(nodes.len() * 2);
        if let Some(begun) = more.get_mut(..nodes.len()) {
            begun.copy_from_slice(nodes);
        }
        *nodes = more;
    }

    /// Makes room for a deeper stack; whether there may be one.
    fn deepen(&mut self) -> bool {
        let depth = self.stack.len();
        if depth >= MAX_DEPTH {
            return false;
        }
        let mut more: Box<[[u32; 2]]> = vec![[0; 2]; MAX_DEPTH].into();
        if let Some(begun) = more.get_mut(..depth) {
            begun.copy_from_slice(&self.stack);
        }
        self.stack = more;
        true
    }

    /// Asks whether PostgreSQL lets the last node pass.
    fn judge(&self, rule: Rule) -> Result<(), Refusal> {
        let Some(node) = self.parsed.tree.node(self.count - 1) else {
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

    /// Leaves a statement that was refused, and makes ready for the one after it.
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
