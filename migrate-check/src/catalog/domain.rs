//! Domains.

use migrate_sql::ast::{ColumnType, CreateDomain, Demand, DomainChange, DomainConstraint};

/// A domain.
#[derive(Debug, Clone, Default)]
pub(super) struct Domain {
    /// The type below it; none of a domain that was there before the first file.
    pub(super) base: Option<ColumnType>,
    /// What it demands of values.
    constraints: Vec<DomainConstraint>,
}

impl Domain {
    pub(super) fn new(created: &CreateDomain) -> Self {
        let mut domain = Self {
            base: Some(created.base.clone()),
            constraints: Vec::new(),
        };
        for constraint in &created.constraints {
            domain.add(&created.name.name, constraint.clone());
        }
        domain
    }

    /// Applies an `ALTER DOMAIN` to the domain of this name.
    pub(super) fn alter(&mut self, name: &str, change: &DomainChange) {
        match change {
            DomainChange::Add { constraint, .. } => self.add(name, constraint.clone()),
            DomainChange::DropNotNull => {
                self.constraints
                    .retain(|constraint| constraint.demand != Demand::NotNull);
            }
            DomainChange::DropConstraint(dropped) => {
                self.constraints
                    .retain(|constraint| constraint.name.as_ref() != Some(dropped));
            }
            DomainChange::Validate | DomainChange::Other => {}
        }
    }

    pub(super) fn rename_constraint(&mut self, old: &str, new: &str) {
        for constraint in &mut self.constraints {
            if constraint.name.as_deref() == Some(old) {
                constraint.name = Some(new.to_owned());
            }
        }
    }

    /// Adds a constraint, under the name that PostgreSQL chooses where it has none: `email_check`, `email_check1`.
    fn add(&mut self, domain: &str, mut constraint: DomainConstraint) {
        let kind = match constraint.demand {
            Demand::Check => "check",
            Demand::NotNull => "not_null",
        };
        if constraint.name.is_none() {
            let mut name = format!("{domain}_{kind}");
            let mut number = 0;
            while self.has_constraint(&name) {
                number += 1;
                name = format!("{domain}_{kind}{number}");
            }
            constraint.name = Some(name);
        }
        self.constraints.push(constraint);
    }

    fn has_constraint(&self, name: &str) -> bool {
        let mut constraints = self.constraints.iter();
        constraints.any(|constraint| constraint.name.as_deref() == Some(name))
    }

    pub(super) fn demands(&self, demand: Demand) -> bool {
        let mut constraints = self.constraints.iter();
        constraints.any(|constraint| constraint.demand == demand)
    }
}
