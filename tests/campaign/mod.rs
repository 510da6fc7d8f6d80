//! Starters by the dozen, killed, cut off and left without a server; and the proof that every migration
//! was still applied exactly once.
//!
//! Every round draws its faults from a seed that it prints. After each, the database must be what one
//! undisturbed run makes of an empty one.

mod random;
mod rounds;
mod starters;
mod subject;

use std::fmt;
use std::path::PathBuf;

use migrate_fixtures::{Failure, Options, Server};

use random::Random;
use rounds::Round;

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
    /// Rounds behind `PgBouncer`, one half of them with kills.
    pub pooled: usize,
    /// Whether it is a failure that there is no `PgBouncer`. The scenarios have a pooler of their own.
    pub pooler_required: bool,
}

/// What a kind of round has come to.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Its name.
    pub kind: &'static str,
    /// Rounds.
    pub rounds: usize,
    /// Starters that were started.
    pub starters: usize,
    /// Starters that were killed or lost their connection.
    pub deaths: usize,
    /// Starters that were refused where that is allowed: a `no-transaction` file behind a pooler.
    pub refused: usize,
    /// What must not have happened, with the seed that made it happen.
    pub violations: Vec<String>,
}

/// What a campaign has come to.
#[derive(Debug, Default)]
pub struct Summary {
    /// One for each kind of round.
    pub tallies: Vec<Tally>,
}

/// Runs all rounds; `say` hears of each.
///
/// # Errors
///
/// When a server or the pooler cannot be had.
pub fn run(plan: &Plan, mut say: impl FnMut(&str)) -> Result<Summary, Failure> {
    let mut random = Random::new(plan.seed);
    let mut server = Server::start(&Options::new())?;
    let mut summary = Summary::default();
    say(&format!("seed {}", plan.seed));

    let mut tally = Tally::of("herd");
    for _ in 0..plan.herds {
        tally.add(rounds::herd(plan, &server, random.next()), &mut say);
    }
    summary.tallies.push(tally);

    let mut tally = Tally::of("kills and cuts");
    while tally.deaths < plan.deaths {
        tally.add(rounds::kills(plan, &server, random.next()), &mut say);
        if !tally.violations.is_empty() {
            break;
        }
    }
    summary.tallies.push(tally);

    let mut tally = Tally::of("server crashes");
    for _ in 0..plan.crashes {
        tally.add(rounds::crashes(plan, &mut server, random.next()), &mut say);
    }
    summary.tallies.push(tally);

    let mut tally = Tally::of("PgBouncer");
    for number in 0..plan.pooled {
        match rounds::pooled(plan, &server, random.next(), number % 2 == 1) {
            Ok(round) => tally.add(round, &mut say),
            Err(failure) if plan.pooler_required => return Err(failure),
            Err(failure) => {
                say(&format!("PgBouncer: not tried: {failure}"));
                tally.kind = "PgBouncer: none";
                break;
            }
        }
    }
    summary.tallies.push(tally);
    Ok(summary)
}

impl Tally {
    fn of(kind: &'static str) -> Self {
        Self {
            kind,
            ..Self::default()
        }
    }

    fn add(&mut self, round: Round, say: &mut impl FnMut(&str)) {
        self.rounds += 1;
        self.starters += round.starters;
        self.deaths += round.deaths;
        self.refused += round.refused;
        say(&format!(
            "{}: round {}, seed {}: {} starters, {} deaths, {} violations",
            self.kind,
            self.rounds,
            round.seed,
            round.starters,
            round.deaths,
            round.violations.len()
        ));
        for violation in round.violations {
            say(&format!("  {violation}"));
            self.violations
                .push(format!("seed {}: {violation}", round.seed));
        }
    }
}

impl Summary {
    /// Everything that must not have happened.
    pub fn violations(&self) -> Vec<&str> {
        let all = self.tallies.iter().flat_map(|tally| &tally.violations);
        all.map(String::as_str).collect()
    }

    /// Starters that died.
    pub fn deaths(&self) -> usize {
        self.tallies.iter().map(|tally| tally.deaths).sum()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<16} {:>7} {:>9} {:>7} {:>8} {:>11}",
            "", "rounds", "starters", "deaths", "refused", "violations"
        )?;
        let mut all = Tally::of("all");
        let mut line = |tally: &Tally| {
            writeln!(
                f,
                "{:<16} {:>7} {:>9} {:>7} {:>8} {:>11}",
                tally.kind,
                tally.rounds,
                tally.starters,
                tally.deaths,
                tally.refused,
                tally.violations.len()
            )
        };
        for tally in &self.tallies {
            line(tally)?;
            all.rounds += tally.rounds;
            all.starters += tally.starters;
            all.deaths += tally.deaths;
            all.refused += tally.refused;
            all.violations.extend(tally.violations.iter().cloned());
        }
        line(&all)
    }
}
