//! The history: what the table says has been applied.

use std::fmt::Write as _;

use crate::migrations::Checksum;
use crate::session::Row as ReplyRow;
use crate::text;

/// The rows of the history table, in order of version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct History {
    rows: Vec<Row>,
}

/// One applied, baselined or half-done migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) version: i64,
    pub(crate) name: String,
    pub(crate) checksum: Option<Checksum>,
    pub(crate) state: State,
    /// How many statements of a `no-transaction` file are done.
    pub(crate) done: usize,
    /// What a `no-transaction` file that has begun says of [its progress](super::progress).
    pub(crate) progress: Option<String>,
}

/// The life of a history row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// A `no-transaction` file that has begun; or, in a transactional one, the trace of a file that
    /// ended the transaction it ran in.
    Running,
    Applied,
    Baseline,
    /// A `no-transaction` down file that has begun.
    Reverting,
    /// Not applied: a repair has said that it is to be run again, or forgotten. The row keeps the repair's note.
    Retry,
}

impl State {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "running" => Some(Self::Running),
            "applied" => Some(Self::Applied),
            "baseline" => Some(Self::Baseline),
            "reverting" => Some(Self::Reverting),
            "retry" => Some(Self::Retry),
            _ => None,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Applied => "applied",
            Self::Baseline => "baseline",
            Self::Reverting => "reverting",
            Self::Retry => "retry",
        }
    }
}

impl History {
    /// Reads the rows of [`sql::read_history`](super::sql::read_history). They come as the table holds them, which is
    /// nearly always in order.
    pub(crate) fn read<'r>(rows: impl Iterator<Item = &'r ReplyRow>) -> Result<Self, String> {
        let mut history = Self::default();
        for row in rows {
            history.record(Row::read(row)?);
        }
        Ok(history)
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(crate) fn get(&self, version: i64) -> Option<&Row> {
        let at = self.rows.binary_search_by_key(&version, |row| row.version);
        at.ok().and_then(|at| self.rows.get(at))
    }

    /// The newest version of any state.
    pub(crate) fn newest(&self) -> Option<i64> {
        self.rows.last().map(|row| row.version)
    }

    /// The newest version that is applied, in part or as a whole.
    pub(crate) fn newest_applied(&self) -> Option<i64> {
        let newest = self.rows.iter().rev().find(|row| row.counts());
        newest.map(|row| row.version)
    }

    /// Whether it has the same rows, whatever has become of them.
    pub(crate) fn has_versions_of(&self, other: &Self) -> bool {
        let version = |row: &Row| row.version;
        let others = other.rows.iter().map(version);
        self.rows.iter().map(version).eq(others)
    }

    /// Records what this run has just committed.
    pub(crate) fn record(&mut self, row: Row) {
        match self
            .rows
            .binary_search_by_key(&row.version, |row| row.version)
        {
            Ok(at) => {
                if let Some(old) = self.rows.get_mut(at) {
                    *old = row;
                }
            }
            Err(at) => self.rows.insert(at, row),
        }
    }

    /// Forgets what this run has just reverted.
    pub(crate) fn forget(&mut self, version: i64) {
        self.rows.retain(|row| row.version != version);
    }
}

impl Row {
    fn read(row: &ReplyRow) -> Result<Self, String> {
        let read = || {
            let state = State::parse(row.text(3)?)?;
            let begun = matches!(state, State::Running | State::Reverting);
            Some(Self {
                version: row.number(0)?,
                name: text::owned(row.text(1))?,
                checksum: row.text(2).and_then(checksum),
                state,
                done: row.number(4)?,
                progress: text::owned(row.text(5).filter(|_| begun)),
            })
        };
        read().ok_or_else(|| format!("unexpected values in {row:?}"))
    }
}

/// As the server prints a `bytea`, whatever `bytea_output` says: `\x0a5c` or `\012\\`.
fn checksum(printed: &str) -> Option<Checksum> {
    if let Some(digits) = printed.strip_prefix("\\x") {
        return Checksum::from_hex(digits);
    }
    let mut hex = String::new();
    let mut rest = printed.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, after) = match (first, after) {
            (b'\\', [b'\\', after @ ..]) => (b'\\', after),
            (b'\\', [a, b, c, after @ ..]) => {
                let digits = [*a, *b, *c];
                let octal = std::str::from_utf8(&digits).ok()?;
                (u8::from_str_radix(octal, 8).ok()?, after)
            }
            (byte, after) => (*byte, after),
        };
        let _ = write!(hex, "{byte:02x}");
        rest = after;
    }
    Checksum::from_hex(&hex)
}
