//! A relation and what is known of its parts.

use std::rc::Rc;

use super::by_name::ByName;

/// The index of a relation, or of a type: what is dropped keeps its place.
pub(super) type Id = usize;

/// Whether something that is known by name is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Maybe,
    Sure,
}

/// Where a statement is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: Rc<str>,
    pub(super) line: usize,
}

/// What kind of relation it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Table,
    Partitioned,
    ForeignTable,
    View,
    MaterializedView,
    Sequence,
    Index,
}

/// What may be there beyond what is known of a table, a bit each.
pub(super) mod open {
    pub(in crate::resolve) const COLUMNS: u8 = 1;
    pub(in crate::resolve) const CONSTRAINTS: u8 = 2;
    pub(in crate::resolve) const TRIGGERS: u8 = 4;
    pub(in crate::resolve) const POLICIES: u8 = 8;
    pub(in crate::resolve) const KIND: u8 = 16;
    pub(in crate::resolve) const ALL: u8 = 31;
}

#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) presence: Presence,
    /// Its type, where files made that.
    pub(super) data_type: Option<Id>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConstraintKind {
    Check,
    Unique,
    Primary,
    Exclude,
    Foreign,
}

#[derive(Debug, Clone)]
pub(super) struct Constraint {
    pub(super) presence: Presence,
    pub(super) kind: ConstraintKind,
    pub(super) columns: Vec<String>,
    /// The index that enforces it.
    pub(super) index: Option<Id>,
    /// The table that a foreign key refers to, and the columns there; none for its primary key.
    pub(super) target: Option<Id>,
    pub(super) target_columns: Vec<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Relation {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) presence: Presence,
    pub(super) open: u8,
    pub(super) columns: ByName<Column>,
    pub(super) constraints: ByName<Constraint>,
    pub(super) triggers: ByName<Presence>,
    pub(super) policies: ByName<Presence>,
    /// Its indexes, and the sequences that belong to its columns.
    pub(super) owned: Vec<Id>,
    /// The table of an index or a sequence, and the columns there; none where they are not all known.
    pub(super) table: Option<Id>,
    pub(super) key: Option<Vec<String>>,
    pub(super) is_unique: bool,
    /// Whether a constraint owns this index.
    pub(super) has_constraint: bool,
    /// The tables with foreign keys to this one, the views over it, its partitions and heirs.
    pub(super) referenced_by: Vec<Id>,
    pub(super) views: Vec<Id>,
    pub(super) children: Vec<Id>,
    pub(super) is_temporary: bool,
    pub(super) made: Place,
}

impl Relation {
    pub(super) fn new(schema: String, name: String, kind: Kind, made: Place) -> Self {
        Self {
            schema,
            name,
            kind,
            presence: Presence::Sure,
            open: 0,
            columns: ByName::default(),
            constraints: ByName::default(),
            triggers: ByName::default(),
            policies: ByName::default(),
            owned: Vec::new(),
            table: None,
            key: None,
            is_unique: false,
            has_constraint: false,
            referenced_by: Vec::new(),
            views: Vec::new(),
            children: Vec::new(),
            is_temporary: false,
            made,
        }
    }

    pub(super) const fn is_open(&self, part: u8) -> bool {
        self.open & part != 0
    }

    /// It may be gone, and any part of it.
    pub(super) fn soften(&mut self) {
        self.presence = Presence::Maybe;
        for column in self.columns.values_mut() {
            column.presence = Presence::Maybe;
        }
        self.soften_parts();
    }

    pub(super) const fn parts(&self, part: Part) -> &ByName<Presence> {
        match part {
            Part::Trigger => &self.triggers,
            Part::Policy => &self.policies,
        }
    }

    pub(super) const fn parts_mut(&mut self, part: Part) -> &mut ByName<Presence> {
        match part {
            Part::Trigger => &mut self.triggers,
            Part::Policy => &mut self.policies,
        }
    }

    /// Any part of it but its columns may be gone.
    pub(super) fn soften_parts(&mut self) {
        for constraint in self.constraints.values_mut() {
            constraint.presence = Presence::Maybe;
        }
        self.soften_hooks();
    }

    /// Its triggers and policies may be gone.
    pub(super) fn soften_hooks(&mut self) {
        for part in self.triggers.values_mut().chain(self.policies.values_mut()) {
            *part = Presence::Maybe;
        }
    }

    /// A column is gone, and the constraints that name it; one whose columns are not known may be gone with it.
    pub(super) fn lose_column(&mut self, column: &str) {
        self.columns.remove(column);
        let mut gone = Vec::new();
        for (name, constraint) in self.constraints.iter_mut() {
            if constraint.columns.is_empty() {
                constraint.presence = Presence::Maybe;
            } else if constraint.columns.iter().any(|known| known == column) {
                gone.push(name.clone());
            }
        }
        for name in &gone {
            self.constraints.remove(name);
        }
    }

    /// Its triggers may be gone.
    pub(super) fn soften_triggers(&mut self) {
        for trigger in self.triggers.values_mut() {
            *trigger = Presence::Maybe;
        }
    }

    /// Whether its columns are those that statements give it: an index and a sequence have others.
    pub(super) const fn has_own_columns(&self) -> bool {
        !matches!(self.kind, Kind::Index | Kind::Sequence)
    }

    /// Whether each of its known columns is surely there.
    pub(super) fn is_sure_of_columns(&self) -> bool {
        let mut columns = self.columns.values();
        columns.all(|column| column.presence == Presence::Sure)
    }

    pub(super) const fn is_table(&self) -> bool {
        matches!(
            self.kind,
            Kind::Table | Kind::Partitioned | Kind::ForeignTable
        )
    }
}

/// What belongs to a table and has a name there, beside columns and constraints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Trigger,
    Policy,
}
