//! An instance: what it sends, and what it makes of the answer.

use crate::model::{
    APPLIED, Direction, FILES, History, JOURNALED, Kind, Message, Next, Protocol, Reply, Row, State,
};

/// How an instance has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum End {
    Done,
    /// A statement of a file has failed.
    Failed,
    /// The history is half-done, or has moved where that counts.
    Refused,
    /// A person has to say whether a statement took effect.
    Undecided,
    /// Its process is gone.
    Dead,
}

/// An instance: what it sends next, and what it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Actor {
    pub(crate) sends: Option<Message>,
    pub(crate) ended: Option<End>,
    /// The history that its plan is made from.
    pub(crate) basis: History,
    /// What the journal said of the next statement when it was resumed.
    pub(crate) resumed: Option<Row>,
    /// How to end once the lock is given back.
    then: Option<End>,
}

impl Actor {
    pub(crate) const NEW: Self = Self {
        sends: Some(Message::Look),
        ended: None,
        basis: [None; FILES],
        resumed: None,
        then: None,
    };

    /// Not started.
    pub(crate) const IDLE: Self = Self {
        sends: None,
        ended: Some(End::Done),
        ..Self::NEW
    };

    fn send(&mut self, message: Message) {
        self.sends = Some(message);
    }

    pub(crate) fn end(&mut self, how: End) {
        self.sends = None;
        self.ended = Some(how);
        // What an instance knows ends with it.
        self.basis = [None; FILES];
        self.resumed = None;
        self.then = None;
    }

    fn leave(&mut self, then: Option<End>) {
        self.then = then;
        self.send(Message::Leave);
    }

    /// What comes next, after the server's answer.
    pub(crate) fn hears(&mut self, protocol: Protocol, kind: Kind, reverts: bool, reply: Reply) {
        let Some(message) = self.sends else { return };
        match (message, reply) {
            (Message::Look, Reply::History(history)) => {
                self.basis = history;
                self.plan(reverts);
            }
            (Message::Look, Reply::NoTable) if reverts => self.end(End::Done),
            (Message::Look, Reply::NoTable) => self.send(Message::Create),
            // Another instance has made it, and more.
            (Message::Create, Reply::History(history)) if history != self.basis => {
                self.send(Message::Look);
            }
            (Message::Create, Reply::History(_)) => self.plan(reverts),
            (Message::Apply(file), Reply::Done) => {
                self.basis[file] = Some(APPLIED);
                self.plan(reverts);
            }
            (Message::Revert(_), Reply::Done) => self.end(End::Done),
            // The instance chose what to revert from the history it saw.
            (Message::Apply(_) | Message::Begin(_) | Message::Resume(_), Reply::Moved)
                if !reverts =>
            {
                self.send(Message::Look);
            }
            (Message::Revert(_) | Message::Begin(_) | Message::Resume(_), Reply::Moved) => {
                self.end(End::Refused);
            }
            // It sleeps, and looks again.
            (
                Message::Create
                | Message::Apply(_)
                | Message::Revert(_)
                | Message::Begin(_)
                | Message::Resume(_),
                Reply::Busy,
            ) => self.send(Message::Look),
            (Message::Begin(direction), Reply::Done) => {
                self.resumed = None;
                self.first_statement(direction, 0);
            }
            (Message::Resume(direction), Reply::Done) => {
                let done = self.resumed.map_or(0, |row| row.done);
                self.first_statement(direction, done);
            }
            (Message::Step(direction), Reply::Done) => self.first_statement(direction, 1),
            (Message::Prepare(direction), Reply::Done) => {
                let lost = self.is_lost(protocol);
                match (kind, direction) {
                    (Kind::Unseen, _) if lost => self.leave(Some(End::Undecided)),
                    // What bears the name is of interest before the first attempt, too.
                    (Kind::Index, Direction::Up) => self.send(Message::Search(direction)),
                    (Kind::Index, Direction::Down) if lost => self.send(Message::Search(direction)),
                    _ => self.mark(protocol, direction),
                }
            }
            (
                Message::Search(direction),
                Reply::Found {
                    there,
                    valid,
                    right,
                },
            ) => self.found(protocol, direction, there, valid, right),
            (Message::DropInvalid, Reply::Done) => self.mark(protocol, Direction::Up),
            (Message::Mark(direction), Reply::Done) => self.send(Message::Alone(direction)),
            (Message::Alone(Direction::Up), Reply::Done) if kind == Kind::Index => {
                self.send(Message::Check);
            }
            (Message::Alone(direction), Reply::Done) => self.send(Message::Advance(direction)),
            (Message::Alone(direction), Reply::Error) if protocol.records_failures => {
                self.send(Message::Fail(direction));
            }
            (Message::Check, Reply::Done) => self.send(Message::Advance(Direction::Up)),
            (Message::Alone(_) | Message::Fail(_) | Message::Step(_) | Message::Check, _) => {
                self.leave(Some(End::Failed));
            }
            (Message::Advance(direction), Reply::Done) => self.send(Message::End(direction)),
            (Message::End(Direction::Up), Reply::Done) => {
                self.basis[JOURNALED] = Some(APPLIED);
                self.leave(None);
            }
            (Message::End(Direction::Down), Reply::Done) => self.leave(Some(End::Done)),
            (Message::Leave, _) => match self.then {
                Some(how) => self.end(how),
                None => self.plan(reverts),
            },
            // Another instance has moved the journal on.
            _ => self.leave(Some(End::Refused)),
        }
    }

    fn plan(&mut self, reverts: bool) {
        self.resumed = None;
        let half = self.basis[JOURNALED].filter(|row| row.state != State::Applied);
        let resumable = if reverts {
            State::Reverting
        } else {
            State::Running
        };
        match half {
            Some(row) if row.state != resumable => return self.end(End::Refused),
            _ => {}
        }
        let direction = if reverts {
            Direction::Down
        } else {
            Direction::Up
        };
        let file = if reverts {
            self.basis.iter().rposition(Option::is_some)
        } else {
            self.basis
                .iter()
                .position(|row| row.is_none_or(|row| row.state == State::Running))
        };
        match file {
            None => self.end(End::Done),
            Some(JOURNALED) => match half {
                Some(row) => {
                    self.resumed = Some(row);
                    self.send(Message::Resume(direction));
                }
                None => self.send(Message::Begin(direction)),
            },
            Some(file) if reverts => self.send(Message::Revert(file)),
            Some(file) => self.send(Message::Apply(file)),
        }
    }

    fn first_statement(&mut self, direction: Direction, done: u8) {
        self.send(match done {
            0 => Message::Step(direction),
            1 => Message::Prepare(direction),
            _ => Message::End(direction),
        });
    }

    /// Whether an earlier run has sent the statement and not learned what became of it.
    fn is_lost(&self, protocol: Protocol) -> bool {
        let at_this = self.resumed.filter(|row| row.done == 1);
        match at_this.map(|row| row.next) {
            Some(Next::Sent) => true,
            // Without the record, whatever was resumed was interrupted.
            Some(Next::Untouched) => !protocol.records_failures,
            _ => false,
        }
    }

    fn found(
        &mut self,
        protocol: Protocol,
        direction: Direction,
        there: bool,
        valid: bool,
        right: bool,
    ) {
        let lost = self.is_lost(protocol);
        let right = right || !protocol.compares_definitions;
        match direction {
            Direction::Up if there && !valid => self.send(Message::DropInvalid),
            Direction::Up if there && lost && right => self.send(Message::Advance(direction)),
            Direction::Up if there && lost => self.leave(Some(End::Refused)),
            Direction::Down if lost && !there => self.send(Message::Advance(direction)),
            _ => self.mark(protocol, direction),
        }
    }

    fn mark(&mut self, protocol: Protocol, direction: Direction) {
        self.send(if protocol.records_failures {
            Message::Mark(direction)
        } else {
            Message::Alone(direction)
        });
    }
}
