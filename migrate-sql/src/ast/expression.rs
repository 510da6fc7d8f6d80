//! What an expression calls and casts, as far as its text shows it.

use super::column_type::ColumnType;
use super::source::Source;
use super::symbols as w;
use crate::grammar::Node;
use crate::scanner::{Keyword as K, Reader, Token, TokenKind};

/// The calls and casts of an expression.
#[derive(Debug, Clone, Default)]
pub struct Expression {
    /// The functions that it calls without a schema or from `pg_catalog`, and words like `CURRENT_USER`, which stand for
    /// calls.
    pub calls: Vec<BuiltinCall>,
    /// The columns that it casts, and to what.
    pub casts: Vec<(String, ColumnType)>,
}

/// A call of a function that PostgreSQL has.
#[derive(Debug, Clone)]
pub struct BuiltinCall {
    /// Its name.
    pub name: String,
    /// How many arguments it has.
    pub arguments: usize,
    /// The arguments that are a column and nothing else.
    pub columns: Vec<String>,
}

impl Expression {
    /// Both of two.
    pub(super) fn with(mut self, other: Self) -> Self {
        self.calls.extend(other.calls);
        self.casts.extend(other.casts);
        self
    }
}

impl<'a> Source<'a> {
    /// What an expression of the statement calls and casts.
    pub fn expression(&self, node: Node<'a>) -> Expression {
        Expression {
            calls: self.builtin_calls(node),
            casts: self.casts(node),
        }
    }

    fn builtin_calls(&self, node: Node<'_>) -> Vec<BuiltinCall> {
        let tokens = self.words(node);
        let at = |index: Option<usize>| index.and_then(|index| tokens.get(index));
        let mut calls = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            let before = at(index.checked_sub(1));
            let is_qualified = before.is_some_and(|token| token.is_char(b'.'))
                && at(index.checked_sub(2))
                    .is_none_or(|schema| self.text.get(schema.range()) != Some("pg_catalog"));
            let arguments = tokens.get(index + 1..).unwrap_or_default();
            let is_call = arguments.first().is_some_and(|next| next.is_char(b'('));
            let word = token.keyword().map(K::text);
            let is_word = word.is_some_and(|word| {
                word.starts_with("current_") || word.starts_with("local") || word == "session_user"
            });
            if is_qualified || !(is_call || is_word) {
                continue;
            }
            let name = Reader::new(self.text, tokens.get(index..).unwrap_or_default()).name();
            if let Some(name) = name.or_else(|| word.map(str::to_owned)) {
                let arguments = parts_of(arguments);
                let columns = arguments
                    .iter()
                    .filter_map(|argument| self.column(argument));
                calls.push(BuiltinCall {
                    name,
                    arguments: arguments.len(),
                    columns: columns.collect(),
                });
            }
        }
        calls
    }

    /// The column that these tokens are, brackets apart.
    fn column(&self, mut tokens: &[Token]) -> Option<String> {
        while let [first, inner @ .., last] = tokens
            && first.is_char(b'(')
            && last.is_char(b')')
        {
            tokens = inner;
        }
        let mut rest = Reader::new(self.text, tokens);
        let name = rest.name()?;
        rest.is_done().then_some(name)
    }

    /// The columns that are cast: `a::date`, `CAST(a AS date)`.
    fn casts(&self, node: Node<'a>) -> Vec<(String, ColumnType)> {
        let tokens = self.words(node);
        let mut casts = Vec::new();
        for data_type in node.find_all(w::TYPE_NAME) {
            let start = data_type.range().start;
            let before = tokens.partition_point(|token| token.start < start);
            let column = match tokens.get(..before).unwrap_or_default() {
                [.., other, _, cast] if cast.kind == TokenKind::Typecast && other.is_char(b'.') => {
                    None
                }
                [rest @ .., close, cast]
                    if cast.kind == TokenKind::Typecast && close.is_char(b')') =>
                {
                    match rest {
                        [.., open, column] if open.is_char(b'(') => {
                            let is_call = rest
                                .get(..rest.len().saturating_sub(2))
                                .and_then(<[Token]>::last)
                                .is_some_and(|token| self.is_name(token));
                            (!is_call).then_some(column)
                        }
                        _ => None,
                    }
                }
                [.., column, cast] if cast.kind == TokenKind::Typecast => Some(column),
                [.., cast, open, column, is]
                    if cast.is(K::Cast) && open.is_char(b'(') && is.is(K::As) =>
                {
                    Some(column)
                }
                _ => None,
            };
            let column = column.and_then(|column| self.column(std::slice::from_ref(column)));
            casts.extend(column.map(|column| (column, ColumnType::read(*self, data_type))));
        }
        casts
    }

    fn is_name(&self, token: &Token) -> bool {
        self.column(std::slice::from_ref(token)).is_some()
    }
}

/// The arguments of a call, of which `tokens` begin with the opening bracket. `FROM` parts them in `extract`.
fn parts_of(tokens: &[Token]) -> Vec<&[Token]> {
    let mut arguments = Vec::new();
    let mut depth = 0_usize;
    let mut start = 1;
    for (at, token) in tokens.iter().enumerate() {
        if token.is_char(b'(') || token.is_char(b'[') {
            depth += 1;
        } else if token.is_char(b')') || token.is_char(b']') {
            depth = depth.saturating_sub(1);
        }
        let is_end = depth == 0;
        if is_end || (depth == 1 && (token.is_char(b',') || token.is(K::From))) {
            arguments.extend(tokens.get(start..at).filter(|part| !part.is_empty()));
            start = at + 1;
        }
        if is_end {
            break;
        }
    }
    arguments
}
