//! What a rule is shown: a statement, and what went before it.

use super::alteration::{Act, Alteration, Target};
use super::column::Column;
use super::constraint::Constraint;
use super::past::Past;
use super::relation::Relation;
use super::rule::Rule;
use super::schema::Schema;
use super::subject::Subject;
use super::words as w;
use crate::diagnostic::Diagnostic;
use crate::grammar::Node;
use crate::sql::Keyword as K;

/// A statement in its place.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) subject: &'a Subject<'a>,
    pub(crate) said: &'a Said<'a>,
    /// What the file did before.
    pub(crate) past: &'a Past,
    /// What is known of the tables at this point.
    pub(crate) schema: &'a Schema,
}

/// A statement.
#[derive(Debug)]
pub(crate) struct Said<'a> {
    pub(crate) subject: &'a Subject<'a>,
    /// The grammar's symbol for such statements, e.g. `IndexStmt`.
    pub(crate) node: Node<'a>,
    /// Of `CREATE`: the name behind its first words.
    pub(crate) created: Option<Relation>,
    /// Of `ALTER TABLE`.
    pub(crate) alteration: Option<Alteration<'a>>,
    /// Of `CREATE TABLE`.
    pub(crate) columns: Vec<Column<'a>>,
    /// Of `CREATE TABLE`: the constraints beside the columns.
    pub(crate) constraints: Vec<Constraint<'a>>,
}

impl<'a> Said<'a> {
    pub(crate) fn new(subject: &'a Subject<'a>, node: Node<'a>) -> Self {
        let mut said = Self {
            subject,
            node,
            created: None,
            alteration: None,
            columns: Vec::new(),
            constraints: Vec::new(),
        };
        match node.symbol() {
            w::ALTER_TABLE => said.alteration = Alteration::read(subject, node),
            w::CREATE_TABLE => {
                said.created = said.read_created();
                said.read_elements();
            }
            w::CREATE_AS
            | w::CREATE_MATERIALIZED_VIEW
            | w::CREATE_VIEW
            | w::CREATE_SEQUENCE
            | w::CREATE_DOMAIN
            | w::DEFINE
            | w::INDEX => said.created = said.read_created(),
            _ => {}
        }
        said
    }

    /// The one table it is about, where the grammar has it directly below the statement.
    pub(crate) fn relation(&self) -> Option<Relation> {
        let parts = self.node.children();
        let mut tables = parts.filter(|part| {
            part.is(w::RELATION)
                || part.is(w::QUALIFIED_NAME)
                || part.is(w::RELATION_ALIASED)
                || part.is(w::RELATIONS)
        });
        self.subject.relation(tables.next()?)
    }

    /// Whether it says `CONCURRENTLY`.
    pub(crate) fn is_concurrent(&self) -> bool {
        let word = self.node.child(w::CONCURRENTLY);
        word.is_some_and(|word| !word.is_empty())
    }

    /// Whether it says `IF NOT EXISTS` or `IF EXISTS`.
    pub(crate) fn is_guarded(&self) -> bool {
        self.node.child(w::IF).is_some()
    }

    /// What a `CREATE` statement makes.
    fn read_created(&self) -> Option<Relation> {
        const KINDS: [K; 5] = [K::Table, K::View, K::Sequence, K::Type, K::Domain];
        let mut rest = self.subject.reader(self.node);
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
    pub(crate) fn dropped(&self, kinds: &[K]) -> Option<Vec<Relation>> {
        let mut rest = self.subject.reader(self.node);
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
    pub(crate) fn is_unbounded(&self) -> bool {
        let condition = self.node.child(w::WHERE_OR_CURRENT);
        condition.is_none_or(|condition| condition.is_empty())
    }

    /// Of `ALTER TABLE … RENAME TO`: the table's old name and its new one.
    pub(crate) fn renamed(&self) -> Option<(Relation, String)> {
        let mut rest = self.subject.reader(self.node);
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

    /// Reads what `CREATE TABLE` lists.
    fn read_elements(&mut self) {
        let list = self
            .node
            .child(w::TABLE_ELEMENTS_OPT)
            .and_then(|list| list.child(w::TABLE_ELEMENTS));
        for element in list.map_or_else(Vec::new, |list| list.items(w::TABLE_ELEMENT)) {
            let Some(element) = element.children().next() else {
                continue;
            };
            match element.symbol() {
                w::COLUMN => self.columns.extend(Column::read(self.subject, element)),
                w::TABLE_CONSTRAINT => {
                    self.constraints
                        .extend(Constraint::read(self.subject, element));
                }
                _ => {}
            }
        }
    }
}

impl<'a> Scene<'a> {
    /// Whether others use this: it is not this file that created it.
    pub(crate) fn is_in_use(&self, relation: &Relation) -> bool {
        !self.past.has_created(relation)
    }

    /// Of an `ALTER TABLE` of a table that others use: the table and what is done to it.
    pub(crate) fn acts(&self) -> impl Iterator<Item = (&Relation, &Act<'a>)> {
        let alteration = self.said.alteration.as_ref();
        alteration
            .filter(|alteration| alteration.target == Target::Table)
            .filter(|alteration| self.is_in_use(&alteration.relation))
            .into_iter()
            .flat_map(|alteration| {
                alteration
                    .acts
                    .iter()
                    .map(|act| (&alteration.relation, act))
            })
    }

    /// A finding about a part of the statement.
    pub(crate) fn find(
        &self,
        rule: &Rule,
        node: Node<'_>,
        message: impl Into<String>,
    ) -> Diagnostic {
        rule.finding(self.subject, self.subject.headline(node), message)
    }
}
