//! Reads what `embed_migrations!` wrote: one string of texts and one byte string of records.
//!
//! The layout is documented in `migrate-check/src/pack.rs`, the half that writes it. Reading borrows
//! and allocates nothing. The bytes come from our own macro of the very same version, so a record
//! that ends early cannot happen; if it did, it would read as zeros and empty strings, not panic.

use std::time::Duration;

use crate::migrations::{
    Checksum, Migration, NewIndex, ReindexScope, Script, Statement, StatementKind,
};

/// What is known of all migrations of a packed set together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Summary<'a> {
    pub(crate) count: usize,
    /// The last one's version.
    pub(crate) newest: i64,
    /// The sum of all fingerprints, as the history table has them.
    pub(crate) sum: i128,
    /// The settings that files make by name, each after a comma.
    pub(crate) settings: &'a str,
}

impl<'a> Summary<'a> {
    /// None for a set that holds nothing.
    pub(crate) fn read(index: &'a [u8]) -> Option<Self> {
        (!index.is_empty()).then(|| Index(index).summary())
    }
}

/// The migrations of a packed set, in order of version.
#[derive(Debug, Clone)]
pub(crate) struct Records<'a> {
    text: &'a str,
    index: Index<'a>,
    directory: &'a str,
}

impl<'a> Records<'a> {
    pub(crate) fn new(directory: &'a str, text: &'a str, index: &'a [u8]) -> Self {
        let mut index = Index(index);
        index.summary();
        Self {
            text,
            index,
            directory,
        }
    }

    fn script(&mut self) -> Script<'a> {
        let file = self.index.string();
        let length = self.index.number();
        let (sql, rest) = self
            .text
            .split_at_checked(length)
            .unwrap_or((self.text, ""));
        self.text = rest;
        let checksum = Checksum(self.index.array());
        let [flags] = self.index.array();
        let lines_before = (flags & 4 != 0).then(|| self.index.number());
        let whole_checksum = (flags & 8 != 0).then(|| Checksum(self.index.array()));
        let temporary_tables = (flags & 32 != 0).then(|| self.index.string());
        let lock_timeout = match u32::from_le_bytes(self.index.array()) {
            u32::MAX => None,
            milliseconds => Some(Duration::from_millis(u64::from(milliseconds))),
        };
        let count = self.index.number();
        let statements = Statements {
            sql,
            index: self.index.clone(),
            left: count,
        };
        // The next record starts after the statements, and their length is known only after reading them.
        let mut skipped = statements.clone();
        while skipped.next().is_some() {}
        self.index = skipped.index;
        Script {
            directory: self.directory,
            file,
            sql,
            lines_before,
            checksum,
            whole_checksum,
            transactional: flags & 1 == 0,
            changes_session: flags & 2 != 0,
            flush: flags & 16 != 0,
            temporary_tables,
            lock_timeout,
            statements,
        }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Migration<'a>;

    fn next(&mut self) -> Option<Migration<'a>> {
        if self.index.0.is_empty() {
            return None;
        }
        let version = i64::from_le_bytes(self.index.array());
        let name = self.index.string();
        let [flags] = self.index.array();
        let up = self.script();
        let down = (flags & 1 != 0).then(|| self.script());
        Some(Migration {
            version,
            name,
            out_of_order: flags & 2 != 0,
            up,
            down,
        })
    }
}

/// The statements of one script.
#[derive(Debug, Clone)]
pub(crate) struct Statements<'a> {
    sql: &'a str,
    index: Index<'a>,
    left: usize,
}

impl Statements<'_> {
    pub(crate) fn len(&self) -> usize {
        self.left
    }
}

impl<'a> Iterator for Statements<'a> {
    type Item = Statement<'a>;

    fn next(&mut self) -> Option<Statement<'a>> {
        self.left = self.left.checked_sub(1)?;
        let start = self.index.number();
        let end = self.index.number();
        let [kind] = self.index.array();
        let sql = self.sql.get(start..end).unwrap_or_default();
        let kind = match kind {
            0 => StatementKind::Transactional,
            1 => StatementKind::CreateIndexConcurrently(self.index.new_index(sql)),
            2 => {
                let target = self.index.string();
                let scope = match self.index.array() {
                    [0] => ReindexScope::Index,
                    [1] => ReindexScope::Table,
                    [2] => ReindexScope::Schema,
                    _ => ReindexScope::Database,
                };
                StatementKind::ReindexConcurrently { scope, target }
            }
            3 => StatementKind::DetachConcurrently {
                parent: self.index.string(),
                partition: self.index.string(),
            },
            4 => StatementKind::Repeatable,
            6 => StatementKind::DropIndexConcurrently {
                index: self.index.string(),
            },
            7 => StatementKind::Committing,
            _ => StatementKind::Unrepeatable,
        };
        Some(Statement { start, sql, kind })
    }
}

/// The bytes that are still to be read.
#[derive(Debug, Clone)]
struct Index<'a>(&'a [u8]);

impl<'a> Index<'a> {
    fn array<const N: usize>(&mut self) -> [u8; N] {
        if let Some((bytes, rest)) = self.0.split_first_chunk::<N>() {
            self.0 = rest;
            *bytes
        } else {
            self.0 = &[];
            [0; N]
        }
    }

    fn summary(&mut self) -> Summary<'a> {
        Summary {
            count: self.number(),
            newest: i64::from_le_bytes(self.array()),
            sum: i128::from_le_bytes(self.array()),
            settings: self.string(),
        }
    }

    fn number(&mut self) -> usize {
        usize::try_from(u32::from_le_bytes(self.array())).unwrap_or(usize::MAX)
    }

    /// The rest of a statement `sql` that creates an index.
    fn new_index(&mut self, sql: &'a str) -> NewIndex<'a> {
        let name = self.string();
        let table = self.string();
        let [flags] = self.array();
        NewIndex {
            name,
            table,
            unique: flags & 1 != 0,
            guarded: flags & 2 != 0,
            definition: sql.get(self.number()..).unwrap_or_default(),
        }
    }

    fn string(&mut self) -> &'a str {
        let length = usize::from(u16::from_le_bytes(self.array()));
        let (bytes, rest) = self.0.split_at_checked(length).unwrap_or((self.0, &[]));
        self.0 = rest;
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}
