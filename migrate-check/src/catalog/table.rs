//! A table, as far as the statements so far show it.

use std::cell::OnceCell;

use migrate_sql::ast::{ObjectName, Statement, statements};
use migrate_sql::grammar::parse;
use migrate_sql::scanner::scan;

use super::references::References;
use super::shape::Shape;

/// A table. Its columns are read when they are first asked for: most tables are created and never asked about, and to
/// read the columns of all took a tenth of the build's time.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    /// What it is divided into partitions by, if it is: a column each, or none for an expression.
    pub(super) partition_key: Option<Vec<Option<String>>>,
    /// The partition that takes the rows that fit no other, if one is known.
    pub(super) default_partition: Option<ObjectName>,
    /// The statements about it that are still to be read, each with the table's name at the time.
    texts: Vec<(Box<str>, Box<str>)>,
    shape: OnceCell<Shape>,
}

impl Table {
    /// A table of which nothing is known yet.
    pub(super) fn new(partition_key: Option<Vec<Option<String>>>) -> Self {
        Self {
            partition_key,
            ..Self::default()
        }
    }

    /// Its columns and constraints.
    pub(super) fn shape(&self) -> &Shape {
        self.shape.get_or_init(|| {
            let mut shape = Shape::default();
            for (name, text) in &self.texts {
                read(name, text, &mut shape);
            }
            shape
        })
    }

    /// Adds a statement about it: the one that creates it, or one that alters it.
    pub(super) fn add(&mut self, name: &str, statement: &Statement<'_>) {
        if let Some(shape) = self.shape.get_mut() {
            shape.apply(name, &statement.command);
        } else {
            let text = statement.source.text.get(statement.range());
            self.texts
                .extend(text.map(|text| (name.into(), text.into())));
        }
    }

    /// Adds what its statements mention, under the name that it has now.
    pub(super) fn mention(&self, name: &str, mentions: &mut References) {
        if let Some(shape) = self.shape.get() {
            shape.mention(name, mentions);
        } else {
            for (_, text) in &self.texts {
                mentions.add_words(name, text);
            }
        }
    }

    /// Its columns and constraints, to change them.
    pub(super) fn shape_mut(&mut self) -> Option<&mut Shape> {
        self.shape();
        self.shape.get_mut()
    }
}

/// Reads a statement that was valid when it was kept.
fn read(name: &str, text: &str, shape: &mut Shape) {
    let scanned = scan(text);
    let parsed = parse(text, &scanned.tokens, &scanned.faults);
    for statement in statements(text, &scanned.tokens, &parsed) {
        shape.apply(name, &statement.command);
    }
}
