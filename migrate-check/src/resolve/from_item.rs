//! What one item of `FROM` brings into scope.

use migrate_sql::grammar::Node;
use migrate_sql::scanner::Keyword as K;

use super::cursor::{Cursor, Word};
use super::known_queries::KnownQueries;
use super::scope::{Columns, Entry, Origin};
use super::symbol as s;

/// Functions that have one column, which is named after the function or its alias; some call it `value`.
const OF_ONE_COLUMN: [&str; 10] = [
    "generate_series",
    "generate_subscripts",
    "json_array_elements",
    "json_array_elements_text",
    "json_object_keys",
    "jsonb_array_elements",
    "jsonb_array_elements_text",
    "jsonb_object_keys",
    "regexp_split_to_table",
    "string_to_table",
];

/// What a `table_ref` brings; none where its parts have been read on their own.
pub(super) fn read(query: &KnownQueries<'_, '_>, node: Node<'_>) -> Option<Entry> {
    let alias = node
        .child(s::ALIAS)
        .or_else(|| node.child(s::OPTIONAL_ALIAS)?.child(s::ALIAS))
        .or_else(|| node.child(s::FUNCTION_ALIAS)?.child(s::ALIAS));
    let (name, renamed) = match alias {
        Some(alias) => read_alias(query.within(alias)),
        None => (None, Vec::new()),
    };
    let renamed: Vec<String> = renamed.into_iter().map(|word| word.name).collect();
    if let Some(relation) = node.child(s::RELATION) {
        let mut entry = query.relation(relation, name.map(|name| name.name));
        entry.renamed = renamed;
        return Some(entry);
    }
    if node.child(s::JOIN).is_some() {
        // What is in the brackets stays visible under its own names as well.
        return name.map(|name| Entry::relation(&name.name, None));
    }
    if let Some(select) = node.child(s::SELECT_WITH_PARENS) {
        let mut columns = query.output(select);
        if !renamed.is_empty() {
            columns.rename(renamed);
        }
        return Some(Entry {
            name: name.map(|name| name.name),
            origin: Origin::Query(columns),
            renamed: Vec::new(),
        });
    }
    if let Some(function) = node.child(s::FUNCTION_TABLE) {
        let name = name.map(|name| name.name);
        return Some(read_function(query, node, function, name, renamed));
    }
    // `xmltable` and `json_table`
    let mut rest = query.within(node);
    rest.accept(K::Lateral);
    let own = rest.word().map(|word| word.name);
    Some(Entry {
        name: name.map(|name| name.name).or(own),
        origin: Origin::Unknown,
        renamed: Vec::new(),
    })
}

/// The name that `JOIN … USING (…) AS name` gives to the columns that it joins by.
pub(super) fn read_using(query: &KnownQueries<'_, '_>, node: Node<'_>) -> Option<Entry> {
    let alias = node
        .child(s::USING_ALIAS)
        .filter(|alias| !alias.is_empty())?;
    let mut alias = query.within(alias);
    alias.accept(K::As);
    let mut columns = query.within(node);
    columns.accept(K::Using);
    let names = columns.words().into_iter().map(|word| word.name);
    Some(Entry {
        name: alias.word().map(|word| word.name),
        origin: Origin::Query(Columns {
            names: names.collect(),
            is_open: false,
            count: None,
        }),
        renamed: Vec::new(),
    })
}

/// An alias, and what it calls the columns.
fn read_alias(mut rest: Cursor<'_>) -> (Option<Word>, Vec<Word>) {
    rest.accept(K::As);
    let name = rest.word();
    (name, rest.words())
}

fn read_function(
    query: &KnownQueries<'_, '_>,
    node: Node<'_>,
    function: Node<'_>,
    alias: Option<String>,
    renamed: Vec<String>,
) -> Entry {
    // Of the calls that begin first the outermost, which is read last: an argument is a call as well.
    let calls = function.find_all(s::FUNCTION_CALL).enumerate();
    let call = calls.min_by_key(|(number, call)| (call.range().start, usize::MAX - number));
    let called = match call {
        Some((_, call)) if call.range().start == function.range().start => {
            query.within(call).name()
        }
        Some((_, call)) if query.within(function).is(K::Rows) => query.within(call).name(),
        // `coalesce` and others have a syntax of their own.
        _ => query.within(function).name(),
    };
    let own = called.as_ref().map(|called| called.name.clone());
    let clause = node.child(s::FUNCTION_ALIAS);
    let mut name = alias.or_else(|| own.clone());
    let list = clause.and_then(|clause| clause.child(s::FUNCTION_COLUMNS));
    if let Some(list) = list {
        // `AS t(a integer, b text)`
        if let Some(alias) = clause.and_then(|clause| clause.child(s::COLUMN_NAME)) {
            name = query.within(alias).word().map(|word| word.name);
        }
        let columns = list.items(s::FUNCTION_COLUMN).into_iter();
        let names = columns.filter_map(|column| Some(query.within(column).word()?.name));
        return Entry {
            name,
            origin: Origin::Query(Columns {
                names: names.chain(["ordinality".to_owned()]).collect(),
                is_open: false,
                count: None,
            }),
            renamed: Vec::new(),
        };
    }
    let is_scalar = called.as_ref().is_some_and(|called| {
        called.schema.is_none() && OF_ONE_COLUMN.contains(&called.name.as_str())
    }) && !query.within(function).is(K::Rows);
    let origin = if is_scalar {
        let mut names = vec!["value".to_owned(), "ordinality".to_owned()];
        names.extend(own);
        names.extend(name.clone());
        names.extend(renamed.iter().cloned());
        Origin::Query(Columns {
            names,
            is_open: false,
            count: None,
        })
    } else {
        Origin::Unknown
    };
    Entry {
        name,
        origin,
        renamed,
    }
}
