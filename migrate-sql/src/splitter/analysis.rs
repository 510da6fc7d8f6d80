//! A file's SQL, taken apart once for everybody who asks about it.

use std::ops::Range;

use super::Splitter;
use super::copy::{self, Direction};
use crate::scanner::{Fault, Keyword, Reader, Scanner, Token, Vocabulary, check_unicode};

/// What a file holds.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Analysis {
    /// Its tokens. Data after a `COPY … FROM STDIN` is left out.
    pub tokens: Vec<Token>,
    /// Its statements, in order. Empty ones are none.
    pub statements: Vec<Statement>,
    /// What PostgreSQL's scanner would refuse, in order.
    pub faults: Vec<Fault>,
    /// Its words.
    pub vocabulary: Vocabulary,
}

/// Where a statement is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Bytes of the text, from its first token to its last, without the semicolon.
    pub range: Range<usize>,
    /// Which of the file's tokens are the statement's, without the semicolon.
    pub tokens: Range<usize>,
}

impl Analysis {
    /// The tokens that a statement is made of.
    pub fn tokens_of(&self, statement: &Statement) -> &[Token] {
        self.tokens
            .get(statement.tokens.clone())
            .unwrap_or_default()
    }
}

/// Takes a file's text apart. Never fails: what PostgreSQL's scanner would refuse is among the faults,
/// and what comes after it is read as well as can be.
pub fn analyse(text: &str) -> Analysis {
    let mut analysis = Analysis {
        tokens: Vec::with_capacity(text.len() / 5),
        ..Analysis::default()
    };
    let mut scanner = Scanner::new(text);
    let mut splitter = Splitter::default();
    let mut data_may_follow = true;
    let mut start = 0;
    while let Some(token) = scanner.scan_token() {
        let at = analysis.tokens.len();
        analysis.tokens.push(token);
        // psql removes its commands from a statement, wherever they occur.
        let command = token.is_char(b'\\');
        if !command && !splitter.ends_at(&token) {
            continue;
        }
        analysis.finish(start..at);
        start = at + 1;
        if command {
            splitter.reset();
        } else if data_may_follow
            && analysis
                .last_tokens()
                .first()
                .is_some_and(|first| first.is(Keyword::Copy))
            && copy::direction(Reader::new(text, analysis.last_tokens()))
                == Some(Direction::FromClient)
        {
            match copy::data_end(text, token.end) {
                Some(end) => scanner.skip_to(end),
                None => data_may_follow = false,
            }
        }
    }
    let end = analysis.tokens.len();
    analysis.finish(start..end);
    analysis.faults = scanner.faults;
    analysis.vocabulary = scanner.vocabulary;
    if analysis.vocabulary.has_unicode() || !analysis.faults.is_empty() {
        check_unicode(text, &analysis.tokens, &mut analysis.faults);
    }
    analysis
}

impl Analysis {
    /// The tokens of the last statement.
    fn last_tokens(&self) -> &[Token] {
        let last = self.statements.last();
        last.map_or(&[], |statement| self.tokens_of(statement))
    }

    /// Takes in the statement that these tokens make, if there are any.
    fn finish(&mut self, tokens: Range<usize>) {
        let found = self.tokens.get(tokens.clone()).unwrap_or_default();
        if let (Some(first), Some(last)) = (found.first(), found.last()) {
            self.statements.push(Statement {
                range: first.start..last.end,
                tokens,
            });
        }
    }
}
