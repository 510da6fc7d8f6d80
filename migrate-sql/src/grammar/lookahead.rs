//! PostgreSQL's filter between scanner and grammar.
//!
//! In a few places SQL needs two tokens to decide what an LALR(1) grammar must decide by one, so
//! PostgreSQL's `base_yylex` looks at the next token too and hands the grammar another terminal:
//! `NOT` before `IN` becomes `NOT_LA`. It also makes one token of `U&"…" UESCAPE '…'`.

use super::refusal::{Refusal, RefusalKind};
use super::symbol::Symbol;
use super::terminal::{self, END};
use crate::scanner::{Fault, Keyword, Token, TokenKind};

/// A token as the grammar sees it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lexeme {
    pub(super) terminal: u16,
    /// Its bytes.
    pub(super) start: usize,
    pub(super) end: usize,
    /// The index of its first token.
    pub(super) token: usize,
}

/// The tokens of a text, one after the other.
pub(super) struct Lexemes<'a> {
    text: &'a str,
    tokens: &'a [Token],
    /// The faults not yet reached.
    faults: &'a [Fault],
    /// The next token to read.
    pub(super) next: usize,
}

impl<'a> Lexemes<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token], faults: &'a [Fault]) -> Self {
        Self {
            text,
            tokens,
            faults,
            next: 0,
        }
    }

    /// Reads the next token.
    ///
    /// # Errors
    /// If PostgreSQL's scanner refuses it.
    #[expect(
        clippy::indexing_slicing,
        reason = "it is compared with the length; nothing else is quick without optimisation"
    )]
    pub(super) fn read(&mut self) -> Result<Lexeme, Refusal> {
        let token = self.next;
        if token >= self.tokens.len() {
            self.refuse_fault(usize::MAX)?;
            let end = self.text.len();
            return Ok(Lexeme {
                terminal: END,
                start: end,
                end,
                token,
            });
        }
        let Token { kind, start, end } = self.tokens[token];
        if !self.faults.is_empty() {
            self.refuse_fault(end)?;
        }
        self.next += 1;
        let mut lexeme = Lexeme {
            terminal: terminal::classify(kind),
            start,
            end,
            token,
        };
        match kind {
            TokenKind::Keyword(keyword) => {
                if let Keyword::Format
                | Keyword::Not
                | Keyword::Nulls
                | Keyword::With
                | Keyword::Without = keyword
                {
                    self.look_ahead(keyword, &mut lexeme)?;
                }
            }
            TokenKind::UnicodeIdent | TokenKind::UnicodeString => self.join_escape(&mut lexeme)?,
            _ => {}
        }
        Ok(lexeme)
    }

    /// Chooses the terminal of a keyword that depends on what follows.
    fn look_ahead(&mut self, keyword: Keyword, lexeme: &mut Lexeme) -> Result<(), Refusal> {
        let Some(next) = self.peek()? else {
            return Ok(());
        };
        let TokenKind::Keyword(next) = next.kind else {
            return Ok(());
        };
        let terminal = match (keyword, next) {
            (Keyword::Format, Keyword::Json) => const { Symbol::named("FORMAT_LA") },
            (
                Keyword::Not,
                Keyword::Between | Keyword::In | Keyword::Like | Keyword::Ilike | Keyword::Similar,
            ) => const { Symbol::named("NOT_LA") },
            (Keyword::Nulls, Keyword::First | Keyword::Last) => const { Symbol::named("NULLS_LA") },
            (Keyword::With, Keyword::Time | Keyword::Ordinality) => {
                const { Symbol::named("WITH_LA") }
            }
            (Keyword::Without, Keyword::Time) => const { Symbol::named("WITHOUT_LA") },
            _ => return Ok(()),
        };
        lexeme.terminal = terminal.0;
        Ok(())
    }

    /// Takes `UESCAPE '…'` into the token before it.
    fn join_escape(&mut self, lexeme: &mut Lexeme) -> Result<(), Refusal> {
        if !self.peek()?.is_some_and(|next| next.is(Keyword::Uescape)) {
            return Ok(());
        }
        self.next += 1;
        // What is no string, or no escape character, the scanner has refused.
        if let Some(escape) = self.peek()? {
            self.next += 1;
            lexeme.end = escape.end;
        }
        Ok(())
    }

    /// The next token, not yet read.
    fn peek(&mut self) -> Result<Option<&'a Token>, Refusal> {
        let next = self.tokens.get(self.next);
        if !self.faults.is_empty() {
            self.refuse_fault(next.map_or(usize::MAX, |token| token.end))?;
        }
        Ok(next)
    }

    /// Stops at a fault that begins before `end`.
    fn refuse_fault(&self, end: usize) -> Result<(), Refusal> {
        match self.faults.first() {
            Some(fault) if fault.span.start < end => {
                Err(self.refuse(RefusalKind::Fault(fault.kind), fault.span.clone()))
            }
            _ => Ok(()),
        }
    }

    fn refuse(&self, kind: RefusalKind, span: std::ops::Range<usize>) -> Refusal {
        Refusal {
            kind,
            span,
            token: self.next,
        }
    }

    /// Goes on at a token, leaving behind what the scanner refused before it: a fault between the two
    /// statements is in a comment, and a comment with a fault has no end.
    pub(super) fn resume(&mut self, token: usize) {
        self.next = token;
        let start = match self.tokens.get(token) {
            Some(next) => next.start,
            None => usize::MAX,
        };
        let left = self
            .faults
            .partition_point(|fault| fault.span.start < start);
        self.faults = self.faults.get(left..).unwrap_or_default();
    }
}
