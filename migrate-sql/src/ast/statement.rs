//! A statement, and what it says.

use std::cell::OnceCell;

use super::alteration::Alteration;
use super::column::Column;
use super::constraint::Constraint;
use super::relation::Relation;
use super::source::Source;
use super::symbols as w;
use crate::grammar::{Node, Symbol};
use crate::scanner::Keyword as K;

/// A statement. Most of what it says is read when somebody asks.
#[derive(Debug)]
pub struct Statement<'a> {
    /// The text it stands in.
    pub source: &'a Source<'a>,
    /// The grammar's symbol for such statements, e.g. `IndexStmt`.
    pub node: Node<'a>,
    created: OnceCell<Option<Relation>>,
    relation: OnceCell<Option<Relation>>,
    alteration: Option<Alteration<'a>>,
}

impl<'a> Statement<'a> {
    /// Of the node of a whole statement of `source`.
    pub fn new(source: &'a Source<'a>, node: Node<'a>) -> Self {
        Self {
            source,
            node,
            created: OnceCell::new(),
            relation: OnceCell::new(),
            alteration: match node.symbol() {
                w::ALTER_TABLE => Alteration::read(source, node),
                _ => None,
            },
        }
    }

    /// Of `CREATE`: the name behind its first words.
    pub fn created(&self) -> Option<&Relation> {
        let created = self.created.get_or_init(|| match self.node.symbol() {
            w::CREATE_TABLE
            | w::CREATE_AS
            | w::CREATE_MATERIALIZED_VIEW
            | w::CREATE_VIEW
            | w::CREATE_SEQUENCE
            | w::CREATE_DOMAIN
            | w::DEFINE
            | w::INDEX => self.read_created(),
            _ => None,
        });
        created.as_ref()
    }

    /// Of `ALTER TABLE`.
    pub fn alteration(&self) -> Option<&Alteration<'a>> {
        self.alteration.as_ref()
    }

    /// The one table it is about, where the grammar has it directly below the statement.
    pub fn relation(&self) -> Option<Relation> {
        let relation = self.relation.get_or_init(|| {
            let mut parts = self.node.children();
            let table = parts.find(|part| {
                part.is(w::RELATION)
                    || part.is(w::QUALIFIED_NAME)
                    || part.is(w::RELATION_ALIASED)
                    || part.is(w::RELATIONS)
            });
            self.source.relation(table?)
        });
        relation.clone()
    }

    /// Whether it says `CONCURRENTLY`.
    pub fn is_concurrent(&self) -> bool {
        let word = self.node.child(w::CONCURRENTLY);
        word.is_some_and(|word| !word.is_empty())
    }

    /// Whether it says `IF NOT EXISTS` or `IF EXISTS`.
    pub fn is_guarded(&self) -> bool {
        self.node.child(w::IF).is_some()
    }

    /// What a `CREATE` statement makes.
    fn read_created(&self) -> Option<Relation> {
        const KINDS: [K; 5] = [K::Table, K::View, K::Sequence, K::Type, K::Domain];
        let mut rest = self.source.reader(self.node);
        rest.accept(K::Create);
        if !rest.accept_any(&KINDS) {
            rest.accept_all(&[K::Or, K::Replace]);
            rest.accept_any(&[K::Global, K::Local]);
            rest.accept_any(&[
                K::Temporary,
                K::Temp,
                K::Unlogged,
                K::Materialized,
                K::Unique,
            ]);
            rest.accept(K::Recursive);
            if rest.accept(K::Index) {
                rest.accept(K::Concurrently);
            } else if !rest.accept_any(&KINDS) {
                return None;
            }
        }
        if rest.accept(K::If) {
            rest.accept_all(&[K::Not, K::Exists]);
        }
        Relation::of(rest.qualified_name()?)
    }

    /// Of `DROP` of one of these kinds of object: the names. None with `CONCURRENTLY`, and of other kinds.
    pub fn dropped(&self, kinds: &[K]) -> Option<Vec<Relation>> {
        let mut rest = self.source.reader(self.node);
        rest.accept(K::Drop);
        if !rest.accept_any(kinds) || rest.accept(K::Concurrently) {
            return None;
        }
        rest.accept_all(&[K::If, K::Exists]);
        let mut names = vec![Relation::of(rest.qualified_name()?)?];
        while rest.accept_char(b',') {
            names.push(Relation::of(rest.qualified_name()?)?);
        }
        Some(names)
    }

    /// Whether an `UPDATE` or `DELETE` is for all rows.
    pub fn is_unbounded(&self) -> bool {
        let condition = self.node.child(w::WHERE_OR_CURRENT);
        condition.is_none_or(|condition| condition.is_empty())
    }

    /// Of `ALTER TABLE … RENAME TO`: the table's old name and its new one.
    pub fn renamed(&self) -> Option<(Relation, String)> {
        let mut rest = self.source.reader(self.node);
        if !rest.accept_all(&[K::Alter, K::Table]) {
            return None;
        }
        rest.accept_all(&[K::If, K::Exists]);
        rest.accept(K::Only);
        let old = Relation::of(rest.qualified_name()?)?;
        if !rest.accept_all(&[K::Rename, K::To]) {
            return None;
        }
        Some((old, rest.name()?))
    }

    /// Of `CREATE TABLE`: what it lists and is of this kind.
    fn elements_of(&self, kind: Symbol) -> Vec<Node<'a>> {
        let list = self
            .node
            .child(w::TABLE_ELEMENTS_OPT)
            .and_then(|list| list.child(w::TABLE_ELEMENTS));
        let elements = list.map_or_else(Vec::new, |list| list.items(w::TABLE_ELEMENT));
        let elements = elements.into_iter().filter_map(|element| element.only());
        elements.filter(|element| element.is(kind)).collect()
    }

    /// Of `CREATE TABLE`.
    pub fn columns(&self) -> Vec<Column<'a>> {
        let columns = self.elements_of(w::COLUMN).into_iter();
        columns
            .filter_map(|column| Column::read(self.source, column))
            .collect()
    }

    /// Of `CREATE TABLE`: the constraints beside the columns.
    pub fn constraints(&self) -> Vec<Constraint<'a>> {
        let constraints = self.elements_of(w::TABLE_CONSTRAINT).into_iter();
        constraints
            .filter_map(|constraint| Constraint::read(self.source, constraint))
            .collect()
    }

    /// Of `CREATE TABLE`: the tables it refers to, first those of columns.
    pub fn parents(&self) -> Vec<Relation> {
        if !self.source.analysis.vocabulary.has(K::References) {
            return Vec::new();
        }
        let parent = |body: Node<'_>| self.source.relation(body.child(w::QUALIFIED_NAME)?);
        let mut parents = Vec::new();
        for column in self.elements_of(w::COLUMN) {
            let mut bodies = column.find_all(w::COLUMN_CONSTRAINT_BODY);
            parents.extend(bodies.find_map(|body| {
                let refers = body.only()?.is(w::REFERENCES);
                if refers { parent(body) } else { None }
            }));
        }
        for constraint in self.elements_of(w::TABLE_CONSTRAINT) {
            let body = constraint.child(w::CONSTRAINT_BODY);
            let body = body.filter(|body| body.only().is_some_and(|first| first.is(w::FOREIGN)));
            parents.extend(body.and_then(parent));
        }
        parents
    }
}
