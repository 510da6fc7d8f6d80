//! Whether a statement that was refused would go on if it were written a little differently.
//!
//! The automaton answers: it runs over the statement's tokens with some of them changed. No tree is
//! built, and nothing is judged but the grammar.

use std::ops::Range;

use super::Refusal;
use super::lookahead::Lexemes;
use super::parsed::Sentence;
use super::parser::MAX_DEPTH;
use super::symbol::Symbol;
use super::tables::{self, NO_ENTRY, NO_LOOKAHEAD};
use super::terminal::END;
use crate::scanner::Token;

/// Changes can be tried so many tokens before the error.
const REACH: usize = 8;

/// The tokens around the error of a statement.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The terminals from a few tokens before the error to a few after it.
    terminals: Vec<u16>,
    /// For each terminal, its token.
    tokens: Vec<usize>,
    /// The automaton's stack before the first of them.
    stack: Vec<usize>,
    /// The place of the token that was refused.
    error: usize,
}

impl Trial {
    /// A change that lets so many tokens pass, the refused one included, is likely what was meant.
    pub const ENOUGH: usize = 4;

    /// Makes ready to try changes on a statement.
    pub fn of(text: &str, tokens: &[Token], sentence: &Sentence, refusal: &Refusal) -> Self {
        let mut lexemes = Lexemes::new(text, tokens, &[]);
        lexemes.next = sentence.tokens.start;
        let last = sentence.tokens.end.min(refusal.token + Self::ENOUGH + 1);
        let (mut terminals, mut places) = (Vec::new(), Vec::new());
        while lexemes.next < last
            && let Ok(lexeme) = lexemes.read()
        {
            terminals.push(lexeme.terminal);
            places.push(lexeme.token);
        }
        if last == sentence.tokens.end {
            terminals.push(END);
            places.push(sentence.tokens.end);
        }
        let error = places.partition_point(|place| *place < refusal.token);
        let far = error.saturating_sub(REACH);
        let mut stack = vec![0];
        for terminal in terminals.drain(..far) {
            feed(&mut stack, terminal);
        }
        places.drain(..far);
        Self {
            terminals,
            tokens: places,
            stack,
            error: error - far,
        }
    }

    /// Whether the statement goes on, over `enough` tokens from the error on or to its end, if the
    /// tokens of a range (of indices) are replaced by others.
    pub fn survives(&self, replaced: Range<usize>, by: &[Symbol], enough: usize) -> bool {
        let place = |token| self.tokens.partition_point(|place| *place < token);
        let (start, end) = (place(replaced.start), place(replaced.end));
        let (Some(before), Some(following)) =
            (self.terminals.get(..start), self.terminals.get(end..))
        else {
            return false;
        };
        let mut stack = self.stack.clone();
        let by = by.iter().map(|symbol| symbol.0);
        let mut changed = before.iter().copied().chain(by);
        if !changed.all(|terminal| feed(&mut stack, terminal)) {
            return false;
        }
        let needed = (self.error + enough).saturating_sub(end);
        let mut rest = following.iter().take(needed);
        rest.all(|terminal| feed(&mut stack, *terminal))
    }

    /// Whether the statement could end before a token.
    pub fn could_end_before(&self, token: usize) -> bool {
        let place = self.tokens.partition_point(|place| *place < token);
        let mut stack = self.stack.clone();
        let before = self.terminals.get(..place).unwrap_or_default();
        before.iter().all(|terminal| feed(&mut stack, *terminal)) && feed(&mut stack, END)
    }

    /// Whether a statement could begin with a token and go on with those after it.
    pub fn could_begin_at(&self, token: usize) -> bool {
        let place = self.tokens.partition_point(|place| *place < token);
        let mut stack = vec![0];
        let mut rest = self.terminals.get(place..).unwrap_or_default().iter();
        rest.all(|terminal| feed(&mut stack, *terminal))
    }
}

/// Lets the automaton take a terminal; whether it does. If not, the stack is of no further use.
fn feed(stack: &mut Vec<usize>, terminal: u16) -> bool {
    while stack.len() < MAX_DEPTH {
        let Some(&state) = stack.last() else {
            return false;
        };
        let row = tables::state(state);
        let action = match row.start {
            NO_LOOKAHEAD => NO_ENTRY,
            start => tables::action(start, usize::from(terminal)),
        };
        let rule = match action {
            1.. => {
                stack.push(action.unsigned_abs());
                return true;
            }
            NO_ENTRY => row.default,
            _ => action.unsigned_abs(),
        };
        if rule == 0 {
            return false;
        }
        let rule = tables::rule(rule);
        stack.truncate(stack.len().saturating_sub(rule.length));
        let Some(&below) = stack.last() else {
            return false;
        };
        stack.push(tables::goto(rule.left - tables::TERMINALS, below));
    }
    false
}
