//! Expressions and queries of a statement: the columns and tables that they name.

use std::rc::Rc;

use migrate_sql::grammar::{Node, Symbol, Symbols};
use migrate_sql::scanner::{Keyword as K, Token};

use super::Resolver;
use super::column_reference::{self, Finding};
use super::cursor::Cursor;
use super::nodes::Nodes;
use super::query::Query;
use super::report::Rule;
use super::scope::{Columns, Entry, Scope};
use super::statement::within;
use super::symbol as s;
use super::world::{Column, Found, Id, Kind, Presence, open};

/// Statements whose expressions are read before they are applied.
const READ_FIRST: Symbols = Symbols::of(&[
    s::SELECT,
    s::INSERT,
    s::UPDATE,
    s::DELETE,
    s::MERGE,
    s::CREATE_VIEW,
    s::CREATE_AS,
    s::CREATE_MATERIALIZED_VIEW,
    s::INDEX,
    s::CREATE_POLICY,
    s::ALTER_POLICY,
    s::CREATE_TRIGGER,
    s::CREATE_STATISTICS,
    s::CALL,
]);

/// Statements that make a relation of what a query returns.
const MAKING: [Symbol; 3] = [s::CREATE_VIEW, s::CREATE_AS, s::CREATE_MATERIALIZED_VIEW];

/// What is remembered of a table before a statement changes it.
#[derive(Debug)]
pub(super) struct Before {
    relations: usize,
    /// The columns of the table that is altered.
    columns: Vec<String>,
    /// The columns of the query that a relation is made of.
    made: Option<Columns>,
}

impl Resolver {
    /// Reads the expressions of a statement that is about to be applied.
    pub(super) fn prepare(
        &mut self,
        text: &str,
        tokens: &[Token],
        root: Node<'_>,
        nodes: &Nodes<'_>,
    ) -> Before {
        let mut before = Before {
            relations: self.world.relations.len(),
            columns: Vec::new(),
            made: None,
        };
        if root.is(s::ALTER_TABLE) {
            let id = self.altered(text, tokens, root);
            if let Some(relation) = id.and_then(|id| self.world.relation(id)) {
                before.columns = relation.columns.keys().cloned().collect();
            }
            return before;
        }
        if !READ_FIRST.holds(root.symbol()) {
            return before;
        }
        let is_making = MAKING.iter().any(|symbol| root.is(*symbol));
        let table = root
            .child(s::RELATION)
            .filter(|_| root.is(s::INDEX))
            .or_else(|| {
                let named = [s::CREATE_POLICY, s::ALTER_POLICY, s::CREATE_TRIGGER];
                let is_named = named.iter().any(|symbol| root.is(*symbol));
                root.child(s::QUALIFIED_NAME).filter(|_| is_named)
            });
        let mut base = Vec::new();
        if let Some(table) = table {
            let name = within(text, tokens, table).name();
            let id = name.as_ref().and_then(|name| self.world.known(name));
            let shown = name.map_or_else(String::new, |name| name.name);
            base.push(Entry::relation(&shown, id));
            if root.is(s::CREATE_TRIGGER) {
                base.push(Entry::relation("old", id));
                base.push(Entry::relation("new", id));
            }
        }
        let base = Scope::new(root.subtree(), Rc::new(base));
        let made = self.check_statement(text, tokens, root, nodes, base);
        before.made = made.filter(|_| is_making);
        if root.is(s::CREATE_TRIGGER) {
            self.require_function_of(text, tokens, root);
        }
        before
    }

    /// Reads those that are about what the statement has made, and what a relation made of a query has.
    pub(super) fn settle(
        &mut self,
        text: &str,
        tokens: &[Token],
        root: Node<'_>,
        nodes: &Nodes<'_>,
        before: Before,
    ) {
        if let Some(made) = before.made {
            self.give_columns(text, tokens, root, before.relations, made);
            return;
        }
        let is_new = root.is(s::CREATE_TABLE);
        if root.is(s::CREATE_FUNCTION) {
            self.require_types_of_function(text, tokens, nodes);
            self.read_body(text, tokens, root);
        }
        if !(is_new || root.is(s::ALTER_TABLE)) {
            return;
        }
        let id = if is_new {
            let name = root.child(s::QUALIFIED_NAME);
            let name = name.and_then(|name| within(text, tokens, name).name());
            let id = name.and_then(|name| self.world.known(&name));
            id.filter(|id| *id >= before.relations)
        } else {
            self.altered(text, tokens, root)
        };
        let Some(relation) = id.and_then(|id| self.world.relation(id)) else {
            return;
        };
        let entry = Entry {
            renamed: before.columns,
            ..Entry::relation(&relation.name, id)
        };
        let base = Scope::new(root.subtree(), Rc::new(vec![entry]));
        self.check_statement(text, tokens, root, nodes, base);
    }

    /// The table that a statement surely alters.
    fn altered(&self, text: &str, tokens: &[Token], root: Node<'_>) -> Option<Id> {
        let mut name = within(text, tokens, root.child(s::RELATION)?);
        name.accept(K::Only);
        name.accept_char(b'(');
        match self.world.find(&name.name()?) {
            Found::Sure(id) => Some(id),
            _ => None,
        }
    }

    /// Refuses what expressions name that is not there; the columns of the outermost query.
    pub(super) fn check_statement(
        &mut self,
        text: &str,
        tokens: &[Token],
        root: Node<'_>,
        nodes: &Nodes<'_>,
        base: Scope,
    ) -> Option<Columns> {
        let mut query = Query::read(&self.world, text, tokens, nodes);
        let mut base = base;
        let rest = query.rest();
        if !rest.is_empty() {
            base.entries = Rc::new(rest);
        }
        query.scopes.push(base);
        let made = root
            .child(s::SELECT)
            .map(|select| query.known.output(select));
        let mut findings = column_reference::check(&query, |name| self.may_be_function(name));
        // Those of the statement itself have been compared with the table.
        let first = tokens.first().and_then(Token::keyword);
        let is_compared = matches!(first, Some(K::Insert | K::Update));
        findings.extend(column_reference::check_assigned(&query, is_compared));
        findings.extend(self.count_selected(&query, root));
        if root.is(s::CREATE_TABLE) || root.is(s::ALTER_TABLE) {
            let defaults = Self::check_defaults(&query, nodes);
            findings.retain(|finding| !defaults.iter().any(|other| other.range == finding.range));
            findings.extend(defaults);
        }
        let calls = std::mem::take(&mut query.calls);
        self.report(findings);
        self.require_functions(text, tokens, &calls);
        // A column that is there already is skipped, and its type is not read.
        if !(root.is(s::ALTER_TABLE) && Cursor::new(text, tokens).has(K::If)) {
            self.require_types(text, tokens, nodes);
        }
        made
    }

    /// Compares the columns of `INSERT … SELECT` with those that they are for.
    fn count_selected(&self, query: &Query<'_, '_>, root: Node<'_>) -> Option<Finding> {
        let rest = root.child(s::INSERT_REST).filter(|_| root.is(s::INSERT))?;
        let select = rest.child(s::SELECT)?;
        if query.known.within(select).is(K::Values) {
            return None;
        }
        let count = query.known.output(select).count?;
        let list = rest.child(s::INSERT_COLUMNS);
        let targets = if let Some(list) = list {
            list.items(s::INSERT_COLUMN).len()
        } else {
            let name = query.known.within(root.child(s::INSERT_TARGET)?).name()?;
            self.count_columns(self.world.known(&name)?)?
        };
        let what = if count > targets {
            "INSERT has more expressions than target columns"
        } else if count < targets && list.is_some() {
            "INSERT has more target columns than expressions"
        } else {
            return None;
        };
        let range = query.known.within(select).range();
        Some(Finding::in_count(range, what, targets, count))
    }

    /// A default is computed without a row.
    fn check_defaults(query: &Query<'_, '_>, nodes: &Nodes<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        if query.references.is_empty() {
            return findings;
        }
        for default in &nodes.defaults {
            let nodes = default.subtree();
            for reference in &query.references {
                let number = reference.number();
                if number >= nodes.start && number < nodes.end {
                    if default.child(s::DEFAULT).is_some() {
                        let range = query.known.within(*reference).range();
                        findings.push(Finding::in_default(range));
                    }
                    break;
                }
            }
        }
        findings
    }

    /// Whether a column of this name may be a function of the whole row: `t.f` is `f(t)`.
    fn may_be_function(&self, name: &str) -> bool {
        self.has_strangers
            || self.functions.contains_key(name)
            || column_reference::OF_ROWS.contains(&name)
    }

    fn report(&mut self, findings: Vec<Finding>) {
        let mut said = Vec::new();
        for finding in findings {
            if said.contains(&finding.message) {
                continue;
            }
            let help = self.help_for_finding(&finding);
            let rule = if finding.is_contradiction {
                Rule::Contradiction
            } else {
                Rule::Unknown
            };
            self.refuse_with(rule, &finding.range, finding.message.clone(), help);
            said.push(finding.message);
        }
    }

    /// What is wrong with replacing a view by one of these columns: those that it has stay as they are.
    fn loss_of_view(&self, id: Id, columns: &Columns) -> Option<String> {
        let view = self.world.relation(id)?;
        let is_known = view.kind == Kind::View
            && !view.is_open(open::KIND | open::COLUMNS)
            && view.is_sure_of_columns()
            && !columns.is_open;
        let count = columns.count.filter(|_| is_known)?;
        if count < view.columns.len() {
            return Some("cannot drop columns from view".to_owned());
        }
        let mut known = view.columns.keys();
        let gone = known.find(|column| !columns.names.contains(column))?;
        Some(format!("cannot change name of view column \"{gone}\""))
    }

    /// Gives a relation the columns of the query that it is made of.
    fn give_columns(
        &mut self,
        text: &str,
        tokens: &[Token],
        root: Node<'_>,
        relations: usize,
        mut columns: Columns,
    ) {
        let target = root
            .child(s::CREATE_AS_TARGET)
            .or_else(|| root.child(s::CREATE_MATERIALIZED_VIEW_TARGET))
            .unwrap_or(root);
        if let Some(names) = target.child(s::COLUMN_LIST) {
            let names = within(text, tokens, names).words();
            if !names.is_empty() {
                columns.rename(names.into_iter().map(|word| word.name).collect());
            }
        }
        let name = target.child(s::QUALIFIED_NAME);
        let Some(name) = name.and_then(|name| within(text, tokens, name).name()) else {
            return;
        };
        let Found::Sure(id) = self.world.find(&name) else {
            return;
        };
        let is_replaced = root.is(s::CREATE_VIEW);
        if id < relations
            && Cursor::new(text, tokens).accept_all(&[K::Create, K::Or, K::Replace])
            && let Some(message) = self.loss_of_view(id, &columns)
        {
            let help = vec![format!(
                "keep each column at its place, or `DROP VIEW {}` first",
                name.shown()
            )];
            self.refuse_with(Rule::Contradiction, &name.range, message, help);
        }
        let Some(relation) = self.world.relations.get_mut(id) else {
            return;
        };
        if id < relations && !is_replaced || relation.is_open(open::KIND) {
            return;
        }
        relation.columns = columns
            .names
            .into_iter()
            .map(|name| {
                let column = Column {
                    presence: Presence::Sure,
                    data_type: None,
                };
                (name, column)
            })
            .collect();
        if columns.is_open {
            relation.open |= open::COLUMNS;
        } else {
            relation.open &= !open::COLUMNS;
        }
    }
}
