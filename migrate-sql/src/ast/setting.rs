//! `SET`, `RESET` and `DISCARD`.

use super::source::Source;
use crate::scanner::{Keyword as K, Reader, TokenKind};

/// `SET`
#[derive(Debug, Clone)]
pub struct Set {
    /// How long it holds.
    pub scope: Scope,
    /// The setting, by the name that `RESET` gives it.
    pub parameter: String,
    /// What it is set to.
    pub value: SetValue,
}

/// How long a setting holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// To the end of the session.
    Session,
    /// To the end of the transaction: `LOCAL`.
    Local,
    /// `SET TRANSACTION`, which is no setting but the mode of the current transaction.
    Transaction,
}

/// What a setting is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetValue {
    /// `DEFAULT` or `NONE`, which do what `RESET` does.
    Default,
    /// A value, or the first of several: of a string what it stands for, of anything else its text.
    Value(String),
}

/// `RESET`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reset {
    /// `RESET ALL`
    All,
    /// One setting.
    Parameter(String),
}

/// `DISCARD`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discard {
    /// Temporary tables, or all there is.
    State,
    /// Plans, or what is cached of sequences.
    Caches,
}

impl Set {
    pub(super) fn read(source: Source<'_>) -> Self {
        let mut rest = source.start();
        rest.accept(K::Set);
        let scope = if rest.accept(K::Local) {
            Scope::Local
        } else if rest.peek().is_some_and(|next| next.is(K::Transaction)) {
            Scope::Transaction
        } else {
            rest.accept(K::Session);
            Scope::Session
        };
        let parameter = parameter(&mut rest);
        if !rest.accept(K::To) {
            rest.accept_char(b'=');
        }
        let value = if rest.accept_any(&[K::Default, K::None]) {
            SetValue::Default
        } else {
            let text = match rest.peek().map(|next| next.kind) {
                Some(TokenKind::String) => rest.string(),
                _ => rest.word(),
            };
            SetValue::Value(text.unwrap_or_default())
        };
        Self {
            scope,
            parameter,
            value,
        }
    }
}

impl Reset {
    pub(super) fn read(source: Source<'_>) -> Self {
        let mut rest = source.start();
        rest.accept(K::Reset);
        if rest.accept(K::All) {
            return Self::All;
        }
        Self::Parameter(parameter(&mut rest))
    }
}

impl Discard {
    pub(super) fn read(source: Source<'_>) -> Self {
        let mut rest = source.start();
        rest.accept(K::Discard);
        if rest.accept_any(&[K::Plans, K::Sequences]) {
            Self::Caches
        } else {
            Self::State
        }
    }
}

/// Reads what is set or reset.
fn parameter(rest: &mut Reader<'_>) -> String {
    if rest.accept_all(&[K::Time, K::Zone]) {
        return "timezone".to_owned();
    }
    rest.accept(K::Session);
    if rest.accept(K::Authorization) {
        return "session authorization".to_owned();
    }
    if rest.accept(K::Characteristics) {
        return "default_transaction".to_owned();
    }
    let Some(name) = rest.qualified_name() else {
        return String::new();
    };
    match name.join(".").as_str() {
        "names" => "client_encoding".to_owned(),
        "schema" => "search_path".to_owned(),
        name => name.to_ascii_lowercase(),
    }
}
