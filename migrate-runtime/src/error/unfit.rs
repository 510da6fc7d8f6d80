//! A history table that is not one to use: what is wrong with it, whose it is, and what to do.

use std::fmt;

use super::hint::Hint;
use crate::table::Identifier;

/// A table of the history's name that must not be evaluated, or cannot keep a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfit {
    /// Quoted, with its schema.
    pub(crate) table: String,
    pub(crate) owner: String,
    /// The session's role.
    pub(crate) role: String,
    pub(crate) flaw: Flaw,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// What it is instead of a table, with its article.
    Not(&'static str),
    Unlogged,
    RowSecurity,
    Trigger {
        name: String,
        /// Who owns its function.
        owner: String,
    },
    Rule(String),
    /// Its owner is a role that the session's has no reason to trust.
    Owner,
    /// One of its columns has a type that is not PostgreSQL's.
    Column,
}

impl Flaw {
    /// What the server calls `relkind`.
    pub(crate) fn of_kind(kind: &str) -> Option<Self> {
        Some(Self::Not(match kind {
            "r" => return None,
            "v" => "a view",
            "m" => "a materialized view",
            "p" => "a partitioned table",
            "f" => "a foreign table",
            "S" => "a sequence",
            "i" | "I" => "an index",
            "c" => "a composite type",
            _ => "no table",
        }))
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            table,
            owner,
            role,
            flaw,
        } = self;
        match flaw {
            Flaw::Not(what) => write!(
                f,
                "the history {table} is {what}, not a table; its owner is {owner}"
            ),
            Flaw::Unlogged => write!(
                f,
                "the history table {table} is unlogged: a crash of the server would empty it"
            ),
            Flaw::RowSecurity => write!(
                f,
                "row-level security on the history table {table} applies to {role}, so some of its rows may be hidden"
            ),
            Flaw::Trigger { name, owner } => write!(
                f,
                "the history table {table} has the trigger {name}, whose function belongs to {owner} and would run as {role}"
            ),
            Flaw::Rule(name) => write!(
                f,
                "the history table {table} has the rule {name}, which would run in place of what {role} writes; the table's owner is {owner}"
            ),
            Flaw::Owner => write!(
                f,
                "the history table {table} belongs to {owner}, whose defaults and constraints would run as {role}"
            ),
            Flaw::Column => write!(
                f,
                "the history table {table} has a column whose type is not PostgreSQL's own; its owner is {owner}"
            ),
        }
    }
}

impl Unfit {
    pub(super) fn hints(&self) -> Vec<Hint> {
        let Self {
            table,
            owner,
            role,
            flaw,
        } = self;
        let by_owner = |statement: String| Hint::Execute {
            statement,
            role: format!("{owner} or a superuser"),
        };
        let by_superuser = |statement: String| Hint::Execute {
            statement,
            role: "a superuser".to_owned(),
        };
        let quoted = Identifier(role);
        match flaw {
            Flaw::Not(_) | Flaw::Column => {
                let owner = owner.clone();
                vec![Hint::Remove { owner }, Hint::OtherTable]
            }
            Flaw::Unlogged => vec![by_owner(format!("ALTER TABLE {table} SET LOGGED"))],
            Flaw::RowSecurity => vec![
                by_owner(format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")),
                by_superuser(format!("ALTER ROLE {quoted} BYPASSRLS")),
            ],
            Flaw::Trigger { name, .. } => {
                vec![by_owner(format!(
                    "DROP TRIGGER {} ON {table}",
                    Identifier(name)
                ))]
            }
            Flaw::Rule(name) => {
                vec![by_owner(format!(
                    "DROP RULE {} ON {table}",
                    Identifier(name)
                ))]
            }
            Flaw::Owner => {
                let role = owner.clone();
                let statement = format!("ALTER TABLE {table} OWNER TO {quoted}");
                vec![
                    Hint::ConnectAs { role },
                    Hint::TakeOver { statement },
                    Hint::OtherTable,
                ]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Flaw, Unfit};
    use crate::Timestamp;
    use crate::error::{Error, Held, Kind, Rights};
    use crate::other_session::OtherSession;
    use crate::session::DatabaseError;
    use crate::table::HistoryTable;

    const TABLE: &str = r#""a"."b""#;

    fn unfit(flaw: Flaw) -> Kind {
        Kind::Unfit(Box::new(Unfit {
            table: TABLE.to_owned(),
            owner: "mallory".to_owned(),
            role: "app".to_owned(),
            flaw,
        }))
    }

    #[test]
    fn everything_that_is_wrong_with_the_table_has_its_texts() {
        let table = HistoryTable::new("a", "b").unwrap();
        let waited = Duration::from_secs(300);
        let grants = Held {
            usage: false,
            table: &[("SELECT", false), ("INSERT", true), ("UPDATE", false)],
        };
        let kinds = [
            unfit(Flaw::Not("a view")),
            unfit(Flaw::Unlogged),
            unfit(Flaw::RowSecurity),
            unfit(Flaw::Trigger {
                name: "Spy".to_owned(),
                owner: "trudy".to_owned(),
            }),
            unfit(Flaw::Rule("also".to_owned())),
            unfit(Flaw::Owner),
            unfit(Flaw::Column),
            Kind::TableLocked {
                table: TABLE.to_owned(),
                holder: Some(OtherSession {
                    pid: 71,
                    user: "app".to_owned(),
                    application: "psql".to_owned(),
                    since: Some(Timestamp::new("2026-01-31T09:30:00Z")),
                }),
                waited,
            },
            Kind::Unsettled {
                table: TABLE.to_owned(),
                waited,
            },
            Kind::NoSchema {
                schema: "public".to_owned(),
            },
            Kind::Rights(Box::new(Rights {
                doing: format!("read the history table {TABLE}"),
                role: "app".to_owned(),
                database: "shop".to_owned(),
                grants: grants.grants(&table, "app"),
                error: Box::new(DatabaseError::new(
                    "42501",
                    "permission denied for schema a",
                )),
            })),
        ];
        let texts = kinds.map(|kind| {
            let error = Error::new(kind);
            assert!(!error.to_string().contains('\n'), "{error}");
            format!("{:?}: {error:#}", error.kind())
        });
        insta::assert_snapshot!(texts.join("\n\n"), @r#"
        UnfitTable: the history "a"."b" is a view, not a table; its owner is mallory
          = help: ask mallory what it is for, then drop or rename it
          = help: keep this history in another table: `embed_migrations!(…, table = "…")` or `.table(HistoryTable::new(schema, name)?)`

        UnfitTable: the history table "a"."b" is unlogged: a crash of the server would empty it
          = help: run `ALTER TABLE "a"."b" SET LOGGED` as mallory or a superuser

        UnfitTable: row-level security on the history table "a"."b" applies to app, so some of its rows may be hidden
          = help: run `ALTER TABLE "a"."b" DISABLE ROW LEVEL SECURITY` as mallory or a superuser
          = help: run `ALTER ROLE "app" BYPASSRLS` as a superuser

        UnfitTable: the history table "a"."b" has the trigger Spy, whose function belongs to trudy and would run as app
          = help: run `DROP TRIGGER "Spy" ON "a"."b"` as mallory or a superuser

        UnfitTable: the history table "a"."b" has the rule also, which would run in place of what app writes; the table's owner is mallory
          = help: run `DROP RULE "also" ON "a"."b"` as mallory or a superuser

        UnfitTable: the history table "a"."b" belongs to mallory, whose defaults and constraints would run as app
          = help: connect as mallory if that is the role that migrates this database, or set `options=-c role=mallory` in the URL
          = help: if you know its rows and its definition to be right, run `ALTER TABLE "a"."b" OWNER TO "app"` as a superuser
          = help: keep this history in another table: `embed_migrations!(…, table = "…")` or `.table(HistoryTable::new(schema, name)?)`

        UnfitTable: the history table "a"."b" has a column whose type is not PostgreSQL's own; its owner is mallory
          = help: ask mallory what it is for, then drop or rename it
          = help: keep this history in another table: `embed_migrations!(…, table = "…")` or `.table(HistoryTable::new(schema, name)?)`

        Locked: the history table "a"."b" has been locked for more than 300s by pid 71 (role app, application psql, open since 2026-01-31T09:30:00Z)
          = help: if that session is not needed, end it: `SELECT pg_terminate_backend(71)`
          = help: wait for it to finish and run again, or set a longer `.wait_timeout(…)`

        Locked: for more than 300s, what is read from the history table "a"."b" has not been what is written to it
          = help: connect to the primary server: a proxy may be reading from a replica that has fallen behind
          = help: wait for it to finish and run again, or set a longer `.wait_timeout(…)`

        MissingSchema: the schema public does not exist
          = help: if it was dropped by mistake, create it again with its owner and privileges: `CREATE SCHEMA "public"`
          = help: keep this history in another table: `embed_migrations!(…, table = "…")` or `.table(HistoryTable::new(schema, name)?)`

        PermissionDenied: permission denied: app could not read the history table "a"."b" in the database shop
          = sqlstate: 42501
          caused by: permission denied for schema a
          = help: run `GRANT USAGE ON SCHEMA "a" TO "app"` as the owner or a superuser
          = help: run `GRANT SELECT, UPDATE ON "a"."b" TO "app"` as the owner or a superuser
        "#);
    }
}
