//! sqlx: `<version>_<description>.sql`, or `….up.sql` and `….down.sql`.
//!
//! sqlx orders by number and silently passes over names without an underscore after the number
//! (`resolve_blocking` in sqlx-core 0.9, `src/migrate/source.rs`); here they are errors. A file whose text
//! begins with `-- no-transaction` runs outside one; here that comment is understood wherever
//! directives are.

use super::naming::underscored;
use super::{Format, Sorting, flat, only_sql};
use crate::files::{FileName, Misnamed, parse};

pub(super) const FORMAT: Format = Format {
    folders: false,
    sorting: Sorting::Numbers,
    parse: taken_apart,
    spell: flat::spell,
    refuse: only_sql,
    companion: None,
    keyed_by_name: None,
    split: None,
};

fn taken_apart(file: &str) -> Result<FileName<'_>, Misnamed> {
    let parsed = parse(file)?;
    underscored(&parsed, "sqlx")?;
    Ok(parsed)
}
