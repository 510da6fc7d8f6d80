//! This process's part in the work: a few threads that make, clone and drop databases on one server.
//!
//! ```text
//! test ── request ──▶ stock (one for each template) ◀── copies ── worker
//!      ◀─ delivery ──   waiting tests, ready clones
//! test ── give back ─▶ retired clones ──────────────── drops ──▶ worker
//! ```
//!
//! Tests never talk to the server to get a database; so they need no runtime for it, and a thread that has one may ask.

mod copying;
mod job;
mod lease;
mod owner;
mod preparing;
mod stock;
mod sweeping;
mod worker;

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) use self::lease::Lease;

use self::copying::Strategy;
use self::owner::Presence;
use self::stock::State;
use crate::maintenance::Maintenance;
use crate::name::{Name, Owner};
use crate::promise::{Promise, promise};
use crate::recipe::Recipe;
use crate::server::Server;
use crate::{Error, ErrorKind};

/// How long the last test of a process waits until what it leaves is dropped.
const SETTLE: Duration = Duration::from_secs(30);

/// The databases of this process on one server.
///
/// `CREATE DATABASE` and `DROP DATABASE` wait for the server's checkpointer about half of their time, so that there are more
/// workers than processors: on two, 200 tests with 100 tables took 7.1 s with two workers, 6.4 with four and 5.7 with six.
pub(crate) struct Hub {
    pub(crate) server: Server,
    owner: Owner,
    strategy: Strategy,
    /// How many tests may have a database at once, so that each can connect.
    limit: usize,
    presence: Mutex<Presence>,
    state: Mutex<State>,
    changed: Condvar,
}

/// What becomes of a database that a test is done with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    Drop,
    /// Kept for a look at it, under the name of the test.
    Keep(String),
}

impl Hub {
    /// The one of this process. The first call chooses the server, and may start one.
    pub(crate) fn of_process() -> Result<Arc<Self>, Error> {
        static HUB: OnceLock<Result<Arc<Hub>, Error>> = OnceLock::new();
        HUB.get_or_init(|| {
            // On a thread of its own: a blocking client must not run where an asynchronous runtime does.
            let started = thread::spawn(Self::start).join();
            started.unwrap_or_else(|_| {
                Err(Error::new(
                    ErrorKind::NoServer,
                    "the thread that chooses the server has panicked",
                ))
            })
        })
        .clone()
    }

    fn start() -> Result<Arc<Self>, Error> {
        let server = Server::choose()?;
        let workers = thread::available_parallelism().map_or(2, usize::from);
        let workers = (3 * workers).clamp(4, 8);
        let mut session = Maintenance::new(&server.config);
        let rows = session
            .rows(
                "SELECT current_setting('server_version_num'), current_setting('fsync'), \
                 current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int",
            )
            .map_err(|error| Error::of_server("cannot ask the server for its settings", &error))?;
        let facts: Vec<String> = rows.into_iter().flatten().collect();
        let fact = |place: usize| facts.get(place).map_or("", String::as_str);
        let connections: usize = fact(2).parse().unwrap_or(97);
        let presence = Presence::new(&server.config);
        let hub = Arc::new(Self {
            owner: presence.owner,
            strategy: Strategy::choose(fact(0).parse().unwrap_or_default(), fact(1) == "on"),
            // Two for each test; what is taken by other processes shows when connecting, which then waits.
            limit: (connections.saturating_sub(workers + 2) / 2).max(1),
            presence: Mutex::new(presence),
            state: Mutex::new(State::default()),
            changed: Condvar::new(),
            server,
        });
        let mut sessions = vec![session];
        sessions.resize_with(workers, || Maintenance::new(&hub.server.config));
        for session in sessions {
            let hub = hub.clone();
            thread::spawn(move || worker::work(&hub, session));
        }
        Ok(hub)
    }

    /// Asks for a database. A clone that was made ahead is there at once.
    pub(crate) fn request(self: &Arc<Self>, recipe: Arc<Recipe>) -> Promise<Result<Lease, Error>> {
        let (promise, delivery) = promise();
        let mut state = self.state();
        let stock = state.stock(recipe);
        if let Some(error) = stock.failure() {
            drop(state);
            delivery.deliver(Err(error));
            return promise;
        }
        if let Some(name) = stock.take_ready() {
            state.lent += 1;
            drop(state);
            delivery.deliver(Ok(self.lend(name)));
        } else {
            stock.wait(delivery);
            drop(state);
        }
        self.changed.notify_all();
        promise
    }

    /// Takes a database back. The last one of a process waits until nothing is left of them; another process may go on
    /// with the clones made ahead.
    pub(crate) fn give_back(&self, name: Name, fate: Fate) {
        let mut state = self.state();
        state.lent = state.lent.saturating_sub(1);
        state.give_back(name, fate);
        self.changed.notify_all();
        if worker::is_worker() {
            return;
        }
        let began = Instant::now();
        while state.is_settling() && began.elapsed() < SETTLE {
            let left = SETTLE.saturating_sub(began.elapsed());
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lend(self: &Arc<Self>, name: Name) -> Lease {
        Lease::new(self.clone(), name)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub").finish_non_exhaustive()
    }
}
