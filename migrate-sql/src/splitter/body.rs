//! Code inside a string literal: the bodies of `DO`, of functions and of procedures.

use crate::scanner::{Keyword as K, Reader, Token, TokenKind, Vocabulary, scan};

/// A body, scanned. What it is written in only its language knows; the words looked for here are those
/// of SQL and PL/pgSQL.
#[derive(Debug)]
pub struct Body {
    /// The byte of the file it begins at, where it occurs there unchanged: not where a quote in it is
    /// written twice or escaped.
    pub start: Option<usize>,
    /// Its text, quotes undone.
    pub text: String,
    /// Its tokens.
    pub tokens: Vec<Token>,
    /// Its words.
    pub vocabulary: Vocabulary,
}

impl Body {
    /// Of the string literal that comes next, if one does.
    fn read(rest: &mut Reader<'_>) -> Option<Self> {
        let start = rest.verbatim();
        let text = rest.string()?;
        let scanned = scan(&text);
        Some(Self {
            start,
            text,
            tokens: scanned.tokens,
            vocabulary: scanned.vocabulary,
        })
    }

    /// Whether it commits or rolls back where a statement may appear.
    pub fn ends_transaction(&self) -> bool {
        self.statements().any(|tokens| {
            let mut rest = Reader::new(&self.text, tokens);
            rest.accept_any(&[K::Commit, K::Rollback])
                && (rest.is_done() || rest.accept_char(b';') || rest.accept(K::And))
        })
    }

    /// The tokens from each place on where a statement may begin.
    pub fn statements(&self) -> impl Iterator<Item = &[Token]> {
        (0..self.tokens.len()).filter_map(|at| {
            let begins = match at.checked_sub(1).and_then(|before| self.tokens.get(before)) {
                None => true,
                Some(before) => {
                    matches!(
                        before.kind,
                        TokenKind::Char(b';') | TokenKind::Keyword(K::Begin | K::Then | K::Else)
                    ) || self
                        .text
                        .get(before.range())
                        .is_some_and(|word| word.eq_ignore_ascii_case("loop"))
                }
            };
            begins.then(|| self.tokens.get(at..).unwrap_or_default())
        })
    }

    /// At its first token.
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(&self.text, &self.tokens)
    }
}

/// After `DO`: its body. None if that is in a language that is neither SQL nor PL/pgSQL.
pub fn of_do(rest: &mut Reader<'_>) -> Option<Body> {
    let mut body = None;
    while !rest.is_done() {
        if rest.accept(K::Language) {
            let language = rest.string().or_else(|| rest.name())?;
            if !language.eq_ignore_ascii_case("plpgsql") {
                return None;
            }
        } else if let Some(found) = Body::read(rest) {
            body = Some(found);
        } else {
            rest.read();
        }
    }
    body
}

/// The string literals of `CREATE FUNCTION` or `CREATE PROCEDURE`, its body among them.
pub fn of_routine(rest: &mut Reader<'_>) -> Vec<Body> {
    let mut bodies = Vec::new();
    while !rest.is_done() {
        match Body::read(rest) {
            Some(body) => bodies.push(body),
            None => {
                rest.read();
            }
        }
    }
    bodies
}
