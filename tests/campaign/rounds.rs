//! The kinds of rounds.

use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use migrate_fixtures::{Database, Failure, Fault, Pooler, Proxy, Server, Stop};

use super::Plan;
use super::random::Random;
use super::starters::Starters;
use super::subject::{Files, Subject};
use crate::apply::{DRIVERS, Driver, apply};

/// What one round has come to.
#[derive(Debug, Default)]
pub(super) struct Round {
    pub(super) seed: u64,
    pub(super) starters: usize,
    pub(super) deaths: usize,
    pub(super) refused: usize,
    pub(super) violations: Vec<String>,
    /// What was drawn.
    pub(super) notes: Vec<String>,
}

/// Starters at work at once where they die.
const FEW: usize = 6;

/// What takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(240);

/// Processes and threads, both drivers, all at once on an empty database; then all of them once more.
pub(super) fn herd(plan: &Plan, server: &Server, seed: u64) -> Round {
    let mut round = Round::of(seed);
    let Some(subject) = round.subject(server, Files::All) else {
        return round;
    };
    let database = server.database();
    let processes = plan.herd / 2;
    let refusals = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let mut starters = Starters::start(
            &mut round,
            &plan.starter,
            subject.root(),
            database.url(),
            processes,
            false,
        );
        for number in processes..plan.herd {
            let (subject, database, refusals) = (&subject, &database, &refusals);
            scope.spawn(move || {
                if let Err(refusal) = apply(&subject.set, &database.url(), driver(number)) {
                    refusals
                        .lock()
                        .map(|mut all| all.push(refusal.to_string()))
                        .ok();
                }
            });
        }
        round.tend(&mut starters, |_, _| {});
    });
    round.starters += plan.herd - processes;
    round
        .violations
        .extend(refusals.into_inner().unwrap_or_default());
    round.violations.extend(subject.differences(&database));
    round.warm(plan, server, &subject, &database);
    round
}

/// Starters killed with SIGKILL and cut off anywhere in a message, each started again.
pub(super) fn kills(plan: &Plan, server: &Server, seed: u64) -> Round {
    let mut round = Round::of(seed);
    let Some(subject) = round.subject(server, Files::All) else {
        return round;
    };
    let database = server.database();
    let proxy = Proxy::start(server);
    let url = database.url_through("postgres", proxy.port());
    let done = || subject.is_complete(&database);
    torment(&mut round, plan, subject.root(), done, &proxy, url, false);
    round.violations.extend(subject.differences(&database));
    round
}

/// The server crashes and recovers in the middle.
pub(super) fn crashes(plan: &Plan, server: &mut Server, seed: u64) -> Round {
    let mut round = Round::of(seed);
    let mut random = Random::new(seed);
    let Some(subject) = round.subject(server, Files::All) else {
        return round;
    };
    let database = server.database();
    let mut starters = Starters::start(
        &mut round,
        &plan.starter,
        subject.root(),
        database.url(),
        FEW,
        false,
    );
    let mut crashes = 3;
    let mut next = Instant::now() + random.milliseconds(200);
    round.tend(&mut starters, |_, violations| {
        if crashes > 0 && Instant::now() > next {
            crashes -= 1;
            if let Err(failure) = server.restart(Stop::Immediate) {
                violations.push(format!("the server does not come back: {failure}"));
            }
            next = Instant::now() + random.milliseconds(400);
        }
    });
    drop(starters);
    round.violations.extend(subject.differences(&database));
    round
}

/// Behind a transaction-pooling `PgBouncer` with few connections: transactional files exactly once;
/// others exactly once, or refused by a starter that names the pooler.
pub(super) fn pooled(plan: &Plan, server: &Server, seed: u64, die: bool) -> Result<Round, Failure> {
    let mut round = Round::of(seed);
    let pooler = Pooler::start(server, 3)?;
    for files in [Files::Transactional, Files::All] {
        let Some(subject) = round.subject(server, files) else {
            return Ok(round);
        };
        let database = server.database();
        let refusable = files == Files::All;
        if die {
            let proxy = Proxy::before(pooler.port())?;
            let url = database.url_through("postgres", proxy.port());
            let done = || subject.is_complete(&database);
            torment(
                &mut round,
                plan,
                subject.root(),
                done,
                &proxy,
                url,
                refusable,
            );
        } else {
            let url = database.url_through("postgres", pooler.port());
            let root = subject.root();
            let mut starters = Starters::start(
                &mut round,
                &plan.starter,
                root,
                url,
                plan.herd / 2,
                refusable,
            );
            round.tend(&mut starters, |_, _| {});
        }
        if refusable && !subject.is_complete(&database) {
            // The way on that the refusal names.
            if let Err(refusal) = apply(&subject.set, &database.url(), Driver::Postgres) {
                round.violations.push(format!("directly: {refusal}"));
            }
        }
        round.violations.extend(subject.differences(&database));
        round.leaks(&database, &pooler);
    }
    Ok(round)
}

/// Kills and cuts at random until the work is done.
pub(super) fn torment(
    round: &mut Round,
    plan: &Plan,
    root: &Path,
    is_complete: impl Fn() -> bool,
    proxy: &Proxy,
    url: String,
    refusable: bool,
) {
    let mut random = Random::new(round.seed);
    let mut starters = Starters::start(round, &plan.starter, root, url, FEW, refusable);
    let mut next = Instant::now() + random.milliseconds(60);
    let mut faults = 0;
    let mut over = false;
    round.tend(&mut starters, |starters, _| {
        if over || Instant::now() < next {
            return;
        }
        next = Instant::now() + random.milliseconds(150);
        faults += 1;
        // A set can be kept from ever being done; and nothing that is swallowed may stay so.
        if faults > 40 || is_complete() {
            over = true;
            proxy.fault(Fault::CutBefore(usize::MAX));
            proxy.cut();
            return;
        }
        match random.below(8) {
            0 | 1 => starters.kill(random.below(FEW)),
            2 => proxy.cut(),
            3 => (0..FEW).for_each(|slot| starters.kill(slot)),
            4 => proxy.fault(Fault::CutBefore(1 + random.below(6))),
            5 => proxy.fault(Fault::CutAfter(1 + random.below(6))),
            6 => proxy.fault(Fault::CutWithin(1 + random.below(6), random.below(400))),
            _ => proxy.fault(Fault::Swallow(1 + random.below(6))),
        }
    });
}

fn driver(number: usize) -> Driver {
    let at = number % DRIVERS.len();
    DRIVERS.get(at).copied().unwrap_or(Driver::Postgres)
}

impl Round {
    pub(super) fn of(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    fn subject(&mut self, server: &Server, files: Files) -> Option<Subject> {
        Subject::new(server, files)
            .map_err(|failure| self.violations.push(failure.to_string()))
            .ok()
    }

    /// Looks after the starters until all have come through, and lets `interfere` run at the same time.
    fn tend<'a>(
        &mut self,
        starters: &mut Starters<'a>,
        mut interfere: impl FnMut(&mut Starters<'a>, &mut Vec<String>),
    ) {
        let patience = Instant::now() + PATIENCE;
        while starters.tend(self) {
            if Instant::now() > patience {
                self.violations.push("starters hang".to_owned());
                return;
            }
            interfere(starters, &mut self.violations);
            thread::sleep(Duration::from_millis(3));
        }
    }

    /// Nothing is pending: each starter needs one round trip.
    fn warm(&mut self, plan: &Plan, server: &Server, subject: &Subject, database: &Database) {
        let proxy = Proxy::start(server);
        let url = database.url_through("postgres", proxy.port());
        thread::scope(|scope| {
            for number in 0..plan.herd {
                let (subject, url) = (&subject, &url);
                scope.spawn(move || apply(&subject.set, url, driver(number)).is_ok());
            }
        });
        let turns = proxy.counts().turns;
        if turns != plan.herd {
            self.violations.push(format!(
                "{} warm starters took {turns} round trips",
                plan.herd
            ));
        }
    }

    /// What the pool's other clients would inherit.
    pub(super) fn leaks(&mut self, database: &Database, pooler: &Pooler) {
        let url = database.url_through("postgres", pooler.port());
        let mut clients = Vec::new();
        // As many transactions at once as the pool has connections: each is reached once.
        for _ in 0..3 {
            let met = postgres::Client::connect(&url, postgres::NoTls).and_then(|mut client| {
                client.batch_execute("BEGIN")?;
                let sql = "SELECT name || ' = ' || setting FROM pg_settings WHERE setting IS DISTINCT FROM reset_val \
                           AND name IN ('lock_timeout', 'statement_timeout', 'transaction_timeout', 'search_path', 'role') \
                           UNION ALL SELECT 'the prepared statement ' || name FROM pg_prepared_statements \
                           UNION ALL SELECT 'an advisory lock' FROM pg_locks \
                           WHERE locktype = 'advisory' AND pid = pg_backend_pid()";
                for message in client.simple_query(sql)? {
                    if let postgres::SimpleQueryMessage::Row(row) = message {
                        let what = row.get(0).unwrap_or_default();
                        self.violations.push(format!("left in the pool: {what}"));
                    }
                }
                clients.push(client);
                Ok(())
            });
            if let Err(error) = met {
                self.violations.push(format!("the pool: {error}"));
            }
        }
    }
}
