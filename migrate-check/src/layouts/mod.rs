//! Layouts: how the files of a directory are named and what each of them holds.
//!
//! Ours is one file a direction, `0001_create_users.sql` and perhaps `0001_create_users.down.sql`. The
//! others are those of the tools people come from, so that a directory can stay as it is. A layout is a
//! file here: its documentation says what the tool does, as read in its source, and what is read here.
//!
//! Whatever the layout, a file that looks like a migration and is none is an error, never passed over;
//! and what is found is positioned in the file as it lies on disk.

mod dbmate;
mod diesel;
mod flat;
mod flyway;
mod golang_migrate;
mod goose;
mod naming;
mod prisma;
mod recognise;
mod refinery;
mod section;
mod sql_migrate;
mod sqlx;

pub(crate) use self::recognise::recognise;
pub(crate) use self::section::Section;
use self::section::Split;
use crate::diagnostics::Span;
use crate::files::{Direction, FileName, Misnamed};
use crate::migration::Transaction;

/// The layouts there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Layout {
    /// Ours: `0001_create_users.sql`, `0001_create_users.down.sql`.
    #[default]
    Flat,
    /// `1_create_users.sql`, or `1_create_users.up.sql` and `.down.sql`.
    Sqlx,
    /// `2025-01-31-093000_create_users/up.sql`, `down.sql`, `metadata.toml`.
    Diesel,
    /// `V1__create_users.sql`; `U2__fix.sql` may be applied out of order.
    Refinery,
    /// `V1__create_users.sql` with whole versions; `U1__create_users.sql` undoes it.
    Flyway,
    /// [`Flyway`](Self::Flyway) with versions of up to four parts, `V1.2__create_users.sql`.
    FlywayDotted,
    /// `1_create_users.up.sql` and `1_create_users.down.sql`.
    GolangMigrate,
    /// `1_create_users.sql` with `-- +goose Up` and `-- +goose Down` in it.
    Goose,
    /// `1_create_users.sql` with `-- +migrate Up` and `-- +migrate Down` in it.
    SqlMigrate,
    /// `20250131093000_create_users.sql` with `-- migrate:up` and `-- migrate:down` in it.
    Dbmate,
    /// `20250131093000_create_users/migration.sql`.
    Prisma,
}

impl Layout {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Flat,
        Self::Sqlx,
        Self::Diesel,
        Self::Refinery,
        Self::Flyway,
        Self::FlywayDotted,
        Self::GolangMigrate,
        Self::Goose,
        Self::SqlMigrate,
        Self::Dbmate,
        Self::Prisma,
    ];

    /// Its name, e.g. `golang-migrate`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Sqlx => "sqlx",
            Self::Diesel => "diesel",
            Self::Refinery => "refinery",
            Self::Flyway => "flyway",
            Self::FlywayDotted => "flyway-dotted",
            Self::GolangMigrate => "golang-migrate",
            Self::Goose => "goose",
            Self::SqlMigrate => "sql-migrate",
            Self::Dbmate => "dbmate",
            Self::Prisma => "prisma",
        }
    }

    /// Its name as Rust can spell it, which is what `embed_migrations!` takes: `golang_migrate`.
    pub fn option(self) -> String {
        self.name().replace('-', "_")
    }

    /// The layout of that name, in either spelling.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|layout| layout.name() == name || layout.option() == name)
    }

    pub(crate) fn format(self) -> &'static Format {
        match self {
            Self::Flat => &flat::FORMAT,
            Self::Sqlx => &sqlx::FORMAT,
            Self::Diesel => &diesel::FORMAT,
            Self::Refinery => &refinery::FORMAT,
            Self::Flyway => &flyway::FORMAT,
            Self::FlywayDotted => &flyway::DOTTED,
            Self::GolangMigrate => &golang_migrate::FORMAT,
            Self::Goose => &goose::FORMAT,
            Self::SqlMigrate => &sql_migrate::FORMAT,
            Self::Dbmate => &dbmate::FORMAT,
            Self::Prisma => &prisma::FORMAT,
        }
    }
}

/// What a layout is, as far as the rest of this crate has to know.
pub(crate) struct Format {
    /// Each migration has a folder of its own, and its files are named `<folder>/<file>`.
    pub(crate) folders: bool,
    /// What the files are ordered by.
    pub(crate) sorting: Sorting,
    /// Takes the name of a file ending in `.sql` apart.
    pub(crate) parse: fn(&str) -> Result<FileName<'_>, Misnamed>,
    /// The name of a file with that stem.
    pub(crate) spell: fn(&str, Direction) -> String,
    /// What to say of a file that does not end in `.sql` and that the tool would have run.
    pub(crate) refuse: fn(&str) -> Option<Misnamed>,
    /// The file beside a migration that says how to run it.
    pub(crate) companion: Option<Companion>,
    /// The tool, if it knows migrations by their names: then it may have applied two of one number.
    pub(crate) keyed_by_name: Option<&'static str>,
    /// Takes the text of a file apart that holds both directions.
    pub(crate) split: Option<fn(&str) -> Split>,
}

/// What the files of a layout are ordered by. We order by number.
#[derive(Clone, Copy)]
pub(crate) enum Sorting {
    /// The tool compares numbers as well, so names may sort as they like.
    Numbers,
    /// Ours: numbers, and the names must sort alike, because people read them in that order.
    Agreeing,
    /// The tool compares texts, which this makes of the names: they must sort like the numbers.
    Names(fn(&FileName<'_>) -> String),
}

/// A file of settings beside a migration.
pub(crate) struct Companion {
    /// Its name, given the migration's.
    pub(crate) of: fn(&str) -> String,
    /// What it says.
    pub(crate) read: fn(&str) -> Result<Transaction, Unclear>,
}

/// Something in a file that cannot be taken for what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unclear {
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) help: String,
}

/// For tools that run nothing but SQL.
fn only_sql(_: &str) -> Option<Misnamed> {
    None
}

/// Reads lines of `name = value`; `comment` begins a comment. `know` says what a setting means, or none
/// where there is no such setting here.
fn settings(
    text: &str,
    comment: char,
    know: impl Fn(&str, &str) -> Option<Transaction>,
) -> Result<Transaction, Unclear> {
    let mut transaction = Transaction::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let said = line.split(comment).next().unwrap_or_default().trim();
        let span = start..start + line.trim_end().len();
        start += line.len();
        if said.is_empty() {
            continue;
        }
        let known = said
            .split_once('=')
            .and_then(|(name, value)| know(name.trim(), value.trim()));
        let Some(known) = known else {
            return Err(Unclear {
                span,
                message: format!("unsupported setting `{said}`"),
                help: "delete the line: only the setting for the transaction is read, `true` or `false`".to_owned(),
            });
        };
        transaction = known;
    }
    Ok(transaction)
}

fn truth(value: &str) -> Option<Transaction> {
    match value {
        "true" => Some(Transaction::Single),
        "false" => Some(Transaction::None),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Layout;

    #[test]
    fn every_layout_is_found_by_both_spellings() {
        for layout in Layout::ALL {
            assert_eq!(Layout::named(layout.name()), Some(layout));
            assert_eq!(Layout::named(&layout.option()), Some(layout));
        }
        assert_eq!(Layout::named("liquibase"), None);
    }
}
