//! The operation: find the other tool's history, read it, match it with the files, record it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use migrate_runtime::{
    AdoptOutcome, AsyncClient, ErrorKind, Event, ForeignHistory, HistoryTable, Migrations, Runner,
    Session, StopToken,
};

use crate::error::Error;
use crate::judge::{Answers, Judgement, judge};
use crate::reading::Waiting;
use crate::report::{AdoptReport, AdoptedMigration};
use crate::source::{Search, Source};
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
    /// Three messages that read, and one transaction that creates the set's history table if needed and inserts all rows; then, if
    /// that table had rows before, a message that reads it.
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
            let search = Search {
                ours: &self.table,
                from: self.from,
                table: self.source.as_ref(),
                waiting: &self.waiting,
            };
            let Some(source) = search.find(session).await? else {
                return Ok(AdoptReport {
                    tool: None,
                    source: String::new(),
                    recorded: Vec::new(),
                    known: 0,
                    renamed: None,
                    dry_run: self.dry_run,
                    refused: self.refused_by_a_run(session).await?,
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
            let has_rows = !source.known.is_empty();
            let (mut adopted, history) = self.plan(source, judgement)?;
            let nothing = adopted.recorded.is_empty() && adopted.renamed.is_none();
            if !self.dry_run && !nothing {
                let outcome = self.runner().adopt_with(session, &history).await;
                if outcome.map_err(Error::Record)? == AdoptOutcome::TableChanged {
                    continue;
                }
            }
            if has_rows {
                adopted.refused = self.refused_by_a_run(session).await?;
            }
            return Ok(adopted);
        }
        let table = self.source.as_ref().map(ToString::to_string);
        Err(Error::Contested {
            table: table.unwrap_or_else(|| "the other history".to_owned()),
        })
    }

    fn runner(&self) -> Runner<'_> {
        let runner = self
            .set
            .runner()
            .table(self.table.clone())
            .wait_timeout(self.waiting.limit)
            .stop(&self.waiting.stop);
        match self.waiting.observer.clone() {
            Some(observer) => runner.observer(move |event| observer(event)),
            None => runner,
        }
    }

    /// What a run refuses of the rows that the history table had before: of another set or branch, or about an edited file.
    /// Fails if they are another program's, as a run and the recording of rows do.
    async fn refused_by_a_run<S: Session>(&self, session: &mut S) -> Result<Option<String>, Error> {
        let Err(error) = self.runner().plan_with(session).await else {
            return Ok(None);
        };
        match error.kind() {
            ErrorKind::VersionTaken => Err(Error::Record(error)),
            ErrorKind::Missing | ErrorKind::Drift | ErrorKind::Interrupted => {
                Ok(Some(error.to_string()))
            }
            // What else a run would refuse is not about the rows.
            _ => Ok(None),
        }
    }

    /// Of recorded versions, those of the set: the others are another program's or of another branch, which a run says.
    fn recorded_before(&self, known: &BTreeSet<i64>) -> usize {
        let is_ours = |version: &&i64| self.set.get(**version).is_some();
        known.iter().filter(is_ours).count()
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
            known: self.recorded_before(&source.known),
            renamed: moved.map(|table| table.to_string()),
            dry_run: self.dry_run,
            refused: None,
        };
        let columns = found.column_names();
        let mut history = ForeignHistory::new(found.schema, found.name, columns, source.count);
        history.rename = rename;
        history.migrations = judgement.migrations;
        Ok((adopted, history))
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
