//! The operation: find the other tool's history, read it, match it with the files, record it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use migrate_runtime::{
    AdoptOutcome, AsyncClient, Event, ForeignHistory, HistoryTable, Migrations, Session, StopToken,
};

use crate::error::Error;
use crate::found::{Found, TABLES};
use crate::judge::{Answers, Judgement, judge};
use crate::reading::{Waiting, send};
use crate::report::{AdoptReport, AdoptedMigration};
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
        waiting: Waiting {
            limit: WAIT,
            stop: StopToken::new(),
            observer: None,
        },
    }
}

/// The default wait: the same as for a run.
const WAIT: Duration = Duration::from_secs(300);

/// Options, and the operation.
#[derive(Debug, Clone)]
#[must_use = "nothing is adopted until `run` is called"]
pub struct Adoption<'s> {
    set: &'s Migrations,
    table: HistoryTable,
    from: Option<Tool>,
    source: Option<HistoryTable>,
    answers: Answers,
    dry_run: bool,
    waiting: Waiting<'s>,
}

/// A history that was found, and what migrate's own history holds.
struct Source {
    tool: Tool,
    found: Found,
    rows: Vec<Row>,
    /// The number of all rows in its table.
    count: usize,
    known: BTreeSet<i64>,
    /// Whether migrate's history has rows that were adopted from this tool.
    adopted: bool,
    /// The names of all tables in its schema that may be histories.
    names: Vec<String>,
}

impl<'s> Adoption<'s> {
    /// The tool. By default it is recognised by its table.
    pub fn from(mut self, tool: Tool) -> Self {
        self.from = Some(tool);
        self
    }

    /// The tool's table, if it does not have its usual name.
    pub fn from_table(mut self, table: HistoryTable) -> Self {
        self.source = Some(table);
        self
    }

    /// The set's history table, in place of the one it was embedded with.
    pub fn table(mut self, table: HistoryTable) -> Self {
        self.table = table;
        self
    }

    /// Records this migration as applied, with the file as it is now, although the tool has no row for it, failed in it,
    /// or applied another text.
    pub fn applied(mut self, version: i64) -> Self {
        self.answers.applied.insert(version);
        self
    }

    /// Leaves this migration pending, although newer ones are applied or the tool started it.
    pub fn pending(mut self, version: i64) -> Self {
        self.answers.pending.insert(version);
        self
    }

    /// Leaves out this row, as the tool names it, because it has no file.
    pub fn forget(mut self, row: impl Into<String>) -> Self {
        self.answers.forget.insert(row.into());
        self
    }

    /// Only reports what would be recorded. Default: false.
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }

    /// How long to wait while another instance applies migrations, or while a session keeps a table locked. Default:
    /// 5 minutes.
    pub fn wait_timeout(mut self, limit: Duration) -> Self {
        self.waiting.limit = limit;
        self
    }

    /// Ends the operation when `token` is stopped while it waits: [`Error::is_stopped`] is true then.
    pub fn stop(mut self, token: &StopToken) -> Self {
        self.waiting.stop = token.clone();
        self
    }

    /// Calls `observer` with each [`Event`] as it happens, such as a wait for another session.
    pub fn observer(mut self, observer: impl Fn(&Event<'_>) + Send + Sync + 's) -> Self {
        self.waiting.observer = Some(Arc::new(observer));
        self
    }

    /// Adopts the history: reads the other tool's table and records its migrations as applied. Running it again changes nothing.
    ///
    /// For any [`Session`].
    ///
    /// # SQL
    ///
    /// Three messages that read, and one transaction that creates the set's history table if needed and inserts all rows.
    ///
    /// # Locking
    ///
    /// The advisory lock of a run, and `SHARE` on the other tool's table, in that transaction. While another instance is
    /// at work, or a table is locked, it asks again, for as long as [`wait_timeout`](Adoption::wait_timeout) says.
    ///
    /// # Errors
    ///
    /// [`Error`] lists them. Nothing is recorded then.
    pub async fn run_with<S: Session>(&self, session: &mut S) -> Result<AdoptReport, Error> {
        for _ in 0..ATTEMPTS {
            let Some(source) = self.find_source(session).await? else {
                return Ok(AdoptReport {
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
            // The mismatches were answered when this history was first adopted: do not ask again.
            if judgement.migrations.is_empty() && source.adopted {
                judgement.findings.clear();
            }
            if !judgement.findings.is_empty() {
                return Err(Error::Refused {
                    table: source.found.table()?.to_string(),
                    tool: source.tool,
                    findings: judgement.findings,
                });
            }
            let (adopted, history) = self.plan(source, judgement)?;
            let nothing = adopted.recorded.is_empty() && adopted.renamed.is_none();
            if self.dry_run || nothing {
                return Ok(adopted);
            }
            let mut runner = self
                .set
                .runner()
                .table(self.table.clone())
                .wait_timeout(self.waiting.limit)
                .stop(&self.waiting.stop);
            if let Some(observer) = self.waiting.observer.clone() {
                runner = runner.observer(move |event| observer(event));
            }
            let outcome = runner.adopt_with(session, &history).await;
            if outcome.map_err(Error::Record)? == AdoptOutcome::Recorded {
                return Ok(adopted);
            }
        }
        let table = self.source.as_ref().map(ToString::to_string);
        Err(Error::Contested {
            table: table.unwrap_or_else(|| "the other history".to_owned()),
        })
    }

    fn plan(
        &self,
        source: Source,
        judgement: Judgement,
    ) -> Result<(AdoptReport, ForeignHistory), Error> {
        let found = source.found;
        let clashes = found.is(self.table.schema(), self.table.name());
        let rename = clashes.then(|| free_name(&found.name, source.tool, &source.names));
        let recorded = judgement.migrations.iter().map(|taken| AdoptedMigration {
            version: taken.version,
            file: self
                .set
                .get(taken.version)
                .map_or_else(String::new, |migration| migration.up().path()),
            applied_at: taken.applied_at.clone(),
        });
        let schema = found.schema.clone();
        let moved = rename.clone().map(|name| HistoryTable::new(schema, name));
        let moved = moved.transpose().map_err(Error::Record)?;
        let adopted = AdoptReport {
            tool: Some(source.tool),
            source: found.table()?.to_string(),
            recorded: recorded.collect(),
            known: source.known.len(),
            renamed: moved.map(|table| table.to_string()),
            dry_run: self.dry_run,
        };
        let columns = found.column_names();
        let mut history = ForeignHistory::new(found.schema, found.name, columns, source.count);
        history.rename = rename;
        history.migrations = judgement.migrations;
        Ok((adopted, history))
    }

    /// Finds and reads the other history; None if only migrate's own exists.
    async fn find_source<S: Session>(&self, session: &mut S) -> Result<Option<Source>, Error> {
        let open = "SELECT pg_catalog.transaction_timestamp() OPERATOR(pg_catalog.<>) pg_catalog.statement_timestamp()";
        let reply = send(session, open, "inspect the connection").await?;
        if reply
            .values()
            .any(|row| row.first() == Some(&Some("t".to_owned())))
        {
            return Err(Error::OpenTransaction);
        }
        let waiting = &self.waiting;
        let reply = waiting
            .read(session, TABLES, "list the tables", &[])
            .await?;
        let all = Found::read(&reply);
        let ours = all
            .iter()
            .find(|found| found.is(self.table.schema(), self.table.name()) && found.is_ours());
        let Some((tool, found)) = self.choose(&all)? else {
            return match ours {
                Some(_) if self.from.is_none() || self.source.is_none() => Ok(None),
                _ => Err(Error::NotFound { tool: self.from }),
            };
        };
        let table = found.table()?;
        let other = table.to_string();
        let mut sql = format!(
            "{};SELECT count(*), 'count' FROM {other}",
            tool.format().select.replace("{table}", &other)
        );
        if ours.is_some() {
            sql += ";SELECT version, coalesce(note, ''), 'known' FROM ";
            sql += &self.table.to_string();
        }
        let tables = [table, self.table.clone()];
        let reply = waiting
            .read(session, &sql, &format!("read {other}"), &tables)
            .await?;
        let mark = format!("adopted from {}", tool.name());
        let mut known = BTreeSet::new();
        let mut adopted = false;
        let mut count = None;
        let mut rows = Vec::new();
        for row in reply.values() {
            let text = |column: usize| row.get(column).and_then(Option::as_deref);
            // What a row is about is in its last column; of the tool's rows that is the state.
            match row.last().and_then(Option::as_deref) {
                Some("count") => count = text(0).and_then(|count| count.parse().ok()),
                Some("known") => {
                    known.extend(text(0).and_then(|version| version.parse::<i64>().ok()));
                    adopted |= text(1).is_some_and(|note| note.starts_with(&mark));
                }
                _ => rows.push(Row::read(row)),
            }
        }
        let beside = all.iter().filter(|table| table.schema == found.schema);
        Ok(Some(Source {
            tool,
            rows,
            count: count.unwrap_or_default(),
            known,
            adopted,
            names: beside.map(|table| table.name.clone()).collect(),
            found: found.clone(),
        }))
    }

    /// Chooses the table to adopt.
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
        // Of several tables of one tool, prefer the one in the schema of migrate's own history.
        let beside = |(_, found): &&(Tool, &Found)| found.schema == self.table.schema();
        let tools: BTreeSet<&str> = candidates.iter().map(|(tool, _)| tool.name()).collect();
        if tools.len() == 1 && candidates.iter().filter(beside).count() == 1 {
            candidates.retain(|candidate| beside(&candidate));
        }
        match candidates.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(*only)),
            several => {
                let mut tables = Vec::new();
                for (tool, found) in several {
                    tables.push((found.table()?.to_string(), *tool));
                }
                Err(Error::Ambiguous { tables })
            }
        }
    }
}

/// A name that no other history has, such as `schema_migrations_dbmate`.
fn free_name(name: &str, tool: Tool, taken: &[String]) -> String {
    let wanted = format!("{name}_{}", tool.name().replace('-', "_"));
    let numbered = (2..).map(|number| format!("{wanted}_{number}"));
    let mut names = std::iter::once(wanted.clone()).chain(numbered);
    let free = names.find(|name| !taken.contains(name));
    free.unwrap_or(wanted)
}

#[cfg(feature = "postgres")]
impl Adoption<'_> {
    /// Adopts the history: reads the other tool's table and records its migrations as applied, in one transaction.
    /// Running it again changes nothing.
    ///
    /// For a `postgres::Client`; see [`run_with`](Adoption::run_with) for its SQL and locks.
    ///
    /// # Errors
    ///
    /// [`Error`] lists them. Nothing is recorded then.
    pub fn run(&self, client: &mut postgres::Client) -> Result<AdoptReport, Error> {
        use std::task::{Context, Poll, Waker};
        // The client blocks, so each poll does its work before it returns.
        let mut work = std::pin::pin!(self.run_with(client));
        loop {
            let mut context = Context::from_waker(Waker::noop());
            if let Poll::Ready(result) = work.as_mut().poll(&mut context) {
                return result;
            }
        }
    }
}

impl Adoption<'_> {
    /// Adopts the history: reads the other tool's table and records its migrations as applied, in one transaction.
    /// Running it again changes nothing.
    ///
    /// For an [asynchronous client](AsyncClient); see [`run_with`](Adoption::run_with) for its SQL and locks.
    ///
    /// # Errors
    ///
    /// [`Error`] lists them. Nothing is recorded then.
    pub async fn run_async(&self, client: impl AsyncClient) -> Result<AdoptReport, Error> {
        let session = client.session().await;
        let mut session = session.map_err(|failure| Error::Connection {
            source: failure.source,
        })?;
        self.run_with(&mut session).await
    }
}
