//! Queries: what each of them brings into scope, and which columns it has.
//!
//! The nodes of a statement are read once, inner ones first, so that a query in `FROM` is known before the query around
//! it. Nothing recurses. Where a name may mean more than PostgreSQL would let it mean, that is left so: a query in `FROM`
//! is taken to see its neighbours, as if it were `LATERAL`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use migrate_sql::grammar::Node;
use migrate_sql::scanner::Token;

use super::from_item;
use super::known_queries::{Common, KnownQueries};
use super::nodes::Nodes;
use super::scope::{Columns, Entry, Has, Scope};
use super::symbol as s;
use super::world::World;

/// What is found in a statement.
pub(super) struct Query<'w, 'q> {
    pub(super) known: KnownQueries<'w, 'q>,
    /// What can be named, and where. An inner scope has a part of the nodes of an outer one.
    pub(super) scopes: Vec<Scope>,
    /// The columns that expressions name.
    pub(super) references: Vec<Node<'q>>,
    /// The functions that they call.
    pub(super) calls: Vec<Node<'q>>,
    /// The columns that statements assign, with the table that has to have them.
    pub(super) assigned: Vec<(Node<'q>, Entry)>,
    /// What each query has in `FROM`, by its node.
    sources: BTreeMap<usize, Rc<Vec<Entry>>>,
    /// What the clauses read so far bring, for the query that they turn out to belong to.
    pending: Vec<(usize, Entry)>,
    /// Where tables are joined by the names of columns.
    merges: Vec<usize>,
    /// The nodes of `ON CONFLICT` clauses.
    pub(super) conflicts: Vec<Range<usize>>,
}

impl<'w, 'q> Query<'w, 'q> {
    /// Reads the queries of a statement.
    pub(super) fn read(
        world: &'w World,
        text: &'q str,
        tokens: &'q [Token],
        nodes: &Nodes<'q>,
    ) -> Self {
        let mut query = Self {
            known: KnownQueries::new(world, text, tokens),
            scopes: Vec::new(),
            references: Vec::new(),
            calls: Vec::new(),
            assigned: Vec::new(),
            sources: BTreeMap::new(),
            pending: Vec::new(),
            merges: Vec::new(),
            conflicts: Vec::new(),
        };
        for node in &nodes.common {
            if let Some(name) = node.child(s::NAME)
                && let Some(name) = query.known.within(name).word()
            {
                query.known.common.push(Common {
                    nodes: node.subtree(),
                    name: name.name,
                    columns: None,
                    is_over: false,
                });
            }
        }
        for node in &nodes.queries {
            query.node(*node);
        }
        query
    }

    /// What is in `FROM` outside of any query, as in `CREATE STATISTICS`.
    pub(super) fn rest(&mut self) -> Vec<Entry> {
        let pending = std::mem::take(&mut self.pending);
        pending.into_iter().map(|(_, entry)| entry).collect()
    }

    fn node(&mut self, node: Node<'q>) {
        if node.is(s::COLUMN_REFERENCE) {
            self.references.push(node);
        } else if node.is(s::FUNCTION_CALL) {
            self.calls.push(node);
        } else if node.is(s::TABLE_REFERENCE) {
            if let Some(entry) = from_item::read(&self.known, node) {
                self.pending.push((node.number(), entry));
            }
        } else if node.is(s::JOIN) {
            if node.child(s::NATURAL).is_some() {
                self.merges.push(node.number());
            }
        } else if node.is(s::JOIN_CONDITION) {
            if node.child(s::USING).is_some() {
                self.merges.push(node.number());
                let entry = from_item::read_using(&self.known, node);
                self.pending
                    .extend(entry.map(|entry| (node.number(), entry)));
            }
        } else if node.is(s::SIMPLE_SELECT) {
            self.simple_select(node);
        } else if node.is(s::SELECT_NO_PARENS) {
            self.select(node);
        } else if node.is(s::SELECT_WITH_PARENS) {
            let inner = node
                .child(s::SELECT_NO_PARENS)
                .or_else(|| node.child(s::SELECT_WITH_PARENS));
            let columns = inner.map(|inner| self.known.output(inner));
            self.known
                .outputs
                .insert(node.number(), columns.unwrap_or_else(Columns::unknown));
        } else if node.is(s::COMMON_TABLE) {
            self.common_table(node);
        } else {
            self.change(node);
        }
    }

    /// The entries that clauses inside of a node have brought.
    pub(super) fn take(&mut self, node: Node<'_>) -> (Vec<Entry>, bool) {
        let start = node.subtree().start;
        let at = self.pending.partition_point(|(number, _)| *number < start);
        let entries = self.pending.split_off(at);
        let before = self.merges.len();
        self.merges.retain(|number| *number < start);
        let merges = self.merges.len() < before;
        (
            entries.into_iter().map(|(_, entry)| entry).collect(),
            merges,
        )
    }

    pub(super) fn scope(node: Node<'_>, entries: &Rc<Vec<Entry>>) -> Scope {
        Scope::new(node.subtree(), Rc::clone(entries))
    }

    fn simple_select(&mut self, node: Node<'q>) {
        let (entries, merges) = self.take(node);
        let entries = Rc::new(entries);
        let columns = if let Some(values) = node.child(s::VALUES) {
            values_columns(values)
        } else if let Some(table) = node.child(s::RELATION) {
            let entry = self.known.relation(table, None);
            entry.columns(self.known.world)
        } else if let Some(left) = node.child(s::SELECT_CLAUSE) {
            self.known.output(left)
        } else {
            let targets = node
                .child(s::TARGETS)
                .or_else(|| node.child(s::OPTIONAL_TARGETS)?.child(s::TARGETS));
            self.targets(targets, &entries, merges)
        };
        self.scopes.push(Self::scope(node, &entries));
        for clause in [s::GROUP, s::DISTINCT] {
            if let Some(clause) = node.child(clause).filter(|clause| !clause.is_empty()) {
                let mut scope = Self::scope(clause, &Rc::default());
                scope.names.clone_from(&columns.names);
                scope.is_open = columns.is_open;
                self.scopes.push(scope);
            }
        }
        self.sources.insert(node.number(), entries);
        self.known.outputs.insert(node.number(), columns);
    }

    /// A query with all of its clauses.
    fn select(&mut self, node: Node<'q>) {
        let core = node
            .child(s::SIMPLE_SELECT)
            .or_else(|| node.child(s::SELECT_CLAUSE));
        let columns = core.map_or_else(Columns::unknown, |core| self.known.output(core));
        let sort = node
            .child(s::SORT)
            .or_else(|| node.child(s::OPTIONAL_SORT)?.child(s::SORT));
        if let Some(sort) = sort {
            let entries = core.and_then(|core| self.source(core)).unwrap_or_default();
            let mut scope = Self::scope(sort, &entries);
            scope.names.clone_from(&columns.names);
            scope.is_open = columns.is_open;
            self.scopes.push(scope);
        }
        self.end_common(node);
        self.known.outputs.insert(node.number(), columns);
    }

    /// What the query has in `FROM` whose rows these clauses sort.
    fn source(&self, core: Node<'_>) -> Option<Rc<Vec<Entry>>> {
        let mut core = core;
        for _ in 0..64 {
            if let Some(entries) = self.sources.get(&core.number()) {
                return Some(Rc::clone(entries));
            }
            core = core
                .child(s::SIMPLE_SELECT)
                .or_else(|| core.child(s::SELECT_CLAUSE))
                .or_else(|| core.child(s::SELECT_NO_PARENS))
                .or_else(|| core.child(s::SELECT_WITH_PARENS))?;
        }
        None
    }

    fn common_table(&mut self, node: Node<'q>) {
        let mut columns = node
            .child(s::PREPARABLE)
            .map_or_else(Columns::unknown, |inner| self.known.output(inner));
        if let Some(names) = node
            .child(s::OPTIONAL_NAMES)
            .filter(|list| !list.is_empty())
        {
            let names = self.known.within(names).words();
            columns.rename(names.into_iter().map(|word| word.name).collect());
        }
        let clauses = [node.child(s::SEARCH), node.child(s::CYCLE)];
        if clauses.iter().flatten().any(|clause| !clause.is_empty()) {
            columns.is_open = true;
            columns.count = None;
        }
        let at = self
            .known
            .common
            .iter()
            .position(|common| common.nodes == node.subtree());
        if let Some(common) = at.and_then(|at| self.known.common.get_mut(at)) {
            common.columns = Some(columns);
        }
    }

    /// The common table expressions of a statement end with it.
    pub(super) fn end_common(&mut self, node: Node<'_>) {
        if node.child(s::WITH).is_none() && node.child(s::OPTIONAL_WITH).is_none() {
            return;
        }
        let nodes = node.subtree();
        for common in &mut self.known.common {
            if common.columns.is_some() && nodes.contains(&common.nodes.start) {
                common.is_over = true;
            }
        }
    }

    /// The columns of a list of targets.
    pub(super) fn targets(
        &self,
        list: Option<Node<'_>>,
        entries: &[Entry],
        merges: bool,
    ) -> Columns {
        let mut columns = Columns {
            count: Some(0),
            ..Columns::default()
        };
        let items = list.map_or_else(Vec::new, |list| list.items(s::TARGET_ELEMENT));
        for item in items {
            let found = super::output::of(&self.known, item, entries);
            columns.names.extend(found.names);
            columns.is_open |= found.is_open;
            columns.count = match (columns.count, found.count) {
                (Some(sum), Some(more)) if !merges || more == 1 => Some(sum + more),
                _ => None,
            };
        }
        columns
    }
}

/// The columns of `VALUES`.
fn values_columns(list: Node<'_>) -> Columns {
    let mut first = list;
    while let Some(inner) = first.child(s::VALUES) {
        first = inner;
    }
    let row = first.child(s::EXPRESSIONS);
    let count = row.map_or(0, |row| row.items(s::EXPRESSION).len());
    Columns {
        names: (1..=count)
            .map(|number| format!("column{number}"))
            .collect(),
        is_open: false,
        count: Some(count),
    }
}

/// Whether one of these has the column.
pub(super) fn has(world: &World, entries: &[Entry], column: &str) -> Has {
    let mut found = Has::No;
    for entry in entries {
        match entry.has(world, column) {
            Has::Yes => return Has::Yes,
            Has::Perhaps => found = Has::Perhaps,
            Has::No => {}
        }
    }
    found
}
