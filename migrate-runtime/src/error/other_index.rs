//! A `CREATE INDEX CONCURRENTLY` whose name belongs to something else already.

use std::fmt;

use super::hint::Hint;

/// What the statement would pass over, and what it asks for.
#[derive(Debug)]
pub(crate) struct OtherIndex {
    pub(crate) version: i64,
    pub(crate) file: String,
    pub(crate) statement: usize,
    pub(crate) of: usize,
    /// With its schema, quoted as SQL.
    pub(crate) name: String,
    /// Its definition; none where it is no index.
    pub(crate) found: Option<String>,
    pub(crate) asked: String,
    /// Why the two could not be compared.
    pub(crate) difference: Option<String>,
}

impl OtherIndex {
    pub(super) fn hints(&self) -> Vec<Hint> {
        let index = self.name.clone();
        let settle = match self.found {
            Some(_) => Hint::DropIndex { index },
            None => Hint::RenameIndex { index },
        };
        let version = self.version;
        vec![settle, Hint::Repair { version }]
    }

    /// On one line, or with `details` over several.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>, details: bool) -> fmt::Result {
        let Self {
            file,
            statement,
            of,
            name,
            ..
        } = self;
        write!(
            f,
            "{file}: statement {statement} of {of} finds {name} there already, "
        )?;
        match &self.difference {
            Some(difference) => write!(f, "and the two could not be compared: {difference}")?,
            None => f.write_str("and it is not what the statement asks for")?,
        }
        if !details {
            return Ok(());
        }
        let found = self.found.as_deref();
        let found = found.unwrap_or("no index, but something else");
        write!(f, "\n  = found: {found}\n  = asked for: {}", self.asked)
    }
}

#[cfg(test)]
mod tests {
    use super::OtherIndex;
    use crate::error::{Error, Kind};

    fn text(found: Option<&str>, difference: Option<&str>) -> String {
        let error = Error::new(Kind::OtherIndex(Box::new(OtherIndex {
            version: 3,
            file: "migrations/3_x.sql".to_owned(),
            statement: 1,
            of: 2,
            name: "public.i".to_owned(),
            found: found.map(str::to_owned),
            asked: "CREATE INDEX CONCURRENTLY i ON t (b)".to_owned(),
            difference: difference.map(str::to_owned),
        })));
        assert!(!error.to_string().contains('\n'), "{error}");
        format!("{error:#}")
    }

    #[test]
    fn another_index_is_shown_beside_the_one_asked_for() {
        insta::assert_snapshot!(text(Some("CREATE INDEX i ON public.t USING btree (a)"), None), @r"
        migrations/3_x.sql: statement 1 of 2 finds public.i there already, and it is not what the statement asks for
          = found: CREATE INDEX i ON public.t USING btree (a)
          = asked for: CREATE INDEX CONCURRENTLY i ON t (b)
          = help: drop what is there if nothing needs it (`DROP INDEX CONCURRENTLY public.i`), or give the new index another name; then run again
          = help: check its effects in the database, then call `.repair(…)`: `Repair::MarkApplied(3)` if they are complete, `Repair::MarkPending(3)` if none is left
        ");
    }

    #[test]
    fn what_cannot_be_compared_is_told_why() {
        insta::assert_snapshot!(text(None, Some("function f(integer) does not exist")), @r"
        migrations/3_x.sql: statement 1 of 2 finds public.i there already, and the two could not be compared: function f(integer) does not exist
          = found: no index, but something else
          = asked for: CREATE INDEX CONCURRENTLY i ON t (b)
          = help: give the new index another name than public.i, and run again
          = help: check its effects in the database, then call `.repair(…)`: `Repair::MarkApplied(3)` if they are complete, `Repair::MarkPending(3)` if none is left
        ");
    }
}
