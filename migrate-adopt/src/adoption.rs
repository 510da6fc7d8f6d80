//! The operation: find the other history, read it, match it with the files, record.

use std::collections::BTreeSet;
use std::fmt;

use migrate_runtime::{Failure, Migrations, Reply, Session, Table, Takeover};

use crate::error::Error;
use crate::found::{Found, TABLES};
use crate::judge::{Answers, Judgement, judge};
use crate::row::Row;
use crate::tool::Tool;

/// How often the read is repeated because the other tool changed its table before the rows were recorded.
const ATTEMPTS: usize = 5;

/// Adopts the history of another tool for `set`.
pub fn adopt(set: &Migrations) -> Adoption<'_> {
    Adoption {
        set,
        table: set.table().clone(),
        from: None,
        source: None,
        answers: Answers::default(),
        dry_run: false,
    }
}

/// Options, and the operation.
#[derive(Debug, Clone)]
#[must_use = "nothing is adopted until it is performed"]
pub struct Adoption<'s> {
    set: &'s Migrations,
    table: Table,
    from: Option<Tool>,
    source: Option<Table>,
    answers: Answers,
    dry_run: bool,
}

/// What was adopted, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Adopted {
    /// The tool whose history it was; None if there was nothing left to adopt.
    pub tool: Option<Tool>,
    /// Its table, quoted.
    pub source: String,
    /// The migrations recorded now.
    pub recorded: Vec<Recorded>,
    /// How many migrations were recorded before.
    pub known: usize,
    /// The new name of the other tool's table, quoted, if it had the name of migrate's history table.
    pub renamed: Option<String>,
    /// Nothing was written.
    pub dry_run: bool,
}

/// One migration recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recorded {
    /// Its version.
    pub version: i64,
    /// Its file, e.g. `migrations/0001_users.sql`.
    pub file: String,
    /// When the tool applied it, if it says so.
    pub applied_at: Option<String>,
}

/// A history that was found, and what our own holds.
struct Source {
    tool: Tool,
    found: Found,
    rows: Vec<Row>,
    /// How many rows its table has, of whatever kind.
    count: usize,
    known: BTreeSet<i64>,
    /// Our history holds rows that were adopted from this tool.
    adopted: bool,
    /// The names of all tables in its schema that may be histories.
    names: Vec<String>,
}

impl Adoption<'_> {
    /// The tool; otherwise it is recognised by its table.
    pub fn from(mut self, tool: Tool) -> Self {
        self.from = Some(tool);
        self
    }

    /// The tool's table, where it does not have its usual name.
    pub fn from_table(mut self, table: Table) -> Self {
        self.source = Some(table);
        self
    }

    /// Our history table, in place of the one the set was embedded with.
    pub fn table(mut self, table: Table) -> Self {
        self.table = table;
        self
    }

    /// This migration counts as applied, with the file as it is now: though the tool has no row of it,
    /// or failed in it, or applied another text.
    pub fn applied(mut self, version: i64) -> Self {
        self.answers.applied.insert(version);
        self
    }

    /// This migration counts as not applied, though newer ones are, or the tool began it.
    pub fn pending(mut self, version: i64) -> Self {
        self.answers.pending.insert(version);
        self
    }

    /// This row, as the tool names it, is left out: there is no file about it.
    pub fn forget(mut self, row: impl Into<String>) -> Self {
        self.answers.forget.insert(row.into());
        self
    }

    /// Says what would be recorded, and writes nothing.
    pub fn dry_run(mut self) -> Self {
        self.dry_run = true;
        self
    }

    /// Takes the history over: reads the other table, and records what it says in one transaction under
    /// the lock of our history. Done twice, it changes nothing.
    ///
    /// # Errors
    ///
    /// Whatever [`Error`] describes; nothing is recorded then.
    pub async fn perform_over<S: Session>(&self, session: &mut S) -> Result<Adopted, Error> {
        for _ in 0..ATTEMPTS {
            let Some(source) = self.look(session).await? else {
                return Ok(Adopted {
                    tool: None,
                    source: String::new(),
                    recorded: Vec::new(),
                    known: 0,
                    renamed: None,
                    dry_run: self.dry_run,
                });
            };
            let mut judgement = judge(
                self.set,
                source.tool,
                &source.rows,
                &source.known,
                &self.answers,
            );
            // What was answered when it was adopted need not be answered again.
            if judgement.migrations.is_empty() && source.adopted {
                judgement.findings.clear();
            }
            if !judgement.findings.is_empty() {
                return Err(Error::Refused {
                    table: source.found.table().to_string(),
                    tool: source.tool,
                    findings: judgement.findings,
                });
            }
            let (adopted, takeover) = self.plan(source, judgement);
            let nothing = adopted.recorded.is_empty() && adopted.renamed.is_none();
            if self.dry_run || nothing {
                return Ok(adopted);
            }
            let mut runner = self.set.runner().table(self.table.clone());
            if runner
                .take_over(session, &takeover)
                .await
                .map_err(Error::Record)?
            {
                return Ok(adopted);
            }
        }
        let table = self.source.as_ref().map(ToString::to_string);
        Err(Error::Contested {
            table: table.unwrap_or_else(|| "the other history".to_owned()),
        })
    }

    fn plan(&self, source: Source, judgement: Judgement) -> (Adopted, Takeover) {
        let found = source.found;
        let clashes = found.is(self.table.schema(), self.table.name());
        let rename = clashes.then(|| free_name(&found.name, source.tool, &source.names));
        let recorded = judgement.migrations.iter().map(|taken| Recorded {
            version: taken.version,
            file: self
                .set
                .get(taken.version)
                .map_or_else(String::new, |migration| migration.up().path()),
            applied_at: taken.applied_at.clone(),
        });
        let adopted = Adopted {
            tool: Some(source.tool),
            source: found.table().to_string(),
            recorded: recorded.collect(),
            known: source.known.len(),
            renamed: rename
                .as_ref()
                .map(|name| Table::new(found.schema.clone(), name.clone()).to_string()),
            dry_run: self.dry_run,
        };
        let takeover = Takeover {
            columns: found.column_names(),
            rows: source.count,
            rename,
            migrations: judgement.migrations,
            schema: found.schema,
            name: found.name,
        };
        (adopted, takeover)
    }

    /// Finds and reads the other history; None if only migrate's own exists.
    async fn look<S: Session>(&self, session: &mut S) -> Result<Option<Source>, Error> {
        let open = "SELECT pg_catalog.transaction_timestamp() OPERATOR(pg_catalog.<>) pg_catalog.statement_timestamp()";
        let reply = read(session, open, "inspect the connection").await?;
        if reply
            .values(0)
            .any(|row| row.first() == Some(&Some("t".to_owned())))
        {
            return Err(Error::OpenTransaction);
        }
        let reply = read(session, &pinned(TABLES), "list the tables").await?;
        let tables = Found::read(&reply, 0);
        let ours = tables
            .iter()
            .find(|found| found.is(self.table.schema(), self.table.name()) && found.is_ours());
        let Some((tool, found)) = self.choose(&tables)? else {
            return match ours {
                Some(_) if self.from.is_none() || self.source.is_none() => Ok(None),
                _ => Err(Error::NotFound { tool: self.from }),
            };
        };
        let other = found.table().to_string();
        let mut sql = format!(
            "{};SELECT count(*) FROM {other}",
            tool.format().select.replace("{table}", &other)
        );
        if ours.is_some() {
            sql += ";SELECT version, coalesce(note, '') FROM ";
            sql += &self.table.to_string();
        }
        let reply = read(session, &pinned(&sql), &format!("read {other}")).await?;
        let count = reply.values(1).next().and_then(|row| {
            let count = row.first()?.as_deref()?;
            count.parse().ok()
        });
        let mark = format!("adopted from {}", tool.name());
        let mut known = BTreeSet::new();
        let mut adopted = false;
        for row in reply.values(2) {
            let text = |column: usize| row.get(column).and_then(Option::as_deref);
            known.extend(text(0).and_then(|version| version.parse::<i64>().ok()));
            adopted |= text(1).is_some_and(|note| note.starts_with(&mark));
        }
        let beside = tables.iter().filter(|table| table.schema == found.schema);
        Ok(Some(Source {
            tool,
            rows: reply.values(0).map(Row::read).collect(),
            count: count.unwrap_or_default(),
            known,
            adopted,
            names: beside.map(|table| table.name.clone()).collect(),
            found: found.clone(),
        }))
    }

    /// The one table that is meant.
    fn choose<'t>(&self, tables: &'t [Found]) -> Result<Option<(Tool, &'t Found)>, Error> {
        let mut candidates: Vec<(Tool, &Found)> = tables
            .iter()
            .filter(|found| !found.is_ours())
            .filter_map(|found| match (&self.source, self.from) {
                (Some(source), _) if !found.is(source.schema(), source.name()) => None,
                (_, Some(tool)) if !found.fits(tool) => None,
                (None, Some(tool)) if tool.format().table != found.name => None,
                (_, Some(tool)) => Some((tool, found)),
                (Some(_), None) => Some((found.tool()?, found)),
                (None, None) => {
                    let tool = found.tool()?;
                    (tool.format().table == found.name).then_some((tool, found))
                }
            })
            .collect();
        // The one in the schema of our own history is the likely one of several of one tool.
        let beside = |(_, found): &&(Tool, &Found)| found.schema == self.table.schema();
        let tools: BTreeSet<&str> = candidates.iter().map(|(tool, _)| tool.name()).collect();
        if tools.len() == 1 && candidates.iter().filter(beside).count() == 1 {
            candidates.retain(|candidate| beside(&candidate));
        }
        match candidates.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(*only)),
            several => {
                let name = |(tool, found): &(Tool, &Found)| (found.table().to_string(), *tool);
                Err(Error::Ambiguous {
                    tables: several.iter().map(name).collect(),
                })
            }
        }
    }
}

/// A name that no other history has: `schema_migrations_dbmate`.
fn free_name(name: &str, tool: Tool, taken: &[String]) -> String {
    let wanted = format!("{name}_{}", tool.name().replace('-', "_"));
    let numbered = (2..).map(|number| format!("{wanted}_{number}"));
    let mut names = std::iter::once(wanted.clone()).chain(numbered);
    let free = names.find(|name| !taken.contains(name));
    free.unwrap_or(wanted)
}

/// A message whose names and operators are PostgreSQL's own, whatever the session's path says, and that
/// cannot write.
fn pinned(sql: &str) -> String {
    format!("BEGIN READ ONLY;SET LOCAL search_path TO pg_catalog, pg_temp;{sql};COMMIT")
}

async fn read<S: Session>(session: &mut S, sql: &str, doing: &str) -> Result<Reply, Error> {
    let failure = match session.send(sql).await {
        Ok(reply) => return Ok(reply),
        Err(failure) => failure,
    };
    let Failure {
        database, source, ..
    } = failure;
    let Some(error) = database else {
        return Err(Error::Connection { source });
    };
    // Its own failure would hide the one that made it necessary.
    let _ = session.send("ROLLBACK").await;
    let doing = doing.to_owned();
    Err(Error::Database { doing, error })
}

#[cfg(feature = "postgres")]
impl Adoption<'_> {
    /// [`perform_over`](Adoption::perform_over) a `postgres::Client`.
    ///
    /// # Errors
    ///
    /// See [`perform_over`](Adoption::perform_over).
    pub fn perform(&self, client: &mut postgres::Client) -> Result<Adopted, Error> {
        use std::task::{Context, Poll, Waker};
        // Everything in it was done by a blocking client when it returns.
        let mut work = std::pin::pin!(self.perform_over(client));
        loop {
            let mut context = Context::from_waker(Waker::noop());
            if let Poll::Ready(result) = work.as_mut().poll(&mut context) {
                return result;
            }
        }
    }
}

impl fmt::Display for Adopted {
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
