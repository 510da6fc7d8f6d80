//! What an adoption recorded.

use std::fmt;

use migrate_runtime::Timestamp;

use crate::tool::Tool;

/// What was adopted, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdoptReport {
    /// The tool that kept the history; None if nothing was left to adopt.
    pub tool: Option<Tool>,
    /// Its table, quoted.
    pub source: String,
    /// The migrations recorded now.
    pub recorded: Vec<AdoptedMigration>,
    /// How many migrations were recorded before.
    pub known: usize,
    /// The new name of the other tool's table, if it had the name of the set's history table; quoted.
    pub renamed: Option<String>,
    /// Nothing was written.
    pub dry_run: bool,
    /// What a run refuses of the rows that the set's history table had before, in one line: a row without a file, for
    /// example.
    pub refused: Option<String>,
}

/// One migration that was recorded as applied by the other tool.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdoptedMigration {
    /// The version of the migration in the set.
    pub version: i64,
    /// Its file, e.g. `migrations/0001_users.sql`.
    pub file: String,
    /// When the tool applied it, if it recorded that.
    pub applied_at: Option<Timestamp>,
}

impl fmt::Display for AdoptReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refused = self.refused.as_ref();
        let refused = refused.map(|refused| format!("\na run refuses this history: {refused}"));
        let refused = refused.unwrap_or_default();
        let Some(tool) = self.tool else {
            return write!(f, "nothing to adopt: no other history was found{refused}");
        };
        let verb = if self.dry_run {
            "would record"
        } else {
            "recorded"
        };
        write!(
            f,
            "{verb} {} {} that {tool} applied, from {}",
            self.recorded.len(),
            match self.recorded.len() {
                1 => "migration",
                _ => "migrations",
            },
            self.source
        )?;
        match self.known {
            0 => {}
            1 => write!(f, "; 1 was already recorded")?,
            known => write!(f, "; {known} were already recorded")?,
        }
        if let Some(name) = &self.renamed {
            let verb = if self.dry_run {
                "would rename"
            } else {
                "renamed"
            };
            write!(f, "\n{verb} {} to {name}", self.source)?;
        }
        f.write_str(&refused)
    }
}
