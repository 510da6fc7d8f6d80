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
        let Some(tool) = self.tool else {
            return f.write_str("nothing to adopt: everything is recorded already");
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
        Ok(())
    }
}
