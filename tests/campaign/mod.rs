//! Starters by the dozen, killed, cut off and left without a server; and the proof that every migration
//! was still applied exactly once.
//!
//! Every round draws its faults from a seed that it prints. After each, the database must be what one
//! undisturbed run makes of an empty one.

mod random;
mod rounds;
mod starters;
mod subject;
mod summary;
pub mod surroundings;
mod watch;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use migrate_fixtures::{Failure, Options, Server};

use random::Random;
pub use summary::{Summary, Tally};
use surroundings::{SURROUNDINGS, Surrounding};

/// How much of it.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The program of one starter.
    pub starter: PathBuf,
    /// Where chance begins.
    pub seed: u64,
    /// Rounds of a herd without faults.
    pub herds: usize,
    /// Starters in a herd.
    pub herd: usize,
    /// Rounds with kills and cuts go on until so many starters have died.
    pub deaths: usize,
    /// Rounds in which the server crashes.
    pub crashes: usize,
    /// How often the server crashes in a round of the surrounding that is about that.
    pub crashes_in_a_round: usize,
    /// Rounds behind `PgBouncer`, one half of them with kills.
    pub pooled: usize,
    /// How often each surrounding is tried.
    pub surroundings: usize,
    /// Only the surrounding of this name.
    pub row: Option<String>,
    /// Go on, with one round of each kind after the other, until so much time has passed.
    pub lasting: Option<Duration>,
    /// Only the round with this seed.
    pub only: Option<u64>,
    /// Whether it is a failure that there is no `PgBouncer`. The scenarios have a pooler of their own.
    pub pooler_required: bool,
}

/// The kinds of rounds without a row in [`SURROUNDINGS`].
const KINDS: [&str; 5] = [
    "herd",
    "kills and cuts",
    "server crashes",
    "PgBouncer",
    "PgBouncer, kills",
];

/// A seed says by its remainder which kind of round it is for: first [`KINDS`], then [`SURROUNDINGS`].
const REMAINDERS: u64 = 64;

/// A campaign under way.
struct Campaign<'p, S> {
    plan: &'p Plan,
    server: Server,
    random: Random,
    summary: Summary,
    say: S,
}

/// Runs all rounds; `say` hears of each.
///
/// # Errors
///
/// When a server or the pooler cannot be had.
pub fn run(plan: &Plan, say: impl FnMut(&str)) -> Result<Summary, Failure> {
    let mut campaign = Campaign {
        plan,
        server: Server::start(&Options::new())?,
        random: Random::new(plan.seed),
        summary: Summary::default(),
        say,
    };
    if let Some(seed) = plan.only {
        campaign.round(seed)?;
    } else {
        campaign.all()?;
    }
    Ok(campaign.summary)
}

impl<S: FnMut(&str)> Campaign<'_, S> {
    fn all(&mut self) -> Result<(), Failure> {
        let begun = Instant::now();
        let plan = self.plan;
        (self.say)(&format!("campaign {}", plan.seed));
        for _ in 0..plan.herds {
            self.draw(0)?;
        }
        while self.summary.deaths() < plan.deaths && self.summary.violations().is_empty() {
            self.draw(1)?;
        }
        for _ in 0..plan.crashes {
            self.draw(2)?;
        }
        for number in 0..plan.pooled {
            self.draw(3 + number % 2)?;
        }
        for _ in 0..plan.surroundings {
            self.rows(begun)?;
        }
        while plan
            .lasting
            .is_some_and(|lasting| begun.elapsed() < lasting)
        {
            self.rows(begun)?;
            if plan.row.is_none() {
                for kind in 0..KINDS.len() {
                    self.draw(kind)?;
                }
            }
        }
        Ok(())
    }

    /// One round in each of the surroundings.
    fn rows(&mut self, begun: Instant) -> Result<(), Failure> {
        for (number, row) in SURROUNDINGS.iter().enumerate() {
            let wanted = self.plan.row.as_ref().is_none_or(|name| name == row.name);
            let over = self
                .plan
                .lasting
                .is_some_and(|lasting| begun.elapsed() > lasting);
            if wanted && !over {
                self.draw(KINDS.len() + number)?;
            }
        }
        Ok(())
    }

    /// A round of this kind.
    fn draw(&mut self, kind: usize) -> Result<(), Failure> {
        // Short enough to be typed.
        let seed =
            (self.random.next() >> 38) * REMAINDERS + u64::try_from(kind).unwrap_or_default();
        self.round(seed)
    }

    /// The round that this seed stands for.
    fn round(&mut self, seed: u64) -> Result<(), Failure> {
        let kind = usize::try_from(seed % REMAINDERS).unwrap_or_default();
        let (plan, server) = (self.plan, &mut self.server);
        let round = match kind {
            0 => rounds::herd(plan, server, seed),
            1 => rounds::kills(plan, server, seed),
            2 => rounds::crashes(plan, server, seed),
            3 | 4 => match rounds::pooled(plan, server, seed, kind == 4) {
                Ok(round) => round,
                Err(failure) if plan.pooler_required => return Err(failure),
                Err(failure) => {
                    (self.say)(&format!("PgBouncer: not tried: {failure}"));
                    return Ok(());
                }
            },
            _ => match row(kind) {
                Some(row) => surroundings::round(plan, server, row, seed),
                None => return Err(Failure::new(format!("no round has the seed {seed}"))),
            },
        };
        let name = KINDS.get(kind).copied().or(row(kind).map(|row| row.name));
        self.summary
            .add(name.unwrap_or_default(), round, &mut self.say);
        Ok(())
    }
}

fn row(kind: usize) -> Option<&'static Surrounding> {
    SURROUNDINGS.get(kind.checked_sub(KINDS.len())?)
}
