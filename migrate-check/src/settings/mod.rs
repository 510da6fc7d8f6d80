//! What the caller of [`load`](crate::load()) can choose: the options of `embed_migrations!`.

mod embedded;
mod file;
mod option;
mod surroundings;

use std::fmt;

pub(crate) use self::embedded::read as read_embedded;
pub(crate) use self::file::configure;
pub use self::file::{Configured, FILE};
pub use self::option::{Complaint, KEYS, Notation, key, level};
pub use self::surroundings::Surroundings;
use crate::layouts::Layout;

/// In which order file names must agree with versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Versions run in numeric order, and sorting the file names alphabetically gives the same order
    /// (`01_a`, `02_b`, `10_c`). A directory where the two disagree is refused.
    #[default]
    Alphabetical,
    /// Versions run in numeric order, whatever the file names sort like (`1_a`, `2_b`, `10_c`).
    Numeric,
}

/// The history table: a schema and a name, as PostgreSQL stores them (unquoted, case as given).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TableName {
    /// The schema; `public` unless said otherwise.
    pub schema: String,
    /// The table; `schema_migrations` unless said otherwise.
    pub name: String,
}

impl Default for TableName {
    fn default() -> Self {
        Self {
            schema: "public".to_owned(),
            name: "schema_migrations".to_owned(),
        }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

/// Whether statements are parsed with PostgreSQL's own grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Syntax {
    /// A statement that the grammar does not have is an error.
    #[default]
    On,
    /// For forks of PostgreSQL, and statements newer than the grammar: no statement is refused.
    Off,
}

/// What becomes of a rule's findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// They are not looked for.
    Allow,
    /// They are warnings.
    Warn,
    /// They stop the build.
    Deny,
}

/// The levels that differ from the rules' own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lint {
    levels: Vec<(&'static str, Level)>,
}

impl Lint {
    /// Gives a rule another level; of several for one rule the last counts. A rule whose findings
    /// cannot be allowed keeps its own.
    pub fn set(&mut self, rule: &'static str, level: Level) {
        self.levels.push((rule, level));
    }

    /// The level of a rule, if it was given one.
    pub fn chosen(&self, rule: &str) -> Option<Level> {
        let mut last_first = self.levels.iter().rev();
        last_first
            .find(|(id, _)| *id == rule)
            .map(|(_, level)| *level)
    }

    /// The rules that were given a level.
    fn rules(&self) -> impl Iterator<Item = &'static str> {
        self.levels.iter().map(|(rule, _)| *rule)
    }
}

/// The rules there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleNames {
    /// Those whose findings can be allowed.
    pub allowable: Vec<&'static str>,
    /// Those that stop the build whatever the settings say, because the migration could not work all the
    /// same.
    pub fixed: Vec<&'static str>,
    /// Those whose code is not compiled in.
    pub left_out: Vec<&'static str>,
}

/// Everything [`load`](crate::load()) needs beside the directory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// How files are named, and what each of them holds.
    pub layout: Layout,
    /// How file names are ordered.
    pub order: Order,
    /// The history table, which no migration may name.
    pub table: TableName,
    /// Whether statements are parsed.
    pub syntax: Syntax,
    /// The levels of rules.
    pub lint: Lint,
    /// Files up to this version, which is included, ran long ago: only rules with level error apply to
    /// them.
    pub start_after: Option<i64>,
    /// What is in the database beside what the files make.
    pub surroundings: Surroundings,
}
