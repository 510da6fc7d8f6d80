//! A validated migration, and what the runtime has to know of it.

mod behaviour;
mod class;
mod classification;
mod lock;
mod options;
mod procedures;
mod reindex;
mod session_state;
mod subscription;
pub(crate) mod transaction_state;

use std::ops::Range;
use std::time::Duration;

pub(crate) use self::behaviour::Behaviour;
pub(crate) use self::class::Class;
pub use self::lock::{Lock, LockMode};
pub(crate) use self::procedures::Procedures;
use crate::files::Checksum;

/// One version: the file that applies it and, where there is one, the file that reverts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// The number before the name; at least 0.
    pub version: i64,
    /// What is between the number and the ending, e.g. `create_users`. May be empty.
    pub name: String,
    /// The file that applies it.
    pub up: Script,
    /// The `.down.sql` file, if any.
    pub down: Option<Script>,
    /// The file says `-- migrate: out-of-order`: it may be applied below the newest applied version.
    pub out_of_order: bool,
}

/// One `.sql` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// File name within the directory, e.g. `0002_users.sql`.
    pub file: String,
    /// The text as embedded: CRLF turned into LF, otherwise the file's bytes.
    pub text: String,
    /// In a layout whose files hold both directions, `text` is a part of the file: how many lines
    /// stand before it. None where it is the whole file.
    pub lines_before: Option<usize>,
    /// SHA-256 of `text` without the lines of the directives `allow`, `out-of-order` and `flush`.
    pub checksum: Checksum,
    /// SHA-256 of all of `text`, if that is another one: earlier releases recorded it.
    pub whole_checksum: Option<Checksum>,
    /// Whether the file runs inside one transaction.
    pub transaction: Transaction,
    /// `-- migrate: lock-timeout …`: in place of the runner's own.
    pub lock_timeout: Option<Duration>,
    /// `-- migrate: flush`: the file is on disk before the next begins.
    pub flush: bool,
    /// The file may change a setting that outlives its transaction (`SET` without `LOCAL`,
    /// `set_config`, a body that might): the runtime then compares settings and puts them back.
    pub changes_session: bool,
    /// The statements in order. Empty ones (`;;`) and comments are no statements.
    pub statements: Vec<Statement>,
}

/// Whether the tool runs a file inside a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transaction {
    /// The default: the file and its history row commit together.
    #[default]
    Single,
    /// `-- migrate: no-transaction`: statement by statement, with a journal.
    None,
}

/// One statement of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Bytes of the text, from its first token to its last, without the semicolon.
    pub range: Range<usize>,
    /// What the runtime has to do to run it outside a transaction, and to run it again.
    pub kind: StatementKind,
    /// The strongest lock it takes on a table that other sessions use, of those that shut out writers or everybody and
    /// last until the transaction ends; of `DROP TABLE`, one for each table.
    pub locks: Vec<Lock>,
}

/// How a statement behaves outside a transaction, when a killed run meets it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementKind {
    /// It may run inside a transaction, so it commits together with its journal entry.
    Transactional,
    /// `CREATE INDEX CONCURRENTLY`: interrupted, it leaves an invalid index to drop and build again.
    CreateIndexConcurrently {
        /// The index's name as the catalog has it, not quoted. Its schema is the table's.
        index: String,
        /// The table, quoted as SQL.
        table: String,
        /// `UNIQUE`.
        unique: bool,
        /// `IF NOT EXISTS`.
        guarded: bool,
        /// The byte of the statement at which the index's definition begins: what follows the table's name.
        definition: usize,
    },
    /// `REINDEX … CONCURRENTLY`: interrupted, it leaves an invalid `…_ccnew` or `…_ccold` index beside each
    /// index that it was at.
    ReindexConcurrently {
        /// What kind of thing `target` names.
        scope: ReindexScope,
        /// What it names, quoted as SQL; empty for the database.
        target: String,
    },
    /// `ALTER TABLE … DETACH PARTITION … CONCURRENTLY`: interrupted, it wants `FINALIZE`.
    DetachConcurrently {
        /// The partitioned table, quoted as SQL.
        parent: String,
        /// The partition, quoted as SQL.
        partition: String,
    },
    /// It refuses a transaction block and can simply be run again (`VACUUM`, `ALTER SYSTEM`).
    Repeatable,
    /// It refuses a transaction block, and running it twice fails or does something else the second
    /// time (`CREATE DATABASE`): an interrupted run stops and asks.
    Unrepeatable,
    /// `DROP INDEX CONCURRENTLY`, with `IF EXISTS` or without: interrupted, the index that it was about to
    /// drop is there or is gone.
    DropIndexConcurrently {
        /// The index's name, quoted as SQL.
        index: String,
    },
    /// It commits while it runs (a `DO` block with `COMMIT`, a `CALL` of a procedure of the set that has one, or a statement under
    /// `-- migrate: alone`), so even a
    /// failure may leave changes behind. Otherwise like [`Unrepeatable`](Self::Unrepeatable).
    Committing,
}

/// What a `REINDEX` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReindexScope {
    /// An index, partitioned or not.
    Index,
    /// A table, partitioned or not, with its TOAST table.
    Table,
    /// Every table of a schema.
    Schema,
    /// Every table of the database.
    Database,
}
