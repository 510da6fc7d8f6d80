//! A name in an expression: the column, table or row that it may mean.

use std::ops::Range;

use migrate_sql::grammar::Node;
use migrate_sql::scanner::spelled;

use super::Resolver;
use super::cursor::Word;
use super::query::{Query, has};
use super::report::{OUTSIDE, is_system_column};
use super::scope::{Entry, Has, Origin, Scope};
use super::symbol as s;
use super::world::{Id, World, column_key};
use crate::diagnostics::nearest;

/// Functions of PostgreSQL that take any row, so that `t.count` is `count(t)`.
pub(super) const OF_ROWS: &[&str] = &[
    "any_out",
    "any_value",
    "anycompatible_out",
    "anycompatiblenonarray_out",
    "anyelement_out",
    "anynonarray_out",
    "array_agg",
    "char",
    "concat",
    "count",
    "cume_dist",
    "datemultirange",
    "dense_rank",
    "first_value",
    "hash_record",
    "int4multirange",
    "int8multirange",
    "json_agg",
    "json_agg_strict",
    "json_build_array",
    "json_build_object",
    "jsonb_agg",
    "jsonb_agg_strict",
    "jsonb_build_array",
    "jsonb_build_object",
    "lag",
    "last_value",
    "lead",
    "max",
    "min",
    "mode",
    "num_nonnulls",
    "num_nulls",
    "nummultirange",
    "percent_rank",
    "pg_collation_for",
    "pg_column_compression",
    "pg_column_size",
    "pg_column_toast_chunk_id",
    "pg_get_publication_tables",
    "pg_restore_attribute_stats",
    "pg_restore_relation_stats",
    "pg_typeof",
    "quote_literal",
    "quote_nullable",
    "rank",
    "record_out",
    "record_send",
    "row_to_json",
    "to_json",
    "to_jsonb",
    "tsmultirange",
    "tstzmultirange",
];

/// How many queries may be around a name before nothing is said of it.
const DEEPEST: usize = 64;

/// Something that an expression names and that is not there.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) range: Range<usize>,
    pub(super) message: String,
    pub(super) is_contradiction: bool,
    /// The column, if it is one that is missing.
    column: Option<String>,
    /// The relations that it was looked for in.
    relations: Vec<Id>,
    /// What it may have been meant to be.
    near: Option<String>,
    /// The columns that are there.
    known: Vec<String>,
}

impl Finding {
    /// A column in a default.
    pub(super) fn in_default(range: Range<usize>) -> Self {
        Self {
            range,
            message: "cannot use column reference in DEFAULT expression".to_owned(),
            is_contradiction: true,
            column: None,
            relations: Vec::new(),
            near: None,
            known: Vec::new(),
        }
    }
}

impl Finding {
    /// A query whose columns are not as many as those that they are for.
    pub(super) fn in_count(range: Range<usize>, what: &str, targets: usize, count: usize) -> Self {
        Self {
            message: what.to_owned(),
            near: Some(format!("select {targets}: the query has {count}")),
            ..Self::in_default(range)
        }
    }
}

impl Resolver {
    /// What became of the column, or what it may have been meant to be.
    pub(super) fn help_for_finding(&self, finding: &Finding) -> Vec<String> {
        let near = finding.near.clone();
        let Some(column) = &finding.column else {
            return near.into_iter().collect();
        };
        for id in &finding.relations {
            if let Some(relation) = self.world.relation(*id) {
                let key = column_key(&relation.name, column);
                if self.world.past.contains_key(&key) {
                    return self.help_for(&key, None);
                }
            }
        }
        if near.is_some() {
            return self.help_for("", near);
        }
        vec![choice(&finding.known).unwrap_or_else(|| OUTSIDE.to_owned())]
    }
}

/// The columns to choose from, if they are few.
fn choice(known: &[String]) -> Option<String> {
    let mut known = known.to_vec();
    known.sort();
    known.dedup();
    let [first @ .., last] = known.as_slice() else {
        return None;
    };
    if first.len() > 8 {
        return None;
    }
    let mut listed = first
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect::<Vec<_>>()
        .join(", ");
    if !listed.is_empty() {
        listed.push_str(" and ");
    }
    Some(format!(
        "choose one of the columns there: {listed}\"{last}\""
    ))
}

/// The columns that statements assign and that their tables surely do not have. `is_compared` is whether those that an
/// `INSERT` or `UPDATE` which is the whole statement assigns have been read before.
pub(super) fn check_assigned(query: &Query<'_, '_>, is_compared: bool) -> Vec<Finding> {
    let world = query.known.world;
    let assigned = query.assigned.iter().filter_map(|(node, entry)| {
        if is_compared && !node.is(s::INDEX_ELEMENT) && !query.is_in_conflict(*node) {
            return None;
        }
        let mut rest = query.known.within(*node);
        let column = rest.word()?;
        // An expression begins like a column does.
        let is_plain = !node.is(s::INDEX_ELEMENT) || !(rest.is_char(b'(') || rest.is_char(b'.'));
        if !is_plain || entry.has(world, &column.name) != Has::No {
            return None;
        }
        let Origin::Relation(id) = entry.origin else {
            return None;
        };
        let table = &world.relation(id)?.name;
        let message = if node.is(s::INDEX_ELEMENT) {
            format!("column \"{}\" does not exist", column.name)
        } else {
            format!(
                "column \"{}\" of relation \"{table}\" does not exist",
                column.name
            )
        };
        Some(missing(world, &column, message, &[entry], Vec::new()))
    });
    assigned.collect()
}

/// What the names in expressions surely do not mean.
pub(super) fn check(query: &Query<'_, '_>, is_function: impl Fn(&str) -> bool) -> Vec<Finding> {
    if query.references.is_empty() {
        return Vec::new();
    }
    let mut scopes: Vec<&Scope> = query.scopes.iter().collect();
    scopes.sort_by_key(|scope| (scope.nodes.start, usize::MAX - scope.nodes.end));
    let mut scopes = scopes.into_iter().peekable();
    let mut around: Vec<&Scope> = Vec::new();
    let mut findings = Vec::new();
    for reference in &query.references {
        let number = reference.number();
        while let Some(next) = scopes.next_if(|scope| scope.nodes.start <= number) {
            around.retain(|scope| scope.nodes.end > next.nodes.start);
            around.push(next);
        }
        while around.last().is_some_and(|scope| scope.nodes.end <= number) {
            around.pop();
        }
        if around.len() > DEEPEST {
            continue;
        }
        findings.extend(check_one(query, *reference, &around, &is_function));
    }
    findings
}

fn check_one(
    query: &Query<'_, '_>,
    reference: Node<'_>,
    around: &[&Scope],
    is_function: impl Fn(&str) -> bool,
) -> Option<Finding> {
    let mut rest = query.known.within(reference);
    if let [only] = rest.tokens
        && let Some(name) = spelled(rest.text, only, '\\')
        && may_be_column(query.known.world, &name, around)
    {
        return None;
    }
    let parts = rest.parts();
    let is_star = rest.is_char(b'*');
    // What comes after `[` is part of a value.
    match parts.as_slice() {
        [column] if !is_star => check_column(query.known.world, column, around),
        [table] => check_qualified(query.known.world, table, None, &parts, around, is_function),
        [table, column, ..] => check_qualified(
            query.known.world,
            table,
            Some(column),
            &parts,
            around,
            is_function,
        ),
        [] => None,
    }
}

fn is_relation(entry: &Entry) -> bool {
    !matches!(entry.origin, Origin::Query(_))
}

/// Whether a name without a qualifier may mean something here.
fn may_be_column(world: &World, name: &str, around: &[&Scope]) -> bool {
    for scope in around.iter().rev() {
        if scope.is_open
            || has(world, &scope.entries, name) != Has::No
            || scope.names.iter().any(|known| known == name)
            || scope
                .entries
                .iter()
                .any(|entry| entry.name.as_deref() == Some(name))
            || (is_system_column(name) && scope.entries.iter().any(is_relation))
        {
            return true;
        }
    }
    false
}

/// A name without a qualifier.
fn check_column(world: &World, column: &Word, around: &[&Scope]) -> Option<Finding> {
    let name = column.name.as_str();
    if may_be_column(world, name, around) {
        return None;
    }
    let inner_first = || around.iter().rev();
    let entries: Vec<&Entry> = inner_first()
        .flat_map(|scope| scope.entries.iter())
        .collect();
    let names = inner_first().flat_map(|scope| scope.names.iter().cloned());
    Some(missing(
        world,
        column,
        format!("column \"{name}\" does not exist"),
        &entries,
        names.collect(),
    ))
}

fn missing(
    world: &World,
    column: &Word,
    message: String,
    entries: &[&Entry],
    names: Vec<String>,
) -> Finding {
    let relations = entries.iter().filter_map(|entry| match &entry.origin {
        Origin::Relation(id) => Some(*id),
        _ => None,
    });
    let mut known = names;
    for entry in entries {
        known.extend(entry.columns(world).names);
    }
    Finding {
        range: column.range.clone(),
        message,
        is_contradiction: false,
        column: Some(column.name.clone()),
        relations: relations.collect(),
        near: nearest(&column.name, known.iter().map(String::as_str)).map(str::to_owned),
        known,
    }
}

/// A name with a qualifier; `column` is none for `t.*`.
fn check_qualified(
    world: &World,
    table: &Word,
    column: Option<&Word>,
    parts: &[Word],
    around: &[&Scope],
    is_function: impl Fn(&str) -> bool,
) -> Option<Finding> {
    for scope in around.iter().rev() {
        if scope.is_open || scope.names.contains(&table.name) {
            return None;
        }
        let named = scope
            .entries
            .iter()
            .find(|entry| entry.name.as_ref() == Some(&table.name));
        let Some(entry) = named else { continue };
        // More parts: the first may be a schema.
        let column = column.filter(|_| parts.len() == 2)?;
        let is_there = entry.has(world, &column.name) != Has::No
            || is_system_column(&column.name)
            || is_function(&column.name);
        return (!is_there).then(|| {
            missing(
                world,
                column,
                format!("column {}.{} does not exist", table.name, column.name),
                &[entry],
                Vec::new(),
            )
        });
    }
    let entries = || around.iter().rev().flat_map(|scope| scope.entries.iter());
    // `schema.table` and `schema.table.column`
    let is_schema = entries().any(|entry| {
        parts
            .iter()
            .skip(1)
            .any(|part| entry.name.as_ref() == Some(&part.name))
    });
    if is_schema {
        return None;
    }
    let alias = entries().find_map(|entry| match &entry.origin {
        Origin::Relation(id) => {
            let relation = world.relation(*id)?;
            let alias = entry.name.as_deref()?;
            (relation.name == table.name).then(|| {
                format!(
                    "write \"{alias}\": the statement gives \"{}\" that name",
                    relation.name
                )
            })
        }
        _ => None,
    });
    let near = || {
        let names = entries().filter_map(|entry| entry.name.as_deref());
        nearest(&table.name, names).map(|near| format!("did you mean \"{near}\"?"))
    };
    Some(Finding {
        range: table.range.clone(),
        message: format!("missing FROM-clause entry for table \"{}\"", table.name),
        is_contradiction: false,
        column: None,
        relations: Vec::new(),
        near: alias.or_else(near),
        known: Vec::new(),
    })
}
