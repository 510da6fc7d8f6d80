//! What a rule is shown: a statement, and what went before it.

use migrate_sql::ast::{Act, Relation, Statement, Target};

use super::lock::Held;
use super::subject::Subject;
use crate::catalog::{Past, Schema};

/// A statement in its place.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) subject: &'a Subject<'a>,
    pub(crate) said: &'a Statement<'a>,
    /// What the file did before.
    pub(crate) past: &'a Past,
    /// The first lock so far that shuts out writers of a table that others use.
    pub(crate) held: Option<&'a Held>,
    /// What is known of the tables at this point.
    pub(crate) schema: &'a Schema,
}

impl<'a> Scene<'a> {
    /// Whether others use this: it is not this file that created it.
    pub(crate) fn is_in_use(&self, relation: &Relation) -> bool {
        !self.past.has_created(relation)
    }

    /// Of an `ALTER TABLE` of a table that others use: the table and what is done to it.
    pub(crate) fn acts(&self) -> impl Iterator<Item = (&Relation, &Act<'a>)> {
        let alteration = self.said.alteration();
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
}
