//! Validated migrations -> two literals: all texts in one string, everything else in one byte string.
//!
//! A thousand migrations as a thousand struct expressions cost the compiler several times what two
//! literals cost (`migrate-macros/src/expand/mod.rs` has the figures), and the runtime reads the packed form without
//! allocating, so that is what the macro emits. `migrate-runtime/src/packed.rs` is the other half;
//! the two crates are pinned to the same version, and `tests/` checks that one reads what the other
//! writes.
//!
//! All numbers are little-endian. A *string* is a `u16` length and UTF-8 bytes. The index of no
//! migrations is empty; any other begins with what is to be known of them together:
//!
//! | field | type | |
//! |---|---|---|
//! | count | u32 | how many migrations |
//! | newest | i64 | the last one's version |
//! | sum | i128 | of all fingerprints |
//! | settings | string | those that the files make by name, each after a comma |
//!
//! A fingerprint is an i64: the first 4 bytes of the checksum of a migration's up script, big-endian, times its version
//! modulo 2,147,483,647, plus one. The history table has the same of each row, so a server can say in one
//! row that thousands of migrations are applied as embedded. What follows is one record a migration, in order of
//! version:
//!
//! | field | type | |
//! |---|---|---|
//! | version | i64 | |
//! | name | string | |
//! | flags | u8 | 1: has a down script; 2: may be applied out of order |
//! | up, then down if flagged | script | |
//!
//! and a script is:
//!
//! | field | type | |
//! |---|---|---|
//! | file | string | file name within the directory |
//! | length | u32 | bytes of its text; texts lie one after the other in the order of the records |
//! | checksum | 32 bytes | SHA-256 of its text without the lines of `allow`, `out-of-order` and `flush` directives |
//! | flags | u8 | 1: no transaction; 2: may change session settings; 4: a part of its file; 8: has such lines; 16: asks for a flush of its own; 32: makes temporary tables that its commit drops |
//! | lines before | u32 | only with flag 4: lines of the file before the part |
//! | whole checksum | 32 bytes | only with flag 8: SHA-256 of all of its text, which earlier releases recorded |
//! | temporary tables | string | only with flag 32: quoted as SQL, each after a comma |
//! | lock timeout | u32 | milliseconds; `u32::MAX` where the file sets none |
//! | statements | u32 | how many statements follow |
//! | each statement | u32, u32, u8 | start, end, kind: 0 to 7 in the order of [`StatementKind`] |
//! | the kind's names | strings | one for kinds 2 and 6, two for kinds 1 and 3, none for the others |
//! | more of kind 1 | u8, u32 | 1: unique; 2: `IF NOT EXISTS`; where the definition begins in the statement |
//! | more of kind 2 | u8 | 0 to 3 in the order of [`ReindexScope`](crate::migration::ReindexScope) |

use std::collections::BTreeSet;

use crate::migration::{Migration, Script, StatementKind, Transaction, transaction_state};

/// What the macro emits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Packed {
    /// All scripts' texts, up before down, in order of version.
    pub text: String,
    /// The records described in the module's documentation.
    pub index: Vec<u8>,
}

/// Stands for "no lock timeout of its own".
const NO_LOCK_TIMEOUT: u32 = u32::MAX;

/// Of one migration, as the history table has it of a row.
fn fingerprint(migration: &Migration) -> i64 {
    let first = migration.up.checksum.as_bytes().first_chunk();
    let first = u32::from_be_bytes(first.copied().unwrap_or_default());
    i64::from(first) * (migration.version % i64::from(i32::MAX) + 1)
}

/// Names, each after a comma; as many as a *string* has room for.
fn list(names: BTreeSet<String>) -> String {
    let mut list = String::new();
    for name in names {
        if list.len() + name.len() < usize::from(u16::MAX) {
            list.push(',');
            list.push_str(&name);
        }
    }
    list
}

/// Packs migrations that are in order of version.
pub fn pack(migrations: &[Migration]) -> Packed {
    let mut packed = Packed::default();
    packed.summary(migrations);
    for migration in migrations {
        let has_down = u8::from(migration.down.is_some());
        let out_of_order = u8::from(migration.out_of_order) << 1;
        packed
            .index
            .extend_from_slice(&migration.version.to_le_bytes());
        packed.string(&migration.name);
        packed.index.push(has_down | out_of_order);
        packed.script(&migration.up);
        if let Some(down) = &migration.down {
            packed.script(down);
        }
    }
    packed
}

impl Packed {
    fn summary(&mut self, migrations: &[Migration]) {
        let Some(newest) = migrations.last() else {
            return;
        };
        let mut sum = 0;
        let mut names = BTreeSet::new();
        for migration in migrations {
            sum += i128::from(fingerprint(migration));
            for script in [Some(&migration.up), migration.down.as_ref()]
                .into_iter()
                .flatten()
            {
                names.extend(transaction_state::settings(&script.text));
            }
        }
        self.number(migrations.len());
        self.index.extend_from_slice(&newest.version.to_le_bytes());
        self.index.extend_from_slice(&sum.to_le_bytes());
        self.string(&list(names));
    }

    fn script(&mut self, script: &Script) {
        self.text.push_str(&script.text);
        self.string(&script.file);
        self.number(script.text.len());
        self.index.extend_from_slice(script.checksum.as_bytes());
        let no_transaction = u8::from(script.transaction == Transaction::None);
        let changes_session = u8::from(script.changes_session) << 1;
        let part = u8::from(script.lines_before.is_some()) << 2;
        let whole = u8::from(script.whole_checksum.is_some()) << 3;
        let flush = u8::from(script.flush) << 4;
        let tables = list(transaction_state::temporary_tables(&script.text));
        let temporary = u8::from(!tables.is_empty()) << 5;
        self.index
            .push(no_transaction | changes_session | part | whole | flush | temporary);
        if let Some(lines) = script.lines_before {
            self.number(lines);
        }
        if let Some(checksum) = script.whole_checksum {
            self.index.extend_from_slice(checksum.as_bytes());
        }
        if !tables.is_empty() {
            self.string(&tables);
        }
        let lock_timeout = script.lock_timeout.map_or(NO_LOCK_TIMEOUT, |timeout| {
            u32::try_from(timeout.as_millis()).unwrap_or(NO_LOCK_TIMEOUT - 1)
        });
        self.index.extend_from_slice(&lock_timeout.to_le_bytes());
        self.number(script.statements.len());
        for statement in &script.statements {
            self.number(statement.range.start);
            self.number(statement.range.end);
            self.kind(&statement.kind);
        }
    }

    fn kind(&mut self, kind: &StatementKind) {
        let (code, names): (u8, &[&String]) = match kind {
            StatementKind::Transactional => (0, &[]),
            StatementKind::CreateIndexConcurrently { index, table, .. } => (1, &[index, table]),
            StatementKind::ReindexConcurrently { target, .. } => (2, &[target]),
            StatementKind::DetachConcurrently { parent, partition } => (3, &[parent, partition]),
            StatementKind::Repeatable => (4, &[]),
            StatementKind::Unrepeatable => (5, &[]),
            StatementKind::DropIndexConcurrently { index } => (6, &[index]),
            StatementKind::Committing => (7, &[]),
        };
        self.index.push(code);
        for name in names {
            self.string(name);
        }
        match kind {
            StatementKind::CreateIndexConcurrently {
                unique,
                guarded,
                definition,
                ..
            } => {
                self.index.push(u8::from(*unique) | u8::from(*guarded) << 1);
                self.number(*definition);
            }
            StatementKind::ReindexConcurrently { scope, .. } => self.index.push(*scope as u8),
            _ => {}
        }
    }

    /// File names, versions and identifiers are far below 64 KiB; a longer one loses its end.
    fn string(&mut self, text: &str) {
        let mut length = text.len().min(usize::from(u16::MAX));
        while !text.is_char_boundary(length) {
            length -= 1;
        }
        let bytes = text.as_bytes().get(..length).unwrap_or_default();
        let length = u16::try_from(length).unwrap_or_default();
        self.index.extend_from_slice(&length.to_le_bytes());
        self.index.extend_from_slice(bytes);
    }

    /// Files of more than 1 GiB are not read, so nothing is lost here.
    fn number(&mut self, number: usize) {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        self.index.extend_from_slice(&number.to_le_bytes());
    }
}
