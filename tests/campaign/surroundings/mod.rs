//! What a database can be like when a program starts: the table that the campaign draws from.
//!
//! Random herds vary faults and the moment; what breaks a promise more often is what is set for a database, what other
//! people have put into it, who may do what, and what was wrong in a file. Each row of [`SURROUNDINGS`] is one such
//! surrounding, with what is done in it, what may be refused there, and how the truth is told.

mod beside;
mod crashes;
mod files;
mod herds;
mod instance;
mod interrupted;
mod mistakes;
mod place;
mod poolers;
mod proxies;
mod roles;
mod sets;
pub mod settings;
mod stage;
mod strangers;
mod waits;

use std::time::Duration;

use migrate_fixtures::{Installation, Options, Server, Wanted};

use super::Plan;
use super::random::Random;
use super::rounds::Round;

/// One row: a way in which a database differs from a new one, or a run from an undisturbed one.
#[derive(Debug)]
pub struct Surrounding {
    /// Its name in the campaign's table.
    pub name: &'static str,
    /// How it is set up.
    pub setup: &'static str,
    /// What may be refused there.
    pub refused: &'static str,
    /// How the truth is told.
    pub truth: &'static str,
    play: Play,
}

/// What is done there; an error is a violation.
type Play = fn(&mut Scene<'_>) -> Result<(), String>;

/// What a round is given.
pub(super) struct Scene<'a> {
    pub(super) plan: &'a Plan,
    pub(super) server: &'a Server,
    pub(super) random: Random,
    pub(super) round: &'a mut Round,
}

impl Scene<'_> {
    pub(super) fn violation(&mut self, text: impl Into<String>) {
        self.round.violations.push(text.into());
    }

    pub(super) fn violations(&mut self, all: Vec<String>) {
        self.round.violations.extend(all);
    }

    pub(super) fn chance(&mut self, of: usize) -> bool {
        self.random.below(of) == 0
    }
}

const NOTHING: &str = "nothing";
const PSQL: &str = "objects, definitions, owners and rows as psql makes them of the same files in an ordinary database";

/// All of them. A new one comes last: a seed says by its remainder which of them it is for.
pub const SURROUNDINGS: &[Surrounding] = &[
    Surrounding {
        name: "settings",
        setup: "one setting in four is set for the database; three instances, both drivers",
        refused: NOTHING,
        truth: PSQL,
        play: herds::settings,
    },
    Surrounding {
        name: "shadows",
        setup: "a schema before pg_catalog holds functions, operators, types and tables by the names of PostgreSQL's",
        refused: NOTHING,
        truth: PSQL,
        play: herds::shadows,
    },
    Surrounding {
        name: "encodings",
        setup: "LATIN1, SQL_ASCII, EUC_JP, WIN1252 or UTF8",
        refused: NOTHING,
        truth: PSQL,
        play: herds::encodings,
    },
    Surrounding {
        name: "kills",
        setup: "settings, and instances killed and cut off through a proxy",
        refused: NOTHING,
        truth: PSQL,
        play: herds::kills,
    },
    Surrounding {
        name: "strangers",
        setup: "another role has made the history table: a trigger, default, CHECK, policy, view, rule, child or parent",
        refused: "everything, before anything runs",
        truth: "no object was made, and no function of the stranger has run",
        play: strangers::play,
    },
    Surrounding {
        name: "few rights",
        setup: "no CREATE on the schema, no right on the history, a policy that hides its rows, or a table of another owner; then the right is granted",
        refused: "what the role may not do, until it may",
        truth: PSQL,
        play: roles::few_rights,
    },
    Surrounding {
        name: "set role",
        setup: "files of each kind change the role to one that may not touch the history",
        refused: NOTHING,
        truth: PSQL,
        play: roles::set_role,
    },
    Surrounding {
        name: "mistakes",
        setup: "one statement of one up file fails, twice, and works the third time",
        refused: "the file, until its statement works",
        truth: PSQL,
        play: mistakes::up,
    },
    Surrounding {
        name: "corrected",
        setup: "one statement too much in a file fails; the file is corrected",
        refused: "the file, until it is corrected",
        truth: PSQL,
        play: mistakes::corrected,
    },
    Surrounding {
        name: "down mistakes",
        setup: "one statement of one down file fails, twice, and works the third time; runs in between",
        refused: "the revert, and runs while it is half-done",
        truth: PSQL,
        play: mistakes::down,
    },
    Surrounding {
        name: "one transaction",
        setup: "all files in one transaction; one statement fails; then it works",
        refused: "everything, until the statement works",
        truth: PSQL,
        play: mistakes::single_transaction,
    },
    Surrounding {
        name: "half reverted",
        setup: "a down file fails half-way while another instance waits for a lock that its next file needs",
        refused: "the run, the revert",
        truth: "no newer file is applied over a half-reverted one; then what psql makes",
        play: beside::half_reverted,
    },
    Surrounding {
        name: "reverts beside",
        setup: "instances that apply and instances that revert, all at once",
        refused: "whichever comes too late",
        truth: "the files recorded as applied are the first ones, and the database is what psql makes of those",
        play: beside::reverts,
    },
    Surrounding {
        name: "baselines beside",
        setup: "instances that apply, one that records a baseline and one that repairs, all at once",
        refused: "whichever comes too late",
        truth: "each file recorded as applied has taken effect once, and none of the others has",
        play: beside::baselines,
    },
    Surrounding {
        name: "interrupted",
        setup: "an instance is killed while PostgreSQL builds, rebuilds, drops or detaches concurrently",
        refused: NOTHING,
        truth: PSQL,
        play: interrupted::play,
    },
    Surrounding {
        name: "silent network",
        setup: "the network goes silent after any message of a file that fails; the client stays",
        refused: "the file",
        truth: "no lock of the file outlives its bound",
        play: interrupted::silence,
    },
    Surrounding {
        name: "locked history",
        setup: "another session holds the history table, is making it, or holds the lock before there is one",
        refused: "what needs the table or the lock, as soon as the wait is over",
        truth: "every operation ends and says for whom it waited, and then what psql makes",
        play: waits::locked_history,
    },
    Surrounding {
        name: "idle timeouts",
        setup: "timeouts of the role that are shorter than a message, and than a wait for a table",
        refused: NOTHING,
        truth: PSQL,
        play: waits::idle_timeouts,
    },
    Surrounding {
        name: "names as bytes",
        setup: "a role whose name is not UTF-8 holds the lock",
        refused: "everything, while the lock is held",
        truth: "no operation panics, and then what psql makes",
        play: waits::names_as_bytes,
    },
    Surrounding {
        name: "pooler, session",
        setup: "PgBouncer in session mode",
        refused: NOTHING,
        truth: PSQL,
        play: poolers::session,
    },
    Surrounding {
        name: "pooler, transaction",
        setup: "PgBouncer in transaction mode; batches that fail beside other traffic",
        refused: "files without a transaction",
        truth: "what psql makes, and nothing prepared or set stays in the pool",
        play: poolers::transaction,
    },
    Surrounding {
        name: "pooler, statement",
        setup: "PgBouncer in statement mode",
        refused: "everything",
        truth: "what is recorded is there, what is not is not; then what psql makes",
        play: poolers::statement,
    },
    Surrounding {
        name: "older servers",
        setup: "three of the rows without a pooler, on PostgreSQL 13 to 17 where that can be had",
        refused: "as in those rows",
        truth: "as in those rows",
        play: older,
    },
    Surrounding {
        name: "under way",
        setup: "a file without a transaction is at work when a run, a revert, a baseline and a repair come",
        refused: "all that come, as soon as their wait is over",
        truth: "each says for whom it waited, and then what psql makes",
        play: beside::under_way,
    },
    Surrounding {
        name: "single statements",
        setup: "a proxy refuses messages of several statements; three instances, both drivers",
        refused: NOTHING,
        truth: PSQL,
        play: proxies::single_statements,
    },
    Surrounding {
        name: "crashes in a message",
        setup: "a server that flushes crashes while 120 files are applied, many of them in one message; again and again",
        refused: NOTHING,
        truth: "what an instance was told of is there; of the rest, what is recorded is there and what is not is not; then all of it is",
        play: crashes::within_a_message,
    },
];

/// What takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(90);

impl Surrounding {
    /// Rounds on a server that has to be fetched and started take longer, and so do many crashes.
    fn patience(&self) -> Duration {
        if self.is_older() || self.name == "crashes in a message" {
            PATIENCE * 5
        } else {
            PATIENCE
        }
    }

    fn is_older(&self) -> bool {
        self.name == "older servers"
    }
}

/// Plays one row.
pub(super) fn round(plan: &Plan, server: &Server, row: &Surrounding, seed: u64) -> Round {
    let mut round = Round::of(seed);
    play(plan, server, row, seed, &mut round);
    round
}

fn play(plan: &Plan, server: &Server, row: &Surrounding, seed: u64, round: &mut Round) {
    super::watch::watched(server, row.patience(), round, |round| {
        let mut scene = Scene {
            plan,
            server,
            random: Random::new(seed),
            round,
        };
        if let Err(failure) = (row.play)(&mut scene) {
            scene.violation(failure);
        }
    });
}

/// Rows on another version, each of which comes as often as the others.
fn older(scene: &mut Scene<'_>) -> Result<(), String> {
    let major = 13 + u32::try_from(scene.random.below(5)).unwrap_or_default();
    let wanted = Wanted::Major(major);
    if let Err(failure) = Installation::find(&wanted) {
        scene
            .round
            .notes
            .push(format!("PostgreSQL {major}: not tried: {failure}"));
        return Ok(());
    }
    let options = Options::new().wanted(wanted);
    let server = Server::start(&options).map_err(|failure| failure.to_string())?;
    scene.round.notes.push(format!("PostgreSQL {major}"));
    let rows = SURROUNDINGS.iter();
    let rows = rows.filter(|row| !row.is_older() && !row.name.starts_with("pooler"));
    let rows: Vec<&Surrounding> = rows.collect();
    for _ in 0..3 {
        let Some(row) = rows.get(scene.random.below(rows.len())) else {
            continue;
        };
        let seed = scene.random.next();
        let before = scene.round.violations.len();
        play(scene.plan, &server, row, seed, scene.round);
        for violation in scene.round.violations.iter_mut().skip(before) {
            *violation = format!("PostgreSQL {major}, {}: {violation}", row.name);
        }
    }
    Ok(())
}
