//! Which statement it is, and the relations that any statement names.

use migrate_sql::grammar::Node;
use migrate_sql::scanner::{Keyword as K, Token};

use super::cursor::{Cursor, QualifiedName};
use super::nodes::Nodes;
use super::symbol as s;
use super::world::{Found, Id};
use super::{Bodies, Resolver};

/// The tokens that a node stands for.
pub(super) fn within<'a>(text: &'a str, tokens: &'a [Token], node: Node<'_>) -> Cursor<'a> {
    let range = node.range();
    let start = count_before(tokens, range.start);
    let tokens = tokens.get(start..).unwrap_or_default();
    // Most nodes that are asked for are names.
    let mut left = tokens;
    let mut count = 0;
    while let [token, rest @ ..] = left
        && token.start < range.end
    {
        left = rest;
        count += 1;
        if count == 8 {
            count += count_before(left, range.end);
            break;
        }
    }
    Cursor::new(text, tokens.get(..count).unwrap_or_default())
}

/// How many tokens begin before a byte.
fn count_before(tokens: &[Token], place: usize) -> usize {
    let (mut from, mut to) = (0, tokens.len());
    while from < to {
        let middle = from + (to - from) / 2;
        match tokens.get(middle) {
            Some(token) if token.start < place => from = middle + 1,
            _ => to = middle,
        }
    }
    from
}

/// The tables that a statement reads or changes by name, apart from its own common table expressions.
pub(super) fn named_relations(
    text: &str,
    tokens: &[Token],
    nodes: &Nodes<'_>,
) -> Vec<QualifiedName> {
    let common = nodes.common.iter().filter_map(|node| {
        let name = node.child(s::NAME)?;
        Some(within(text, tokens, name).word()?.name)
    });
    let common: Vec<String> = common.collect();
    let found = nodes.relations.iter().filter_map(|node| {
        let mut rest = within(text, tokens, *node);
        rest.accept(K::Only);
        rest.accept_char(b'(');
        let name = rest.name()?;
        let is_common = name.schema.is_none() && common.contains(&name.name);
        (!is_common).then_some(name)
    });
    found.collect()
}

/// Whether a statement may fire triggers, or compute defaults and checks.
fn fires(start: Cursor<'_>) -> bool {
    match start.tokens.first().and_then(Token::keyword) {
        Some(K::Create | K::Drop | K::Comment | K::Grant | K::Revoke | K::Set) => start.has(K::As),
        Some(K::Alter) => start.has(K::Type) || start.has(K::Default),
        _ => true,
    }
}

impl Resolver {
    /// Applies a statement that the grammar accepts.
    pub(super) fn statement(&mut self, text: &str, tokens: &[Token], root: Node<'_>) {
        let start = Cursor::new(text, tokens);
        if !self.hooked.is_empty() && (self.runs_on_ddl || fires(start)) {
            self.run_hooked();
        }
        self.run_called(start);
        if start.is(K::Set) || start.is(K::Select) {
            let is_about_bodies = start.tokens.iter().any(|token| {
                let word = text.get(token.range());
                word.is_some_and(|word| word.contains("check_function_bodies"))
            });
            if is_about_bodies {
                self.bodies = Bodies::Skipped;
            }
        }
        let mut after = start;
        after.read();
        let first = start.tokens.first().and_then(Token::keyword);
        let nodes = Nodes::of(root);
        let named = if nodes.relations.is_empty() || !Self::reads_by_name(start) {
            Vec::new()
        } else {
            named_relations(text, tokens, &nodes)
        };
        let mut relations: Vec<Option<Id>> = Vec::with_capacity(named.len());
        for name in &named {
            relations.push(self.require(name));
        }
        if self.enums > 0 {
            self.require_labels(start);
        }
        let before = self.prepare(text, tokens, root, &nodes);
        match first {
            Some(K::Create) => self.create(after, &relations),
            Some(K::Alter) => self.alter(after),
            Some(K::Drop) => self.drop(after),
            Some(K::Comment) => self.comment(after),
            Some(K::Insert) => self.insert(after, root),
            Some(K::Update | K::Delete) => self.change_rows(start, &relations),
            Some(K::Copy) => self.copy(after),
            Some(K::Select | K::With | K::Values | K::Table) => self.select(start),
            Some(K::Set | K::Reset | K::Discard) => self.set(start),
            Some(K::Do) => self.run_block(after),
            Some(K::Import) => self.import(after),
            Some(K::Rollback | K::Abort) => self.world.forget(),
            Some(K::Refresh) => self.refresh(after),
            Some(K::Grant | K::Revoke) => self.grant(after),
            Some(
                K::Begin
                | K::Start
                | K::Commit
                | K::End
                | K::Savepoint
                | K::Release
                | K::Truncate
                | K::Lock
                | K::Vacuum
                | K::Analyze
                | K::Analyse
                | K::Checkpoint
                | K::Notify
                | K::Listen
                | K::Unlisten
                | K::Show
                | K::Security
                | K::Reindex
                | K::Cluster
                | K::Explain
                | K::Deallocate
                | K::Declare
                | K::Fetch
                | K::Move
                | K::Close
                | K::Merge
                | K::Call
                | K::Prepare
                | K::Execute
                | K::Reassign
                | K::Load,
            ) => {
                if after.is(K::Prepared) || after.is(K::Prepare) {
                    self.world.forget();
                }
            }
            _ if start.is_char(b'(') => {}
            _ => self.world.forget(),
        }
        self.settle(text, tokens, root, &nodes, before);
    }

    /// Whether every table that the statement names has to be there. Statements with `IF EXISTS` need none, rules have
    /// `old` and `new`, and a schema can bring its own tables.
    fn reads_by_name(start: Cursor<'_>) -> bool {
        let mut rest = start;
        if rest.accept(K::Alter) {
            return !rest.tokens.windows(2).take(4).any(
                |pair| matches!(pair, [first, next] if first.is(K::If) && next.is(K::Exists)),
            );
        }
        if rest.accept(K::Create) {
            rest.accept_all(&[K::Or, K::Replace]);
            return !(rest.is(K::Rule)
                || rest.is(K::Schema)
                || rest.has(K::Recursive)
                || rest.is(K::Function)
                || rest.is(K::Procedure)
                || rest.is(K::Publication));
        }
        if rest.is(K::Prepare) || rest.is(K::Declare) || rest.is(K::Explain) {
            return false;
        }
        true
    }

    /// `COMMENT ON`
    fn comment(&mut self, mut rest: Cursor<'_>) {
        rest.accept(K::On);
        if rest.accept(K::Column) {
            let mut parts = rest.parts();
            let (Some(column), Some(table)) = (parts.pop(), parts.pop()) else {
                return;
            };
            let schema = parts.pop();
            let table = QualifiedName {
                schema: schema.map(|schema| schema.name),
                name: table.name,
                range: table.range,
            };
            // A composite type has columns, too.
            let is_type = self.world.find(&table) == Found::Absent
                && self.world.find_type(&table) != Found::Absent;
            if !is_type && let Some(id) = self.require(&table) {
                self.require_column(id, &column);
            }
            return;
        }
        let is_relation = rest.accept(K::Table)
            || rest.accept(K::View)
            || rest.accept(K::Index)
            || rest.accept(K::Sequence)
            || rest.accept_all(&[K::Materialized, K::View])
            || rest.accept_all(&[K::Foreign, K::Table]);
        if is_relation {
            if let Some(name) = rest.name() {
                self.require(&name);
            }
        } else if rest.accept(K::Function) || rest.accept(K::Procedure) {
            self.name_functions(rest, false);
        } else if rest.accept(K::Schema) {
            if let Some(schema) = rest.word()
                && !self.may_have_schema(&schema.name)
            {
                self.refuse_schema(&schema.name, &schema.range);
            }
        } else if (rest.accept(K::Type) || rest.accept(K::Domain))
            && let Some(name) = rest.name()
            && !super::builtin::is_type(&name.name)
            && self.world.find_type(&name) == Found::Absent
        {
            self.refuse_type(&name);
        }
    }

    /// `REFRESH MATERIALIZED VIEW`
    fn refresh(&mut self, mut rest: Cursor<'_>) {
        rest.accept_all(&[K::Materialized, K::View]);
        rest.accept(K::Concurrently);
        if let Some(name) = rest.name() {
            self.require(&name);
        }
    }

    /// `GRANT … ON TABLE …`
    fn grant(&mut self, mut rest: Cursor<'_>) {
        if !rest.seek(&[K::On]) {
            return;
        }
        rest.accept(K::On);
        if rest.accept(K::Function) || rest.accept(K::Procedure) || rest.accept(K::Routine) {
            self.name_functions(rest, false);
            return;
        }
        if !rest.accept(K::Table) {
            return;
        }
        while let Some(name) = rest.name() {
            self.require(&name);
            if !rest.accept_char(b',') {
                break;
            }
        }
    }

    /// Whether there may be such a schema.
    pub(super) fn may_have_schema(&self, schema: &str) -> bool {
        self.world.schemas_open
            || self.world.schemas.contains_key(schema)
            || super::world::World::is_system(schema)
            || self.world.anywhere.contains(schema)
    }
}
