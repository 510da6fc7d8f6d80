//! `CREATE TABLE`: columns and constraints as they are written.

use migrate_sql::scanner::{Keyword as K, Token, TokenKind};

use super::builtin;
use super::cursor::{Cursor, QualifiedName, Word};

/// The type of a column.
#[derive(Debug, Clone)]
pub(super) enum TypeUse {
    /// A type that is looked up by name.
    Named(QualifiedName),
    /// A type that makes a sequence.
    Serial,
    /// A type that the grammar knows, or `a.b%TYPE`.
    Known,
}

/// A column.
#[derive(Debug, Clone)]
pub(super) struct ColumnText<'a> {
    pub(super) column: Word,
    pub(super) data_type: TypeUse,
    pub(super) is_identity: bool,
    /// Its default, where that is a literal and nothing else, and the type is not one of arrays.
    pub(super) default: Option<Word>,
    /// The constraints beside it, each of this column.
    pub(super) constraints: Vec<ConstraintText<'a>>,
}

/// A constraint.
#[derive(Debug, Clone)]
pub(super) struct ConstraintText<'a> {
    pub(super) name: Option<Word>,
    pub(super) kind: ConstraintBody<'a>,
    /// Its first word.
    pub(super) start: std::ops::Range<usize>,
}

#[derive(Debug, Clone)]
pub(super) enum ConstraintBody<'a> {
    Check(Cursor<'a>),
    Unique(Vec<Word>),
    Primary(Vec<Word>),
    /// `UNIQUE` or `PRIMARY KEY` `USING INDEX`
    Using {
        index: Word,
        is_primary: bool,
    },
    Exclude,
    Foreign {
        columns: Vec<Word>,
        target: QualifiedName,
        target_columns: Vec<Word>,
    },
    NotNull(Word),
}

/// Whether an element of a table's list is a constraint.
pub(super) fn is_constraint(element: Cursor<'_>) -> bool {
    let mut after = element;
    after.read();
    element.is(K::Constraint)
        || element.is(K::Check)
        || element.is(K::Unique)
        || element.is(K::Primary)
        || element.is(K::Foreign)
        || element.is(K::Not)
        || (element.is(K::Exclude) && (after.is(K::Using) || after.is_char(b'(')))
}

/// Reads the type that comes next.
pub(super) fn read_type(rest: &mut Cursor<'_>) -> Option<TypeUse> {
    rest.accept(K::Setof);
    let [first, after @ ..] = rest.tokens else {
        return None;
    };
    if is_syntax(first.kind) || is_common(rest.text, first, after) {
        rest.tokens = after;
        return Some(TypeUse::Known);
    }
    let name = rest.name()?;
    let is_copy = rest
        .tokens
        .first()
        .is_some_and(|token| token.kind == TokenKind::Operator || token.is_char(b'%'));
    if is_copy {
        return Some(TypeUse::Known);
    }
    if name.schema.is_none()
        && first.kind == TokenKind::Ident
        && matches!(
            name.name.as_str(),
            "serial" | "bigserial" | "smallserial" | "serial2" | "serial4" | "serial8"
        )
    {
        return Some(TypeUse::Serial);
    }
    Some(TypeUse::Named(name))
}

/// Whether a type is one of those of `pg_catalog` that most columns have. It comes before any other of its name.
fn is_common(text: &str, first: &Token, after: &[Token]) -> bool {
    if let [next, ..] = after
        && (next.is_char(b'.') || next.is_char(b'%') || next.kind == TokenKind::Operator)
    {
        return false;
    }
    match text.get(first.range()) {
        Some(word) => builtin::is_common(word),
        None => false,
    }
}

/// Whether a type is one that the grammar spells out.
fn is_syntax(first: TokenKind) -> bool {
    matches!(
        first,
        TokenKind::Keyword(
            K::Int
                | K::Integer
                | K::Smallint
                | K::Bigint
                | K::Real
                | K::Float
                | K::Double
                | K::Decimal
                | K::Dec
                | K::Numeric
                | K::Boolean
                | K::Bit
                | K::Character
                | K::Char
                | K::Varchar
                | K::National
                | K::Nchar
                | K::Time
                | K::Timestamp
                | K::Interval
                | K::Json
        )
    )
}

/// Reads a column.
pub(super) fn read_column(mut rest: Cursor<'_>) -> Option<ColumnText<'_>> {
    let column = rest.word()?;
    let data_type = read_type(&mut rest)?;
    Some(read_constraints(column, data_type, rest))
}

/// Reads the constraints after a column's type.
fn read_constraints(column: Word, data_type: TypeUse, mut rest: Cursor<'_>) -> ColumnText<'_> {
    let mut constraints = Vec::new();
    let mut is_identity = false;
    let is_of_many = is_of_many(rest.tokens);
    let mut default = None;
    let mut name = None;
    let mut depth = 0_usize;
    while let [token, after @ ..] = rest.tokens {
        rest.tokens = after;
        let word = match token.kind {
            TokenKind::Keyword(word) if depth == 0 => word,
            TokenKind::Char(b'(' | b'[') => {
                depth += 1;
                continue;
            }
            TokenKind::Char(b')' | b']') => {
                depth = depth.saturating_sub(1);
                continue;
            }
            _ => continue,
        };
        let own = || vec![column.clone()];
        let kind = match word {
            K::Constraint => {
                name = rest.word();
                continue;
            }
            K::Check => rest.brackets().map(ConstraintBody::Check),
            K::Unique => Some(ConstraintBody::Unique(own())),
            K::Primary => Some(ConstraintBody::Primary(own())),
            K::References => rest.name().map(|target| ConstraintBody::Foreign {
                columns: own(),
                target,
                target_columns: rest.words(),
            }),
            K::Generated => {
                rest.accept(K::Always);
                rest.accept_all(&[K::By, K::Default]);
                rest.accept(K::As);
                is_identity |= rest.is(K::Identity);
                None
            }
            K::Default => {
                default = literal(rest).filter(|_| !is_of_many);
                None
            }
            K::Null => None,
            _ => continue,
        };
        if let Some(kind) = kind {
            constraints.push(ConstraintText {
                name: name.take(),
                kind,
                start: token.range(),
            });
        } else {
            name = None;
        }
    }
    ColumnText {
        column,
        data_type,
        is_identity,
        default,
        constraints,
    }
}

/// The literal that comes next, if what comes after it is not part of the same expression.
fn literal(rest: Cursor<'_>) -> Option<Word> {
    match rest.tokens {
        [only]
        | [
            only,
            Token {
                kind: TokenKind::Keyword(K::Not | K::Null | K::Check | K::Constraint),
                ..
            },
            ..,
        ] if only.kind == TokenKind::String => { rest }.string(),
        _ => None,
    }
}

/// Reads a constraint beside the columns.
pub(super) fn read_constraint(mut rest: Cursor<'_>) -> Option<ConstraintText<'_>> {
    let start = rest.tokens.first()?.range();
    let name = if rest.accept(K::Constraint) {
        Some(rest.word()?)
    } else {
        None
    };
    let using = |rest: &mut Cursor<'_>| {
        if rest.accept_all(&[K::Using, K::Index]) {
            rest.word()
        } else {
            None
        }
    };
    let kind = if rest.accept(K::Check) {
        ConstraintBody::Check(rest.brackets()?)
    } else if rest.accept(K::Unique) {
        if let Some(index) = using(&mut rest) {
            ConstraintBody::Using {
                index,
                is_primary: false,
            }
        } else {
            if rest.accept(K::Nulls) {
                rest.accept(K::Not);
                rest.accept(K::Distinct);
            }
            ConstraintBody::Unique(rest.words())
        }
    } else if rest.accept_all(&[K::Primary, K::Key]) {
        match using(&mut rest) {
            Some(index) => ConstraintBody::Using {
                index,
                is_primary: true,
            },
            None => ConstraintBody::Primary(rest.words()),
        }
    } else if rest.accept_all(&[K::Foreign, K::Key]) {
        let columns = rest.words();
        rest.accept(K::References);
        ConstraintBody::Foreign {
            columns,
            target: rest.name()?,
            target_columns: rest.words(),
        }
    } else if rest.accept_all(&[K::Not, K::Null]) {
        ConstraintBody::NotNull(rest.word()?)
    } else {
        ConstraintBody::Exclude
    };
    Some(ConstraintText { name, kind, start })
}

/// Whether what comes after a type makes it one of arrays.
pub(super) fn is_of_many(after: &[Token]) -> bool {
    matches!(after, [next, ..] if next.is_char(b'[') || next.is(K::Array))
}
