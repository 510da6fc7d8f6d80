//! Where a statement ends: at a semicolon outside brackets and outside the body of a function or
//! procedure written `BEGIN ATOMIC … END`.
//!
//! That is what PostgreSQL's grammar makes of it, told from few tokens. In such a body every statement
//! ends in a semicolon, and `END` is the body's own exactly where a statement could begin: that of a
//! `CASE`, and the label `end`, never stand there. A body may hold a `CREATE FUNCTION` with a body.

use super::keyword::Keyword;
use super::token::{Token, TokenKind};

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
