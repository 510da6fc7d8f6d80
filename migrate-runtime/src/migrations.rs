//! The embedded list: plain data, made by `embed_migrations!`, read by the engine.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::packed::{Records, Statements, Summary};
use crate::table::HistoryTable;

/// A set of migrations, embedded in the program.
///
/// Made by [`embed_migrations!`](crate::embed_migrations); `const`, so it can live in a `static`:
///
/// ```
/// # use migrate_runtime as migrate;
/// use migrate::Migrations;
///
/// static MIGRATIONS: Migrations = Migrations::empty();
/// assert!(MIGRATIONS.is_empty());
/// ```
///
/// [`run`](Migrations::run) brings a database up to date with every default;
/// [`runner`](Migrations::runner) has the options and the other operations.
#[derive(Debug, Clone)]
pub struct Migrations {
    text: Cow<'static, str>,
    index: Cow<'static, [u8]>,
    directory: Cow<'static, str>,
    table: HistoryTable,
    source: Option<&'static str>,
    /// The settings of the build, as `migrate_check` writes them; empty for the defaults.
    #[cfg_attr(
        not(feature = "directory"),
        expect(dead_code, reason = "only tools read it")
    )]
    pub(crate) settings: &'static str,
}

impl Migrations {
    /// A set that holds nothing: what `embed_migrations!` expands to after an error, and a start for tests.
    pub const fn empty() -> Self {
        Self::embedded("", b"", "migrations", HistoryTable::DEFAULT, None, "")
    }

    /// What the macro expands to.
    pub(crate) const fn embedded(
        text: &'static str,
        index: &'static [u8],
        directory: &'static str,
        table: HistoryTable,
        source: Option<&'static str>,
        settings: &'static str,
    ) -> Self {
        Self {
            text: Cow::Borrowed(text),
            index: Cow::Borrowed(index),
            directory: Cow::Borrowed(directory),
            table,
            source,
            settings,
        }
    }

    /// A set that was packed while the program runs.
    #[cfg(feature = "directory")]
    pub(crate) fn packed(
        text: Cow<'static, str>,
        index: Cow<'static, [u8]>,
        directory: Cow<'static, str>,
        table: HistoryTable,
    ) -> Self {
        Self {
            text,
            index,
            directory,
            table,
            source: None,
            settings: "",
        }
    }

    /// The migrations in order of version.
    pub fn iter(&self) -> MigrationsIter<'_> {
        MigrationsIter(self.records())
    }

    /// How many migrations the set holds.
    pub fn len(&self) -> usize {
        self.summary().map_or(0, |all| all.count)
    }

    /// Whether the set holds no migration.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The migration of that version.
    pub fn get(&self, version: i64) -> Option<Migration<'_>> {
        self.records()
            .find(|migration| migration.version == version)
    }

    /// The directory as it was named when the set was embedded, e.g. `migrations`.
    pub fn directory(&self) -> &str {
        &self.directory
    }

    /// The history table that [`run`](Migrations::run) keeps.
    pub fn table(&self) -> &HistoryTable {
        &self.table
    }

    /// Where the files were when the program was compiled: only in programs with debug assertions.
    pub(crate) fn source(&self) -> Option<&str> {
        self.source
    }

    /// What is known of all of them together, without reading any.
    pub(crate) fn summary(&self) -> Option<Summary<'_>> {
        Summary::read(&self.index)
    }

    pub(crate) fn records(&self) -> Records<'_> {
        Records::new(&self.directory, &self.text, &self.index)
    }
}

impl Default for Migrations {
    fn default() -> Self {
        Self::empty()
    }
}

/// The migrations of a set, in order of version; made by [`Migrations::iter`].
#[derive(Debug, Clone)]
pub struct MigrationsIter<'a>(Records<'a>);

impl<'a> Iterator for MigrationsIter<'a> {
    type Item = Migration<'a>;

    fn next(&mut self) -> Option<Migration<'a>> {
        self.0.next()
    }
}

impl<'a> IntoIterator for &'a Migrations {
    type Item = Migration<'a>;
    type IntoIter = MigrationsIter<'a>;

    fn into_iter(self) -> MigrationsIter<'a> {
        self.iter()
    }
}

/// One migration of a set.
#[derive(Debug, Clone)]
pub struct Migration<'a> {
    pub(crate) version: i64,
    pub(crate) name: &'a str,
    pub(crate) out_of_order: bool,
    pub(crate) up: Script<'a>,
    pub(crate) down: Option<Script<'a>>,
}

impl<'a> Migration<'a> {
    /// The number its file name starts with.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// What its file is called after the version, e.g. `create_users`.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The file that applies it.
    pub fn up(&self) -> &Script<'a> {
        &self.up
    }

    /// The file that reverts it, if there is one.
    pub fn down(&self) -> Option<&Script<'a>> {
        self.down.as_ref()
    }

    /// Whether the file says that it may be applied below the newest applied version.
    pub fn may_run_out_of_order(&self) -> bool {
        self.out_of_order
    }
}

/// One embedded `.sql` file.
#[derive(Clone)]
pub struct Script<'a> {
    pub(crate) directory: &'a str,
    pub(crate) file: &'a str,
    pub(crate) sql: &'a str,
    /// How many lines of the file come before `sql`; None where `sql` is the whole file.
    pub(crate) lines_before: Option<usize>,
    pub(crate) checksum: Checksum,
    /// Of all of `sql`, where `checksum` leaves lines out: earlier releases recorded this one.
    pub(crate) whole_checksum: Option<Checksum>,
    pub(crate) transactional: bool,
    pub(crate) changes_session: bool,
    /// Its commit waits for the disk, wherever in a batch it is.
    pub(crate) flush: bool,
    /// Those that a commit drops (`ON COMMIT DROP`), quoted as SQL, each after a comma.
    pub(crate) temporary_tables: Option<&'a str>,
    pub(crate) lock_timeout: Option<Duration>,
    pub(crate) statements: Statements<'a>,
}

impl<'a> Script<'a> {
    /// The file's name within the directory, e.g. `0002_users.sql`.
    pub fn file(&self) -> &'a str {
        self.file
    }

    /// The file as it is named in messages, e.g. `migrations/0002_users.sql`.
    pub fn path(&self) -> String {
        if self.directory.is_empty() {
            self.file.to_owned()
        } else {
            format!("{}/{}", self.directory.trim_end_matches('/'), self.file)
        }
    }

    /// Its text, with CRLF turned into LF. In a layout whose files hold both directions, the part of the
    /// file that is this one.
    pub fn sql(&self) -> &'a str {
        self.sql
    }

    /// SHA-256 of [`sql`](Script::sql) without the lines of the directives `allow`, `out-of-order` and `flush`, which do not
    /// change what the file does: they can be added to a migration that has been applied.
    pub fn checksum(&self) -> Checksum {
        self.checksum
    }

    /// The names of temporary tables that its commit drops.
    pub(crate) fn temporary_tables(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let names = self.temporary_tables.unwrap_or_default().split(",\"");
        names.filter_map(|name| name.strip_suffix('"'))
    }

    /// Whether `recorded` is the checksum of this text, as this release records it or as earlier ones did.
    pub(crate) fn has_checksum(&self, recorded: Option<Checksum>) -> bool {
        recorded == Some(self.checksum) || recorded.is_some() && recorded == self.whole_checksum
    }

    /// False where the file says `-- migrate: no-transaction`.
    pub fn is_transactional(&self) -> bool {
        self.transactional
    }

    /// Its statements in order.
    pub fn statements(&self) -> impl Iterator<Item = Statement<'a>> + use<'a> {
        self.statements.clone()
    }

    /// How many statements it holds.
    pub fn statement_count(&self) -> usize {
        self.statements.len()
    }
}

impl fmt::Debug for Script<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("file", &self.file)
            .field("bytes", &self.sql.len())
            .field("checksum", &self.checksum)
            .field("transactional", &self.transactional)
            .field("statements", &self.statements.len())
            .finish_non_exhaustive()
    }
}

/// One statement of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement<'a> {
    /// Byte of the file's text at which it starts.
    pub(crate) start: usize,
    pub(crate) sql: &'a str,
    pub(crate) kind: StatementKind<'a>,
}

impl<'a> Statement<'a> {
    /// Its text, without the semicolon.
    pub fn sql(&self) -> &'a str {
        self.sql
    }

    /// The byte of the file's text at which it starts.
    pub fn start(&self) -> usize {
        self.start
    }
}

/// How a statement behaves outside a transaction; the meanings are core's `StatementKind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatementKind<'a> {
    Transactional,
    CreateIndexConcurrently(NewIndex<'a>),
    ReindexConcurrently {
        scope: ReindexScope,
        target: &'a str,
    },
    DetachConcurrently {
        parent: &'a str,
        partition: &'a str,
    },
    Repeatable,
    Unrepeatable,
    DropIndexConcurrently {
        index: &'a str,
    },
    Committing,
}

/// An index that is built concurrently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NewIndex<'a> {
    /// Its name as the catalog has it; its schema is the table's.
    pub(crate) name: &'a str,
    /// The table, quoted as SQL.
    pub(crate) table: &'a str,
    pub(crate) unique: bool,
    /// The statement says `IF NOT EXISTS`.
    pub(crate) guarded: bool,
    /// What follows the table's name in the statement.
    pub(crate) definition: &'a str,
}

/// What a `REINDEX` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReindexScope {
    Index,
    Table,
    Schema,
    Database,
}

/// [`Script::checksum`] of a file. Displays as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Checksum(pub(crate) [u8; 32]);

impl Checksum {
    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 hexadecimal digits.
    pub(crate) fn from_hex(digits: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if digits.len() != 2 * bytes.len() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Two numbers: to format 32 takes ten times as long, for each migration that is applied.
        let (halves, _) = self.0.as_chunks();
        halves
            .iter()
            .try_for_each(|half| write!(f, "{:032x}", u128::from_be_bytes(*half)))
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checksum({self})")
    }
}
