//! The protocol of history and journal as a state machine: what the messages of an instance do to the database, one
//! step each, and what the instance does next.
//!
//! Three migrations: the first and the third run in a transaction; the second does not, and has a statement that
//! commits together with its journal entry, and one that refuses a transaction. All three can be reverted. The history
//! table may have to be made first.

/// How the protocol is kept. Everything is true in the engine; a test takes one away and asks for the harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a part that a test takes out"
)]
pub(crate) struct Protocol {
    /// Each message compares every unsettled row with the plan's, and not the newest version alone.
    pub(crate) compares_state: bool,
    /// The journal tells a statement that failed from one whose answer was lost.
    pub(crate) records_failures: bool,
    /// What is looked for before a statement is repeated is compared with what the statement makes.
    pub(crate) compares_definitions: bool,
    /// The journal of a file is under a lock.
    pub(crate) locks: bool,
}

/// As the engine keeps it.
pub(crate) const WHOLE: Protocol = Protocol {
    compares_state: true,
    records_failures: true,
    compares_definitions: true,
    locks: true,
};

pub(crate) const ACTORS: usize = 3;
/// The last of them reverts.
pub(crate) const REVERTER: usize = 2;
/// The file without a transaction.
pub(crate) const JOURNALED: usize = 1;
pub(crate) const FILES: usize = 3;
pub(crate) const STATEMENTS: u8 = 2;

/// The state of a history row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum State {
    Running,
    Applied,
    Reverting,
}

/// What the journal says of the statement that comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Next {
    Untouched,
    Sent,
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Row {
    pub(crate) state: State,
    pub(crate) done: u8,
    pub(crate) next: Next,
}

pub(crate) type History = [Option<Row>; FILES];

/// The statement that refuses a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// It builds an index, which can be looked for.
    Index,
    /// What it does cannot be seen.
    Unseen,
}

/// What bears the index's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Index {
    Absent,
    Right,
    Invalid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    Up,
    Down,
}

/// A message to the server. `usize`: which file, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Message {
    Look,
    /// Makes the history table, and reads what is in it.
    Create,
    Apply(usize),
    Revert(usize),
    Begin(Direction),
    Resume(Direction),
    /// A statement that commits with its entry.
    Step(Direction),
    /// The timeouts go, and the lock is looked for.
    Prepare(Direction),
    Search(Direction),
    DropInvalid,
    Mark(Direction),
    /// The statement that refuses a transaction.
    Alone(Direction),
    Fail(Direction),
    /// Whether the index is valid.
    Check,
    Advance(Direction),
    End(Direction),
    Leave,
}

/// What the server says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Reply {
    Done,
    History(History),
    NoTable,
    Busy,
    Moved,
    Error,
    /// What bears the name, and whether it is what the statement makes.
    Found {
        there: bool,
        valid: bool,
        right: bool,
    },
}

pub(crate) const APPLIED: Row = Row {
    state: State::Applied,
    done: 0,
    next: Next::Untouched,
};
