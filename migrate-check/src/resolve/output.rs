//! What PostgreSQL calls a column of a query.

use migrate_sql::grammar::Node;
use migrate_sql::scanner::Keyword as K;

use super::known_queries::KnownQueries;
use super::scope::{Columns, Entry};
use super::symbol as s;

/// The columns that one target of a query adds.
pub(super) fn of(query: &KnownQueries<'_, '_>, target: Node<'_>, entries: &[Entry]) -> Columns {
    let label = target
        .child(s::LABEL)
        .or_else(|| target.child(s::BARE_LABEL));
    if let Some(label) = label {
        return one(query.within(label).word().map(|word| word.name));
    }
    let Some(expression) = target.child(s::EXPRESSION) else {
        return all(query, entries);
    };
    let reference = expression
        .only()
        .filter(|inner| inner.is(s::PRIMARY_EXPRESSION))
        .and_then(|inner| inner.only())
        .filter(|inner| inner.is(s::COLUMN_REFERENCE));
    if let Some(reference) = reference {
        let rest = query.within(reference);
        let is_star = rest.tokens.last().is_some_and(|token| token.is_char(b'*'));
        if is_star {
            let mut parts = rest;
            let qualifier = parts.parts().pop();
            let named = entries
                .iter()
                .find(|entry| entry.name == qualifier.as_ref().map(|word| word.name.clone()));
            return named.map_or_else(Columns::unknown, |entry| entry.columns(query.world));
        }
    }
    one(figure(query, expression))
}

fn one(name: Option<String>) -> Columns {
    Columns {
        is_open: name.is_none(),
        names: name.into_iter().collect(),
        count: Some(1),
    }
}

/// `*`
fn all(query: &KnownQueries<'_, '_>, entries: &[Entry]) -> Columns {
    let mut columns = Columns {
        count: Some(0),
        ..Columns::default()
    };
    for entry in entries {
        let found = entry.columns(query.world);
        columns.names.extend(found.names);
        columns.is_open |= found.is_open;
        columns.count = columns.count.zip(found.count).map(|(sum, more)| sum + more);
    }
    // One entry may stand for several in brackets.
    columns
}

/// The name of the type of a cast; none where that is not known.
struct Cast(Option<String>);

/// The name of an expression without an alias; none where that is not known.
fn figure(query: &KnownQueries<'_, '_>, expression: Node<'_>) -> Option<String> {
    let mut node = expression;
    // The type of the outermost cast around the expression, where there is one.
    let mut cast: Option<Cast> = None;
    loop {
        let first = node.only()?;
        if node.child(s::TYPE_CAST).is_some() {
            let data_type = type_name(query, node.child(s::TYPE_NAME)?);
            cast = cast.or(Some(Cast(data_type)));
            node = first;
        } else if node.is(s::PRIMARY_EXPRESSION) {
            let cursor = query.within(node);
            if first.is(s::CONSTANT) {
                // `true` had a type of its own before 15.
                let is_plain =
                    cursor.tokens.len() == 1 && !cursor.is(K::True) && !cursor.is(K::False);
                return is_plain.then(|| nameless(cast)).flatten();
            }
            if !cursor.is_char(b'(') || first.is(s::SELECT_WITH_PARENS) {
                return primary(query, node, first, cast.is_some());
            }
            let indirection = node.child(s::OPTIONAL_INDIRECTION);
            if indirection.is_some_and(|indirection| !indirection.is_empty()) {
                return None;
            }
            node = node.child(s::EXPRESSION)?;
        } else if node.child(s::COLLATE).is_some() || first.is(s::PRIMARY_EXPRESSION) {
            node = first;
        } else {
            // `AT TIME ZONE`, `OVERLAPS` and others are functions.
            let operator = node.children().nth(1)?;
            let is_plain = node.children().count() == 3
                && (operator.is(s::OPERATOR) || operator.children().next().is_none())
                && ![K::At, K::Overlaps, K::Is]
                    .iter()
                    .any(|keyword| query.within(node).has(*keyword));
            return is_plain.then(|| nameless(cast)).flatten();
        }
    }
}

/// The name of an expression that has none of its own.
fn nameless(cast: Option<Cast>) -> Option<String> {
    cast.map_or_else(|| Some("?column?".to_owned()), |Cast(name)| name)
}

/// The name of a column, a call or a query in an expression.
fn primary(
    query: &KnownQueries<'_, '_>,
    node: Node<'_>,
    first: Node<'_>,
    is_cast: bool,
) -> Option<String> {
    if first.is(s::COLUMN_REFERENCE) {
        let mut rest = query.within(first);
        let name = rest.parts().pop()?.name;
        // `a[1]` is called `a`; what comes after brackets is not read.
        let is_whole = rest.is_done() || !rest.tokens.iter().any(|token| token.is_char(b'.'));
        return is_whole.then_some(name);
    }
    if first.is(s::FUNCTION_EXPRESSION) {
        let inner = first.only()?;
        if inner.is(s::FUNCTION_CALL) {
            let mut rest = query.within(inner.child(s::FUNCTION_NAME)?);
            return Some(rest.parts().pop()?.name);
        }
        return inner
            .is(s::COMMON_EXPRESSION)
            .then(|| common(query, inner))
            .flatten();
    }
    if first.is(s::SELECT_WITH_PARENS) && node.child(s::INDIRECTION).is_none() {
        let columns = query.output(first);
        let is_known = !is_cast && !columns.is_open && columns.count == Some(1);
        return columns.names.into_iter().next().filter(|_| is_known);
    }
    let cursor = query.within(node);
    if cursor.is(K::Exists) {
        return Some("exists".to_owned());
    }
    cursor.is(K::Array).then(|| "array".to_owned())
}

/// The name of a function that has a syntax of its own.
fn common(query: &KnownQueries<'_, '_>, node: Node<'_>) -> Option<String> {
    let mut rest = query.within(node);
    let name = rest.word()?.name;
    let is_known = [
        "coalesce",
        "greatest",
        "least",
        "nullif",
        "current_date",
        "current_time",
        "current_timestamp",
        "localtime",
        "localtimestamp",
        "current_user",
        "session_user",
        "current_role",
        "position",
        "overlay",
        "substring",
    ]
    .contains(&name.as_str());
    is_known.then_some(name)
}

/// The name of a type as the catalog has it.
fn type_name(query: &KnownQueries<'_, '_>, node: Node<'_>) -> Option<String> {
    let mut rest = query.within(node);
    let is_generic = node.find(s::GENERIC_TYPE).is_some();
    let name = rest.name()?.name;
    if is_generic {
        return Some(name);
    }
    let name = match name.as_str() {
        "int" | "integer" => "int4",
        "smallint" => "int2",
        "bigint" => "int8",
        "real" => "float4",
        "double" => "float8",
        "decimal" | "dec" | "numeric" => "numeric",
        "boolean" => "bool",
        "varchar" => "varchar",
        "json" => "json",
        "interval" => "interval",
        _ => return None,
    };
    Some(name.to_owned())
}
