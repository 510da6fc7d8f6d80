//! Every state that the model can reach, with every order of messages, every death and every mistake.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::actor::{Actor, End};
use crate::database::Database;
use crate::model::{
    ACTORS, APPLIED, Direction, Index, Kind, Message, Protocol, REVERTER, State, WHOLE,
};

/// The database and everybody at work on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) actors: [Actor; ACTORS],
    /// How often each may still start.
    starts: [u8; ACTORS],
    /// How many may still die.
    deaths: u8,
    /// Whether somebody died at work: only then may anything be unknown.
    died: bool,
    /// Whether the reason for the failure can still be removed.
    mends: bool,
}

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Event {
    /// The message reaches the server and the answer comes back.
    Message(usize, Message),
    /// The instance or its connection ends before the message arrives.
    DiesBefore(usize, Message),
    /// After the server has done what it says; the answer is lost.
    DiesAfter(usize, Message),
    /// The server ends the statement half-way.
    DiesWithin(usize, Message),
    /// A new process.
    Starts(usize),
    /// A person removes the reason for the failure.
    Mends,
}

/// At which of its messages, counted from 0, an instance dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    Before(usize),
    After(usize),
}

/// What an exploration has come to.
#[derive(Debug)]
pub(crate) struct Explored {
    pub(crate) states: usize,
    /// What must not be, and the shortest way there.
    pub(crate) breach: Option<(&'static str, Vec<Event>)>,
}

impl World {
    /// With the first files applied, as many as `applied` says.
    pub(crate) fn new(applied: usize, mistake: bool, kind: Kind) -> Self {
        let mut database = Database {
            made: true,
            history: [None; 3],
            effects: [0; 3],
            index: Index::Absent,
            unseen: 0,
            name_taken: false,
            drop_fails: false,
            lock: None,
        };
        for file in 0..applied {
            database.history[file] = Some(APPLIED);
            database.effects[file] = 1;
        }
        if applied > 1 {
            match kind {
                Kind::Index => database.index = Index::Right,
                Kind::Unseen => database.unseen = 1,
            }
            database.drop_fails = mistake;
        } else {
            database.name_taken = mistake;
        }
        Self {
            database,
            actors: [Actor::IDLE; ACTORS],
            starts: [2, 1, 2],
            deaths: 1,
            died: false,
            mends: mistake,
        }
    }

    /// Before the first run.
    pub(crate) fn without_a_table(mistake: bool, kind: Kind) -> Self {
        let mut world = Self::new(0, mistake, kind);
        world.database.made = false;
        world
    }

    fn events(&self) -> Vec<Event> {
        let mut events = Vec::new();
        for (who, actor) in self.actors.iter().enumerate() {
            if let Some(message) = actor.sends {
                events.push(Event::Message(who, message));
                if self.deaths > 0 {
                    events.push(Event::DiesBefore(who, message));
                    events.push(Event::DiesAfter(who, message));
                    if message == Message::Alone(Direction::Up) {
                        events.push(Event::DiesWithin(who, message));
                    }
                }
            } else if self.starts[who] > 0 {
                events.push(Event::Starts(who));
            }
        }
        if self.mends {
            events.push(Event::Mends);
        }
        events
    }

    /// The world after it.
    fn after(mut self, protocol: Protocol, kind: Kind, event: Event) -> Self {
        match event {
            Event::Message(who, message) => {
                let actor = self.actors[who];
                let reply = self.database.receives(protocol, kind, who, &actor, message);
                self.actors[who].hears(protocol, kind, who == REVERTER, reply);
            }
            Event::DiesBefore(who, _) => self.dies(who),
            Event::DiesAfter(who, message) => {
                let actor = self.actors[who];
                self.database.receives(protocol, kind, who, &actor, message);
                self.dies(who);
            }
            Event::DiesWithin(who, _) => {
                if kind == Kind::Index
                    && self.database.index == Index::Absent
                    && !self.database.name_taken
                {
                    self.database.index = Index::Invalid;
                }
                self.dies(who);
            }
            Event::Starts(who) => {
                self.starts[who] -= 1;
                self.actors[who] = Actor::NEW;
            }
            Event::Mends => {
                self.mends = false;
                self.database.name_taken = false;
                self.database.drop_fails = false;
            }
        }
        self
    }

    /// One instance from start to end, with no other beside it; and its messages.
    pub(crate) fn runs_alone(
        mut self,
        kind: Kind,
        who: usize,
        death: Option<Death>,
    ) -> (Self, Vec<Message>) {
        let mut sent = Vec::new();
        self.starts = [1; ACTORS];
        self.deaths = 1;
        self = self.after(WHOLE, kind, Event::Starts(who));
        while let Some(message) = self.actors[who].sends {
            let event = match death {
                Some(Death::Before(at)) if at == sent.len() => Event::DiesBefore(who, message),
                Some(Death::After(at)) if at == sent.len() => Event::DiesAfter(who, message),
                _ => Event::Message(who, message),
            };
            sent.push(message);
            self = self.after(WHOLE, kind, event);
        }
        (self, sent)
    }

    /// The database, as a test tells what a real one is like.
    pub(crate) fn told(&self) -> String {
        let mut history = Vec::new();
        let mut effects = Vec::new();
        for (file, row) in self.database.history.iter().enumerate() {
            let version = file + 1;
            history.extend(row.map(|row| match row.state {
                State::Applied => format!("{version} applied"),
                State::Running => format!("{version} running {}", row.done),
                State::Reverting => format!("{version} reverting {}", row.done),
            }));
            if self.database.effects[file] > 0 {
                effects.push(version.to_string());
            }
        }
        format!(
            "history {}; effects {}; index {}",
            history.join(", "),
            effects.join(", "),
            u8::from(self.database.index == Index::Right)
        )
    }

    fn dies(&mut self, who: usize) {
        self.deaths -= 1;
        self.died = true;
        self.actors[who].end(End::Dead);
        // The server rolls back, and gives the session's lock to others.
        self.database.lock = self.database.lock.filter(|holder| *holder != who);
    }

    fn breach(&self, kind: Kind) -> Option<&'static str> {
        if let Some(breach) = self.database.breach(kind) {
            return Some(breach);
        }
        for (who, actor) in self.actors.iter().enumerate() {
            if actor.ended.is_some() && self.database.lock == Some(who) {
                return Some("a lock outlives its instance");
            }
            if actor.ended == Some(End::Undecided) && !self.died {
                return Some("a person is asked where nothing was lost");
            }
        }
        None
    }
}

/// Visits every state there is, in order of the number of steps to it.
pub(crate) fn explore(protocol: Protocol, kind: Kind, start: World) -> Explored {
    let mut numbers: HashMap<World, usize, BuildHasherDefault<Fold>> = HashMap::default();
    let mut worlds = vec![(start, None)];
    numbers.insert(start, 0);
    let mut at = 0;
    while let Some((world, _)) = worlds.get(at).copied() {
        if let Some(breach) = world.breach(kind) {
            return Explored {
                states: worlds.len(),
                breach: Some((breach, way_to(&worlds, at))),
            };
        }
        for event in world.events() {
            let next = world.after(protocol, kind, event);
            numbers.entry(next).or_insert_with(|| {
                worlds.push((next, Some((at, event))));
                worlds.len() - 1
            });
        }
        at += 1;
    }
    Explored {
        states: worlds.len(),
        breach: None,
    }
}

fn way_to(worlds: &[(World, Option<(usize, Event)>)], mut at: usize) -> Vec<Event> {
    let mut way = Vec::new();
    while let Some((before, event)) = worlds[at].1 {
        way.push(event);
        at = before;
    }
    way.reverse();
    way
}

/// The standard library's hasher takes most of the time where nothing is optimised.
#[derive(Default)]
struct Fold(u64);

impl Fold {
    fn fold(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for Fold {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.fold(u64::from(*byte));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.fold(value.into());
    }

    fn write_i8(&mut self, value: i8) {
        self.fold(value.cast_unsigned().into());
    }

    fn write_usize(&mut self, value: usize) {
        self.fold(value as u64);
    }

    fn write_isize(&mut self, value: isize) {
        self.fold(value.cast_unsigned() as u64);
    }
}
