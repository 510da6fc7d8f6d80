//! What types are made of, and the columns that hold their values.

use std::collections::BTreeSet;

use migrate_sql::ast::{ColumnType, CreateDomain, Demand, DomainChange, ObjectName};

use super::domain::Domain;
use super::model::{Catalog, Relation, Type};

/// How a column holds values of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holding {
    /// It is of the type, or of a domain over it.
    Itself,
    /// In an array or a composite type.
    Within,
}

/// A column that holds values of a type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Holder<'c> {
    pub(crate) table: &'c str,
    pub(crate) column: &'c str,
    pub(crate) holding: Holding,
}

impl Catalog {
    /// A statement creates a domain.
    pub(super) fn create_domain(&mut self, created: &CreateDomain) {
        self.parts.add(&created.name.name, &created.base.name);
        let domain = Type::Domain(Domain::new(created));
        self.types
            .insert(created.name.clone(), Some(self.file), domain);
    }

    /// A statement changes a domain, which may have been there before the first file.
    pub(super) fn alter_domain(&mut self, name: &ObjectName, change: &DomainChange) {
        if self.types.find(name).is_none() {
            let unknown = Type::Domain(Domain::default());
            self.types.insert(name.clone(), None, unknown);
        }
        if let Some(domain) = self.domain_mut(name) {
            domain.alter(&name.name, change);
        }
    }

    pub(super) fn domain_mut(&mut self, name: &ObjectName) -> Option<&mut Domain> {
        match &mut self.types.find_mut(name)?.thing {
            Type::Domain(domain) => Some(domain),
            Type::Plain { .. } => None,
        }
    }

    /// The domains that a type stands for: itself, the one below it, and so on. None of an array.
    fn domains(&self, data_type: &ColumnType) -> impl Iterator<Item = &Domain> {
        // A domain is made after the one below it, so there is an end; a name that is used twice must not hide it.
        const DEEPEST: usize = 32;
        let mut next = self.domain(data_type);
        std::iter::from_fn(move || {
            let domain = next?;
            next = domain.base.as_ref().and_then(|base| self.domain(base));
            Some(domain)
        })
        .take(DEEPEST)
    }

    fn domain(&self, data_type: &ColumnType) -> Option<&Domain> {
        match self.find_type(data_type)? {
            Type::Domain(domain) if !data_type.is_array => Some(domain),
            _ => None,
        }
    }

    /// Whether a type is known to be a domain that checks values, itself or through a domain below it.
    pub(crate) fn is_constrained_domain(&self, data_type: &ColumnType) -> bool {
        self.rejects_nulls(data_type) || {
            let mut domains = self.domains(data_type);
            domains.any(|domain| domain.demands(Demand::Check))
        }
    }

    /// Whether a type is known to be a domain that keeps nulls out.
    pub(crate) fn rejects_nulls(&self, data_type: &ColumnType) -> bool {
        let mut domains = self.domains(data_type);
        domains.any(|domain| domain.demands(Demand::NotNull))
    }

    /// Whether a type is known to be an enum.
    pub(crate) fn is_enum(&self, data_type: &ColumnType) -> bool {
        let found = self.find_type(data_type);
        !data_type.is_array && matches!(found, Some(Type::Plain { is_enum: true, .. }))
    }

    /// Whether a type is known to be a domain.
    pub(crate) fn is_domain(&self, data_type: &ColumnType) -> bool {
        self.domain(data_type).is_some()
    }

    /// The type below all domains; none where it is not known. A type that is no domain is its own.
    pub(crate) fn base_type<'c>(&'c self, data_type: &'c ColumnType) -> Option<&'c ColumnType> {
        match self.domains(data_type).last() {
            Some(last) => last.base.as_ref(),
            None => Some(data_type),
        }
    }

    /// Whether what a type is, is known: one of PostgreSQL's, or one that a file has made.
    pub(crate) fn knows_type(&self, data_type: &ColumnType) -> bool {
        data_type.is_builtin() || self.find_type(data_type).is_some()
    }

    /// The columns that hold values of a type, in alphabetical order of the tables.
    pub(crate) fn holders(&self, data_type: &ObjectName) -> Vec<Holder<'_>> {
        let mut types = vec![(data_type.name.as_str(), Holding::Itself)];
        let mut at = 0;
        while let Some((name, holding)) = types.get(at).copied() {
            at += 1;
            for over in self.parts.to(name) {
                let mut objects = self.types.named(over);
                let found = objects.find_map(|object| object.thing.holding(name, holding));
                if let Some(holding) = found
                    && !types.iter().any(|(known, _)| *known == over)
                {
                    types.push((over, holding));
                }
            }
        }
        let mut holders = Vec::new();
        for (name, holding) in types {
            for table in self.mentions().to_words_of(name) {
                for object in self.relations.named(table) {
                    let Relation::Table(found) = &object.thing else {
                        continue;
                    };
                    holders.extend(found.shape().columns_of(name).map(|(column, data_type)| {
                        Holder {
                            table,
                            column,
                            holding: within(data_type, holding),
                        }
                    }));
                }
            }
        }
        holders.sort_by_key(|holder| (holder.table, holder.column));
        holders
    }

    /// The tables that have columns with values of a type, by name.
    pub(crate) fn tables_with(&self, data_type: &ObjectName) -> Vec<&str> {
        let holders = self.holders(data_type);
        let tables: BTreeSet<&str> = holders.into_iter().map(|holder| holder.table).collect();
        tables.into_iter().collect()
    }

    /// Domains over a type, and composite types with it, follow its name.
    pub(super) fn rename_in_types(&mut self, old: &str, new: &str) {
        let parts: Vec<String> = self.parts.to(old).map(str::to_owned).collect();
        for name in parts {
            let is_over = |thing: &Type| thing.types().any(|own| own.name == old);
            for thing in self.types.named_mut(&name, is_over) {
                for own in thing.types_mut().filter(|own| own.name == old) {
                    own.name = new.to_owned().into();
                }
            }
            self.parts.add(&name, new);
        }
        for object in self.types.named(new) {
            for own in object.thing.types() {
                self.parts.add(new, &own.name);
            }
        }
    }
}

impl Type {
    /// The types that it is made of.
    pub(super) fn types(&self) -> impl Iterator<Item = &ColumnType> {
        let (attributes, base) = match self {
            Self::Plain { attributes, .. } => (attributes.as_slice(), None),
            Self::Domain(domain) => (&[][..], domain.base.as_ref()),
        };
        attributes.iter().chain(base)
    }

    fn types_mut(&mut self) -> impl Iterator<Item = &mut ColumnType> {
        let (attributes, base) = match self {
            Self::Plain { attributes, .. } => (attributes.as_mut_slice(), None),
            Self::Domain(domain) => (&mut [][..], domain.base.as_mut()),
        };
        attributes.iter_mut().chain(base)
    }

    /// How it holds values of the type of this name, of which `holding` says how that holds those in question.
    fn holding(&self, name: &str, holding: Holding) -> Option<Holding> {
        let own = self.types().find(|own| own.name == name)?;
        Some(match self {
            Self::Plain { .. } => Holding::Within,
            Self::Domain(_) => within(own, holding),
        })
    }
}

fn within(data_type: &ColumnType, holding: Holding) -> Holding {
    if data_type.is_array {
        Holding::Within
    } else {
        holding
    }
}
