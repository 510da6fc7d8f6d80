//! The database: what a message does to it, and what must hold after every one.

use crate::actor::Actor;
use crate::model::{
    APPLIED, Direction, FILES, History, Index, JOURNALED, Kind, Message, Next, Protocol, Reply,
    Row, STATEMENTS, State,
};

/// The database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Database {
    /// The history table is there.
    pub(crate) made: bool,
    pub(crate) history: History,
    /// How often the effect of each file's transactional statements is there.
    pub(crate) effects: [i8; FILES],
    pub(crate) index: Index,
    /// How often the statement that cannot be seen has taken effect.
    pub(crate) unseen: i8,
    /// Another index has the name: to build ours fails.
    pub(crate) name_taken: bool,
    /// To drop the index fails.
    pub(crate) drop_fails: bool,
    /// Whose session has the lock.
    pub(crate) lock: Option<usize>,
}

fn newest(history: &History) -> Option<usize> {
    history.iter().rposition(Option::is_some)
}

/// The rows that a message compares beside the newest version.
fn unsettled(history: &History) -> [Option<Row>; FILES] {
    history.map(|row| row.filter(|row| row.state != State::Applied))
}

impl Database {
    /// What a message does, whole or not at all, and what is said.
    pub(crate) fn receives(
        &mut self,
        protocol: Protocol,
        kind: Kind,
        who: usize,
        actor: &Actor,
        message: Message,
    ) -> Reply {
        let is_locked = protocol.locks && self.lock.is_some_and(|holder| holder != who);
        let is_moved = newest(&self.history) != newest(&actor.basis)
            || protocol.compares_state && unsettled(&self.history) != unsettled(&actor.basis);
        match message {
            Message::Look if !self.made => Reply::NoTable,
            Message::Look => Reply::History(self.history),
            Message::Create
            | Message::Apply(_)
            | Message::Revert(_)
            | Message::Begin(_)
            | Message::Resume(_)
                if is_locked =>
            {
                Reply::Busy
            }
            // There may be one by now.
            Message::Create => {
                self.made = true;
                Reply::History(self.history)
            }
            Message::Apply(_) | Message::Revert(_) | Message::Begin(_) | Message::Resume(_)
                if is_moved =>
            {
                Reply::Moved
            }
            Message::Apply(file) => {
                // The primary key.
                if self.history[file].is_some() {
                    return Reply::Moved;
                }
                self.history[file] = Some(APPLIED);
                self.effects[file] += 1;
                Reply::Done
            }
            Message::Revert(file) => {
                if self.history[file] != Some(APPLIED) {
                    return Reply::Moved;
                }
                self.history[file] = None;
                self.effects[file] -= 1;
                Reply::Done
            }
            Message::Begin(direction) => self.begin(protocol, who, direction),
            Message::Resume(_) => {
                if self.history[JOURNALED] != actor.resumed {
                    return Reply::Moved;
                }
                self.take_lock(protocol, who);
                Reply::Done
            }
            Message::Step(direction) => {
                let moved = self.moves_on(direction, 0);
                if moved == Reply::Done {
                    self.effects[JOURNALED] += match direction {
                        Direction::Up => 1,
                        Direction::Down => -1,
                    };
                }
                moved
            }
            Message::Prepare(_) => Reply::Done,
            Message::Search(_) => Reply::Found {
                there: self.name_taken || self.index != Index::Absent,
                valid: self.name_taken || self.index != Index::Invalid,
                right: !self.name_taken,
            },
            Message::DropInvalid => {
                self.index = Index::Absent;
                Reply::Done
            }
            Message::Mark(direction) => self.notes(direction, Next::Sent),
            Message::Fail(direction) => self.notes(direction, Next::Failed),
            Message::Alone(direction) => self.runs(kind, direction),
            Message::Check => match self.index {
                Index::Right => Reply::Done,
                _ => Reply::Error,
            },
            Message::Advance(direction) => self.moves_on(direction, 1),
            Message::End(direction) => self.ends(direction),
            Message::Leave => {
                self.lock = self.lock.filter(|holder| *holder != who);
                Reply::Done
            }
        }
    }

    fn take_lock(&mut self, protocol: Protocol, who: usize) {
        if protocol.locks {
            self.lock = Some(who);
        }
    }

    fn begin(&mut self, protocol: Protocol, who: usize, direction: Direction) -> Reply {
        let expected = match direction {
            Direction::Up => None,
            Direction::Down => Some(APPLIED),
        };
        if self.history[JOURNALED] != expected {
            return Reply::Moved;
        }
        self.history[JOURNALED] = Some(Row {
            state: state_of(direction),
            done: 0,
            next: Next::Untouched,
        });
        self.take_lock(protocol, who);
        Reply::Done
    }

    /// The journal's row, if it is where it is expected.
    fn journal(&mut self, direction: Direction, done: u8) -> Option<&mut Row> {
        self.history[JOURNALED]
            .as_mut()
            .filter(|row| row.state == state_of(direction) && row.done == done)
    }

    /// A compare-and-set.
    fn moves_on(&mut self, direction: Direction, from: u8) -> Reply {
        let Some(row) = self.journal(direction, from) else {
            return Reply::Moved;
        };
        row.done = from + 1;
        row.next = Next::Untouched;
        Reply::Done
    }

    fn notes(&mut self, direction: Direction, next: Next) -> Reply {
        let Some(row) = self.journal(direction, 1) else {
            return Reply::Moved;
        };
        row.next = next;
        Reply::Done
    }

    fn runs(&mut self, kind: Kind, direction: Direction) -> Reply {
        match (kind, direction) {
            (_, Direction::Down) if self.drop_fails => return Reply::Error,
            (Kind::Index, Direction::Up) => {
                if self.name_taken || self.index != Index::Absent {
                    return Reply::Error;
                }
                self.index = Index::Right;
            }
            (Kind::Index, Direction::Down) => {
                if self.index == Index::Absent {
                    return Reply::Error;
                }
                self.index = Index::Absent;
            }
            (Kind::Unseen, Direction::Up) if self.name_taken => return Reply::Error,
            (Kind::Unseen, Direction::Up) => self.unseen += 1,
            (Kind::Unseen, Direction::Down) => self.unseen -= 1,
        }
        Reply::Done
    }

    fn ends(&mut self, direction: Direction) -> Reply {
        if self.journal(direction, STATEMENTS).is_none() {
            return Reply::Moved;
        }
        self.history[JOURNALED] = match direction {
            Direction::Up => Some(APPLIED),
            Direction::Down => None,
        };
        Reply::Done
    }

    /// What must hold after every message.
    pub(crate) fn breach(&self, kind: Kind) -> Option<&'static str> {
        if self.effects.iter().any(|times| !(0..=1).contains(times))
            || !(0..=1).contains(&self.unseen)
        {
            return Some("something was done twice, or taken back twice");
        }
        let has_built = match kind {
            Kind::Index => self.index == Index::Right,
            Kind::Unseen => self.unseen == 1,
        };
        for (file, row) in self.history.iter().enumerate() {
            let is_there = self.effects[file] == 1;
            let right = match row {
                None => !is_there && (file != JOURNALED || !has_built),
                Some(row) if row.state == State::Applied => {
                    is_there && (file != JOURNALED || has_built)
                }
                Some(row) => is_there == ((row.state == State::Running) == (row.done > 0)),
            };
            if !right {
                return Some(match row {
                    Some(row) if row.state == State::Applied => {
                        "a migration is recorded as applied, and its effect is not there"
                    }
                    Some(_) => "the journal does not say what was done",
                    None => "an effect is there that is not recorded",
                });
            }
        }
        if !self.made && self.history.iter().any(Option::is_some) {
            return Some("a history without a table");
        }
        let settled = |row: &Option<Row>| *row == Some(APPLIED);
        let first_gap = self.history.iter().position(|row| !settled(row));
        if first_gap.is_some_and(|gap| newest(&self.history) > Some(gap)) {
            return Some("a newer migration is applied over one that is half-done or missing");
        }
        None
    }
}

fn state_of(direction: Direction) -> State {
    match direction {
        Direction::Up => State::Running,
        Direction::Down => State::Reverting,
    }
}
