//! Why a statement is not PostgreSQL's.

use std::ops::Range;

use crate::scanner::FaultKind;

/// The first thing PostgreSQL would refuse in a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What it is.
    pub kind: RefusalKind,
    /// The token PostgreSQL names; it starts at the byte PostgreSQL points at. Empty at the end of the
    /// text.
    pub span: Range<usize>,
    /// The index of that token; how many tokens there are at the end of the text.
    pub token: usize,
}

/// The kinds of refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusalKind {
    /// No statement goes on with this token.
    Unexpected,
    /// The scanner already refused the text here.
    Fault(FaultKind),
    /// Deeper than PostgreSQL's parser goes.
    TooDeep,
    /// The grammar has it, but PostgreSQL's parser does not let it pass: its own message.
    Forbidden(String),
    /// The same, where PostgreSQL adds the token it has come to.
    ForbiddenNear(String),
}

impl Refusal {
    /// PostgreSQL's message about it.
    pub fn message(&self, text: &str) -> String {
        let what = match &self.kind {
            RefusalKind::Unexpected => "syntax error",
            RefusalKind::Fault(fault) => return fault.message().to_owned(),
            RefusalKind::TooDeep => "memory exhausted",
            RefusalKind::Forbidden(message) => return message.clone(),
            RefusalKind::ForbiddenNear(message) => message,
        };
        match text.get(self.span.clone()) {
            None | Some("") => format!("{what} at end of input"),
            Some(token) => format!("{what} at or near \"{token}\""),
        }
    }
}
