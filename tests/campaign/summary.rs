//! What a campaign has come to.

use std::collections::BTreeMap;
use std::fmt;

use super::rounds::Round;

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
    /// Starters that were refused where that is right.
    pub refused: usize,
    /// What must not have happened, with the seed that made it happen.
    pub violations: Vec<String>,
}

/// All of it.
#[derive(Debug, Default)]
pub struct Summary {
    /// One for each kind of round.
    pub tallies: Vec<Tally>,
    /// What was drawn, such as `work_mem = 64`, and how often.
    pub drawn: BTreeMap<String, usize>,
}

impl Summary {
    pub(super) fn add(&mut self, kind: &'static str, round: Round, say: &mut impl FnMut(&str)) {
        let at = self.tallies.iter().position(|tally| tally.kind == kind);
        let at = at.unwrap_or_else(|| {
            self.tallies.push(Tally {
                kind,
                ..Tally::default()
            });
            self.tallies.len() - 1
        });
        for note in &round.notes {
            *self.drawn.entry(note.clone()).or_default() += 1;
        }
        if let Some(tally) = self.tallies.get_mut(at) {
            tally.add(round, say);
        }
    }

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

impl Tally {
    fn add(&mut self, round: Round, say: &mut impl FnMut(&str)) {
        self.rounds += 1;
        self.starters += round.starters;
        self.deaths += round.deaths;
        self.refused += round.refused;
        say(&format!(
            "{}: round {}, seed {}: {} starters, {} deaths, {} refused, {} violations",
            self.kind,
            self.rounds,
            round.seed,
            round.starters,
            round.deaths,
            round.refused,
            round.violations.len()
        ));
        if !round.notes.is_empty() {
            say(&format!("  with {}", round.notes.join("; ")));
        }
        for violation in round.violations {
            say(&format!("  violation: {violation}"));
            self.violations
                .push(format!("seed {}: {violation}", round.seed));
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<19} {:>7} {:>9} {:>7} {:>8} {:>11}",
            "", "rounds", "starters", "deaths", "refused", "violations"
        )?;
        let mut all = Tally {
            kind: "all",
            ..Tally::default()
        };
        let mut line = |tally: &Tally| {
            writeln!(
                f,
                "{:<19} {:>7} {:>9} {:>7} {:>8} {:>11}",
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
        line(&all)?;
        let times: usize = self.drawn.values().sum();
        writeln!(
            f,
            "{} different surroundings drawn, {times} times",
            self.drawn.len()
        )
    }
}
