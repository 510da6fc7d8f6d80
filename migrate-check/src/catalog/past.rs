//! What a file has done before the statement that is looked at.

use std::collections::BTreeMap;

use migrate_sql::ast::Relation;
use migrate_sql::ast::Statement;
use migrate_sql::ast::symbols as w;
use migrate_sql::scanner::Keyword as K;

/// The statements before, as far as they matter to later ones.
#[derive(Debug, Default)]
pub(crate) struct Past {
    /// What was created: by name, the schemas.
    created: BTreeMap<String, Vec<Option<String>>>,
    /// What was dropped if it was there.
    dropped: Vec<Relation>,
    /// Values that were added to enum types: the type, the value.
    pub(crate) enum_values: Vec<(Relation, String)>,
}

impl Past {
    /// Whether the file itself created this, so that nobody else can use it yet.
    pub(crate) fn has_created(&self, relation: &Relation) -> bool {
        self.created.get(&relation.name).is_some_and(|schemas| {
            let mut schemas = schemas.iter();
            relation.schema.is_none()
                || schemas.any(|schema| schema.is_none() || *schema == relation.schema)
        })
    }

    /// Whether the file dropped this before, if it was there.
    pub(crate) fn has_dropped(&self, relation: &Relation) -> bool {
        self.dropped.iter().any(|dropped| dropped.may_be(relation))
    }

    /// Takes in what a statement does.
    pub(crate) fn note(&mut self, said: &Statement<'_>) {
        match said.node.symbol() {
            w::CREATE_TABLE
            | w::CREATE_AS
            | w::CREATE_MATERIALIZED_VIEW
            | w::CREATE_VIEW
            | w::CREATE_SEQUENCE
            | w::CREATE_DOMAIN
            | w::DEFINE
            | w::INDEX => {
                // Of `CREATE TABLE IF NOT EXISTS` it is not known whether it creates anything, but
                // where the table was there before, whoever wrote it thinks of an empty database.
                if let Some(created) = said.created().cloned() {
                    let schemas = self.created.entry(created.name).or_default();
                    schemas.push(created.schema);
                }
            }
            w::DROP_STATEMENT if said.is_guarded() => {
                let kinds = [K::Table, K::View, K::Index, K::Type, K::Domain, K::Sequence];
                self.dropped
                    .extend(said.dropped(&kinds).unwrap_or_default());
            }
            w::RENAME_STATEMENT => {
                // A new table stays one under its new name.
                if let Some((old, new)) = said.renamed()
                    && self.has_created(&old)
                {
                    self.created.entry(new).or_default().push(old.schema);
                }
            }
            w::ALTER_ENUM => {
                let mut rest = said.source.reader(said.node);
                if rest.accept_all(&[K::Alter, K::Type])
                    && let Some(name) = rest.qualified_name().and_then(Relation::of)
                    && rest.accept_all(&[K::Add, K::Value])
                {
                    rest.accept_all(&[K::If, K::Not, K::Exists]);
                    if let Some(value) = rest.string() {
                        self.enum_values.push((name, value));
                    }
                }
            }
            _ => {}
        }
    }
}
