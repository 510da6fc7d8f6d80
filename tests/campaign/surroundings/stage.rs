//! How a round begins, and how it ends: a database with files to apply, and what must have become of it.

use migrate_runtime::{Migrations, Runner};

use super::Scene;
use super::files::{Directory, File};
use super::herds::{driver, recorded};
use super::instance::{Trouble, run};
use super::place::{Place, Rights, reference};
use crate::apply::Driver;

/// A database, the files that are to be applied to it, and what they mean.
pub(super) struct Stage<'s> {
    pub(super) place: Place<'s>,
    pub(super) directory: Directory,
    pub(super) set: Migrations,
    pub(super) files: Vec<File>,
    pub(super) expected: Vec<String>,
}

impl Stage<'_> {
    pub(super) fn url(&self) -> String {
        self.place.url()
    }
}

impl<'a> Scene<'a> {
    /// A new database; every other one has each setting at random with a chance of one in `rarity`.
    pub(super) fn stage(&mut self, files: Vec<File>, rarity: usize) -> Result<Stage<'a>, String> {
        let expected = reference(self.server, Rights::Creator, &files)?;
        let mut place = Place::new(self.server, Rights::Creator);
        self.disturb(&mut place, rarity);
        let directory = Directory::new(&files)?;
        Ok(Stage {
            place,
            set: directory.load(),
            directory,
            files,
            expected,
        })
    }

    /// Every other database has each setting at random with a chance of one in `rarity`.
    pub(super) fn disturb(&mut self, place: &mut Place<'_>, rarity: usize) {
        if self.chance(2) {
            place.set_at_random(&mut self.random, rarity);
        }
    }

    /// The round's report says what is set.
    pub(super) fn note(&mut self, place: &Place<'_>) {
        self.round.notes.extend(place.set.iter().cloned());
    }

    pub(super) fn driver(&mut self) -> Driver {
        driver(self.random.below(4))
    }

    /// An instance that has to succeed.
    pub(super) fn works(&mut self, what: &str, outcome: Result<(), Trouble>) {
        self.round.starters += 1;
        if let Err(trouble) = outcome {
            self.violation(format!("{what}: {trouble}"));
        }
    }

    /// A run that has to succeed, through any driver.
    pub(super) fn runs(&mut self, what: &str, url: &str, runner: Runner<'_>) {
        let driver = self.driver();
        self.works(what, run(driver, url, runner).map(drop));
    }

    /// An instance that has to be refused.
    pub(super) fn fails(&mut self, what: &str, outcome: Result<(), Trouble>) {
        self.round.starters += 1;
        match outcome {
            Ok(()) => self.violation(format!("{what}: nothing was wrong with it")),
            Err(trouble) if trouble.is_connection() => self.violation(format!("{what}: {trouble}")),
            Err(_) => self.round.refused += 1,
        }
    }

    /// All files are applied, and the database is what they mean.
    pub(super) fn ends(&mut self, stage: &Stage<'_>) {
        let differences = stage.place.differences(&stage.expected);
        self.violations(differences);
        recorded(self, &stage.place, &stage.files);
    }

    /// The same where something was reverted: a column that was dropped leaves its number.
    pub(super) fn ends_reverted(&mut self, stage: &Stage<'_>) {
        let differences = stage.place.differences(&stage.expected);
        self.violations(without_numbers(differences));
        recorded(self, &stage.place, &stage.files);
    }
}

/// Without the columns, whose numbers tell of columns that are gone.
pub(super) fn without_numbers(mut differences: Vec<String>) -> Vec<String> {
    differences.retain(|line| !line.contains(": column "));
    differences
}
