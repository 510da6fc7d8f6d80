//! The history table's name, its quoting, and the lock key that belongs to it.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use sha2::{Digest, Sha256};

use crate::error::{Error, Kind};

/// The history table: schema and name as PostgreSQL stores them, without quotes.
///
/// Displays quoted, ready for SQL:
///
/// ```
/// let table = migrate_runtime::HistoryTable::new("audit", "history")?;
/// assert_eq!(table.to_string(), r#""audit"."history""#);
/// # Ok::<(), migrate_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HistoryTable {
    schema: Cow<'static, str>,
    name: Cow<'static, str>,
    key: i64,
}

impl HistoryTable {
    /// `"public"."schema_migrations"`. The key is the one that [`Table::new`] computes; a test compares.
    pub(crate) const DEFAULT: Self = Self::known("public", "schema_migrations", DEFAULT_KEY);

    /// A table whose key was computed while compiling.
    pub(crate) const fn known(schema: &'static str, name: &'static str, key: i64) -> Self {
        Self {
            schema: Cow::Borrowed(schema),
            name: Cow::Borrowed(name),
            key,
        }
    }

    /// A table chosen at run time, for [`Runner::table`](crate::Runner::table).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidTable`](crate::ErrorKind::InvalidTable): PostgreSQL cannot store the name as it is.
    pub fn new(
        schema: impl Into<Cow<'static, str>>,
        name: impl Into<Cow<'static, str>>,
    ) -> Result<Self, Error> {
        let table = Self::unchecked(schema.into(), name.into());
        match table.problem() {
            Some(problem) => Err(Error::new(Kind::BadTable { problem })),
            None => Ok(table),
        }
    }

    /// A table whose name every operation checks before it sends anything.
    pub(crate) fn unchecked(schema: Cow<'static, str>, name: Cow<'static, str>) -> Self {
        let digest = Sha256::digest(format!("migrate:v1:{schema}.{name}").as_bytes());
        let mut first = [0; 8];
        first
            .iter_mut()
            .zip(digest)
            .for_each(|(to, from)| *to = from);
        Self {
            schema,
            name,
            key: i64::from_be_bytes(first),
        }
    }

    /// The schema; `public` by default.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The name within the schema; `schema_migrations` by default.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The advisory lock's key, one per table: the first 8 bytes of SHA-256 over
    /// `migrate:v1:<schema>.<name>`. Advisory locks are per database already.
    pub fn lock_key(&self) -> i64 {
        self.key
    }

    /// Why PostgreSQL could not store these names as they are, if so.
    pub(crate) fn problem(&self) -> Option<String> {
        [("schema", &self.schema), ("table", &self.name)]
            .into_iter()
            .find_map(|(what, name)| {
                if name.is_empty() {
                    Some(format!("the history table's {what} name is empty"))
                } else if name.contains('\0') {
                    Some(format!("the history table's {what} name holds a NUL character"))
                } else if name.len() > 63 {
                    // PostgreSQL would cut it at 63 bytes, and two names could become one.
                    Some(format!(
                        "the history table's {what} name `{name}` is longer than PostgreSQL's 63 bytes"
                    ))
                } else {
                    None
                }
            })
            .or_else(|| self.reserved())
    }

    /// A history in a temporary schema ends with its session, and the others are PostgreSQL's own.
    fn reserved(&self) -> Option<String> {
        let schema = self.schema();
        let why = if schema.starts_with("pg_temp") || schema.starts_with("pg_toast_temp") {
            "its tables end with the session"
        } else if schema.starts_with("pg_") || schema == "information_schema" {
            "it belongs to PostgreSQL"
        } else {
            return None;
        };
        Some(format!(
            "the history table cannot be in the schema `{schema}`: {why}"
        ))
    }
}

const DEFAULT_KEY: i64 = 5_134_849_380_692_793_654;

impl Default for HistoryTable {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for HistoryTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", Identifier(&self.schema), Identifier(&self.name))
    }
}

/// A name as SQL: in double quotes, quotes doubled.
pub(crate) struct Identifier<'a>(pub(crate) &'a str);

impl fmt::Display for Identifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        double(f, self.0, &['"'])?;
        f.write_char('"')
    }
}

/// A text as SQL: an escape string, so that it means the same whatever
/// `standard_conforming_strings` says.
pub(crate) struct Literal<'a>(pub(crate) &'a str);

impl fmt::Display for Literal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("E'")?;
        // A NUL cannot travel in the protocol; PostgreSQL has no text that holds one.
        for part in self.0.split('\0') {
            double(f, part, &['\\', '\''])?;
        }
        f.write_char('\'')
    }
}

/// Writes each of `special` twice.
fn double(f: &mut fmt::Formatter<'_>, text: &str, special: &[char]) -> fmt::Result {
    for part in text.split_inclusive(special) {
        f.write_str(part)?;
        if let Some(last) = part
            .chars()
            .next_back()
            .filter(|last| special.contains(last))
        {
            f.write_char(last)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{HistoryTable, Literal};

    #[test]
    fn the_default_key_is_the_computed_one() {
        let computed = HistoryTable::new("public", "schema_migrations").unwrap();
        assert_eq!(HistoryTable::DEFAULT, computed);
    }

    #[test]
    fn hostile_names_stay_names() {
        let table = HistoryTable::new(r#"a"; DROP TABLE x; --"#, r#"b"."c"#).unwrap();
        insta::assert_snapshot!(table, @r#""a""; DROP TABLE x; --"."b"".""c""#);
        insta::assert_snapshot!(Literal(r"it's \' done"), @r"E'it''s \\'' done'");
    }

    #[test]
    fn names_that_postgresql_would_cut_are_refused() {
        assert!(HistoryTable::new("public", "x".repeat(63)).is_ok());
        assert!(HistoryTable::new("public", "x".repeat(64)).is_err());
        assert!(HistoryTable::new("", "x").is_err());
        assert!(HistoryTable::new("a\0b", "x").is_err());
    }

    #[test]
    fn schemas_of_postgresql_are_refused() {
        for schema in [
            "pg_temp",
            "pg_temp_3",
            "pg_catalog",
            "pg_toast",
            "information_schema",
        ] {
            let error = HistoryTable::new(schema, "x").unwrap_err();
            assert!(error.to_string().contains(schema), "{error}");
        }
        assert!(HistoryTable::new("pgbouncer", "x").is_ok());
    }
}
