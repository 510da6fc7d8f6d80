//! The progress of a `no-transaction` file as its history row keeps it: the finished statements, by a digest of their
//! text, and the state of the next one.
//!
//! A row says so in `xid`, which files in a transaction use for the number of theirs:
//!
//! | `xid` | the statement after the finished ones |
//! |---|---|
//! | `idle <finished>` | was not sent, or has a transaction to itself |
//! | `sent <finished> <statement> <before>` | was sent; what became of it was never recorded |
//! | `failed <finished> <statement> <before>` | was sent, and the server reported that it failed |
//!
//! `<finished>` is the digest of the finished statements, `<statement>` that of those and the next, and
//! `<before>` lists the oids of what [`sql::mark`](super::sql::mark) found before it was sent.

use super::history::Row;
use crate::migrations::Script;

/// Where an earlier run of a `no-transaction` file has stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resume {
    /// How many statements are finished.
    pub(crate) done: usize,
    /// What the row says, word for word: another text means that another instance has advanced it.
    pub(crate) progress: String,
    /// What is known of the next statement.
    pub(crate) next: Next,
}

/// What is known of the statement after the finished ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// It has had no effect.
    Untouched,
    /// It failed. The oids of what was there before.
    Failed(Vec<String>),
    /// Whether it took effect is not known. The oids of what was there before, where that was recorded.
    Sent(Option<Vec<String>>),
}

impl Resume {
    /// None where the finished statements are not those of `script`, or where it is open what became of a
    /// statement that `script` does not have. `unchanged`: nothing speaks against the whole text's being the
    /// one that was begun; it decides where the row says nothing.
    pub(crate) fn of(script: &Script<'_>, row: &Row, unchanged: bool) -> Option<Self> {
        let progress = row.progress.clone().unwrap_or_default();
        let mut words = progress.split(' ');
        let (state, finished) = (words.next(), words.next());
        let fits = finished == Some(digest(script, row.done).as_str());
        let statement = words.next();
        let before = |words: &str| {
            let oids = words.split(',').filter(|oid| !oid.is_empty());
            oids.map(str::to_owned).collect()
        };
        let before = words.next().map(before);
        let next = match state {
            Some("idle") if fits => Next::Untouched,
            Some("failed") if fits => Next::Failed(before.unwrap_or_default()),
            Some("sent") if fits && statement == Some(digest(script, row.done + 1).as_str()) => {
                Next::Sent(Some(before.unwrap_or_default()))
            }
            Some("idle" | "failed" | "sent") => return None,
            // Earlier versions have not recorded it.
            _ if unchanged => Next::Sent(None),
            _ => return None,
        };
        let done = row.done;
        Some(Self {
            done,
            progress,
            next,
        })
    }
}

/// Of the first statements of a script: 64-bit FNV-1a over their text, each ended by a NUL, which no SQL holds.
/// It tells an edit from none; nothing has to be kept from people who forge one.
pub(crate) fn digest(script: &Script<'_>, count: usize) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for statement in script.statements().take(count) {
        for byte in statement.sql.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
