//! All that was measured, on disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::Outcome;
use crate::place::work;

/// Figures by `step/what/set/tool/unit`.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    all: BTreeMap<String, Vec<f64>>,
    /// Keys of this run: their first figure replaces those of earlier runs.
    fresh: Vec<String>,
}

impl Figures {
    /// What earlier runs have left.
    pub(crate) fn open() -> Outcome<Self> {
        let all = match fs::read_to_string(path()) {
            Ok(text) => serde_json::from_str(&text)?,
            Err(_) => BTreeMap::new(),
        };
        Ok(Self {
            all,
            fresh: Vec::new(),
        })
    }

    /// Adds a figure and writes everything down, so that a run that is cut short loses nothing.
    pub(crate) fn add(&mut self, key: &str, value: f64) -> Outcome {
        if !self.fresh.iter().any(|fresh| fresh == key) {
            self.fresh.push(key.to_owned());
            self.all.remove(key);
        }
        println!("{key} {value:.3}");
        self.all.entry(key.to_owned()).or_default().push(value);
        fs::write(path(), serde_json::to_string_pretty(&self.all)?)?;
        Ok(())
    }

    /// What is known under a key.
    pub(crate) fn get(&self, key: &str) -> Option<Summary> {
        Summary::of(self.all.get(key)?)
    }

    /// The median under a key.
    pub(crate) fn median(&self, key: &str) -> Option<f64> {
        self.get(key).map(|summary| summary.median)
    }
}

/// Several figures of one thing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Summary {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
    pub(crate) count: usize,
}

impl Summary {
    fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (low, high) = ((sorted.len().checked_sub(1)?) / 2, sorted.len() / 2);
        Some(Self {
            median: f64::midpoint(*sorted.get(low)?, *sorted.get(high)?),
            least: *sorted.first()?,
            most: *sorted.last()?,
            count: sorted.len(),
        })
    }
}

fn path() -> PathBuf {
    work().join("figures.json")
}
