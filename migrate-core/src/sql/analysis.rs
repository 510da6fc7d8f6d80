//! A file's SQL, taken apart once for everybody who asks about it.

use std::collections::HashSet;
use std::ops::Range;

use super::class::{self, Class};
use super::copy::{self, Direction};
use super::fault::Fault;
use super::keyword::Keyword;
use super::reader::Reader;
use super::scanner::Scanner;
use super::splitter::Splitter;
use super::token::Token;
use super::vocabulary::Vocabulary;
use super::{session_state, subscription, unicode};
use crate::migration::{Statement, StatementKind};

/// What a file holds.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Analysis {
    /// Its tokens. Data after a `COPY … FROM STDIN` is left out.
    pub tokens: Vec<Token>,
    /// Its statements, in order. Empty ones are none.
    pub statements: Vec<Statement>,
    /// More of each statement, in the same order.
    pub parts: Vec<Part>,
    /// What PostgreSQL's scanner would refuse, in order.
    pub faults: Vec<Fault>,
    /// Its words.
    pub vocabulary: Vocabulary,
    /// Whether it may change a setting that outlives its transaction.
    pub changes_session: bool,
}

/// What rules ask of a statement and the runtime need not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which of the file's tokens are the statement's, without the semicolon.
    pub tokens: Range<usize>,
    /// What it is.
    pub class: Class,
}

impl Analysis {
    /// Every statement with the tokens it is made of.
    pub fn parts(&self) -> impl Iterator<Item = (&Part, &[Token])> {
        self.parts.iter().map(|part| {
            (
                part,
                self.tokens.get(part.tokens.clone()).unwrap_or_default(),
            )
        })
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
    let mut detached = HashSet::new();
    let mut data_may_follow = true;
    let mut start = 0;
    while let Some(token) = scanner.scan_token() {
        let at = analysis.tokens.len();
        analysis.tokens.push(token);
        // To psql its commands are no part of a statement, wherever they stand.
        let command = token.is_char(b'\\');
        if !command && !splitter.ends_at(&token) {
            continue;
        }
        analysis.finish(text, start..at, &scanner.vocabulary, &mut detached);
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
    analysis.finish(text, start..end, &scanner.vocabulary, &mut detached);
    analysis.faults = scanner.faults;
    analysis.vocabulary = scanner.vocabulary;
    if analysis.vocabulary.has_unicode() || !analysis.faults.is_empty() {
        unicode::check(text, &analysis.tokens, &mut analysis.faults);
    }
    analysis
}

impl Analysis {
    /// The tokens of the last statement.
    fn last_tokens(&self) -> &[Token] {
        let range = self.parts.last().map_or(0..0, |part| part.tokens.clone());
        self.tokens.get(range).unwrap_or_default()
    }

    /// Takes in the statement that these tokens make, if there are any.
    fn finish(
        &mut self,
        text: &str,
        range: Range<usize>,
        vocabulary: &Vocabulary,
        detached: &mut HashSet<String>,
    ) {
        let tokens = self.tokens.get(range.clone()).unwrap_or_default();
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
            return;
        };
        let statement = Reader::new(text, tokens);
        let mut class = class::classify(statement.clone(), vocabulary);
        if vocabulary.has(Keyword::Subscription) {
            detached.extend(subscription::detached(statement.clone()));
        }
        if class.kind != StatementKind::Transactional
            && subscription::dropped(statement.clone()).is_some_and(|name| detached.contains(&name))
        {
            class = Class::TRANSACTIONAL;
        }
        self.changes_session |= session_state::changes(&statement, vocabulary);
        self.statements.push(Statement {
            range: first.start..last.end,
            kind: class.kind.clone(),
        });
        self.parts.push(Part {
            tokens: range,
            class,
        });
    }
}
