//! One set in many schemas: a history in each, several connections at work.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::ops::DerefMut;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use crate::engine::{Engine, Observer, current_tenants};
use crate::error::{Error, Kind};
use crate::event::Event;
use crate::migrations::Migrations;
use crate::policy::Options;
use crate::report::RunReport;
use crate::session::Session;
use crate::table::{HistoryTable, Identifier};

/// Applies one set to several schemas, each with its own history. [`Runner::tenants`](crate::Runner::tenants) makes it
/// and passes its options to every tenant.
///
/// The `search_path` of a tenant's migrations is its schema, then `public`: files that name tables without a schema work
/// unchanged. A schema that does not exist is created. Each connection works on one tenant at a time. A tenant that
/// fails does not stop the others.
///
/// ```no_run
/// # use migrate_runtime as migrate;
/// # static MIGRATIONS: migrate::Migrations = migrate::Migrations::empty();
/// # #[cfg(feature = "postgres")]
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let connect = || postgres::Client::connect("host=localhost user=app", postgres::NoTls);
/// let mut clients = [connect()?, connect()?, connect()?];
/// let report = MIGRATIONS.runner().tenants(["acme", "umbrella"]).run(&mut clients);
/// for (schema, error) in report.failed() {
///     eprintln!("{schema}: {error}");
/// }
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "postgres"))]
/// # fn main() {}
/// ```
#[must_use = "nothing happens until `run` is called"]
pub struct Tenants<'a> {
    set: &'a Migrations,
    table: HistoryTable,
    options: Options,
    schemas: Vec<String>,
    observer: Mutex<TenantObserver<'a>>,
}

type TenantObserver<'a> = Option<Box<dyn FnMut(&str, &Event<'_>) + Send + 'a>>;

/// What a run over many schemas did.
#[derive(Debug)]
#[non_exhaustive]
pub struct TenantsReport {
    /// One for each schema, in the order of [`Runner::tenants`](crate::Runner::tenants).
    pub tenants: Vec<TenantReport>,
}

/// What a run over many schemas did in one of them.
#[derive(Debug)]
#[non_exhaustive]
pub struct TenantReport {
    /// The schema.
    pub schema: String,
    /// What a run on it alone would have returned.
    pub result: Result<RunReport, Error>,
}

impl<'a> Tenants<'a> {
    pub(crate) fn new(
        set: &'a Migrations,
        table: HistoryTable,
        options: Options,
        observer: Observer<'a>,
        schemas: Vec<String>,
    ) -> Self {
        let observer = observer.map(|mut observer| {
            let all = move |_: &str, event: &Event<'_>| observer(event);
            Box::new(all) as Box<dyn FnMut(&str, &Event<'_>) + Send + 'a>
        });
        Self {
            set,
            table,
            options,
            schemas,
            observer: Mutex::new(observer),
        }
    }

    /// Calls `observer` with each [`Event`] as it happens, and the schema in which it happens.
    pub fn observer(mut self, observer: impl FnMut(&str, &Event<'_>) + Send + 'a) -> Self {
        self.observer = Mutex::new(Some(Box::new(observer)));
        self
    }

    /// Brings every tenant up to date, for any [`Session`]s or what dereferences to one. They take turns on this thread:
    /// blocking clients work one after the other.
    ///
    /// # SQL
    ///
    /// One `SELECT` of the catalog and one for each 200 schemas find the tenants that are up to date. Each of the others
    /// costs what [`Runner::run_with`](crate::Runner::run_with) says.
    ///
    /// # Locking
    ///
    /// As [`Runner::run_with`](crate::Runner::run_with), with one advisory lock for each history table.
    pub async fn run_with<S, I>(&self, sessions: I) -> TenantsReport
    where
        S: Session,
        I: IntoIterator,
        I::Item: DerefMut<Target = S> + Send,
    {
        let mut sessions: Vec<I::Item> = sessions.into_iter().collect();
        let work = self
            .begin(sessions.first_mut().map(|session| &mut **session))
            .await;
        let mut workers: Vec<Pin<Box<dyn Future<Output = ()> + Send + '_>>> = Vec::new();
        for session in &mut sessions {
            workers.push(Box::pin(work.serve(&mut **session)));
        }
        poll_fn(|context| {
            workers.retain_mut(|worker| worker.as_mut().poll(context).is_pending());
            if workers.is_empty() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
        drop(workers);
        work.finish()
    }

    /// Finds the tenants that are up to date, and queues the others.
    pub(crate) async fn begin<S: Session>(&self, session: Option<&mut S>) -> Work<'_, 'a> {
        let tables: Vec<HistoryTable> = self
            .schemas
            .iter()
            .map(|schema| {
                HistoryTable::unchecked(schema.clone().into(), self.table.name().to_owned().into())
            })
            .collect();
        let mut results: Vec<Option<Result<RunReport, Error>>> = Vec::new();
        results.resize_with(tables.len(), || None);
        let mut queue = VecDeque::new();
        let current = match session {
            Some(session) => current_tenants(session, self.set, &self.options, &tables).await,
            None => vec![false; tables.len()],
        };
        for (at, (current, result)) in current.into_iter().zip(&mut results).enumerate() {
            if current {
                let current = self.set.len();
                *result = Some(Ok(RunReport {
                    current,
                    ..RunReport::default()
                }));
            } else {
                queue.push_back(at);
            }
        }
        Work {
            tenants: self,
            tables,
            queue: Mutex::new(queue),
            results: Mutex::new(results),
        }
    }

    fn emit(&self, schema: &str, event: &Event<'_>) {
        if let Some(observer) = lock(&self.observer).as_mut() {
            observer(schema, event);
        }
    }
}

/// A run over many schemas, under way.
pub(crate) struct Work<'w, 'a> {
    tenants: &'w Tenants<'a>,
    tables: Vec<HistoryTable>,
    queue: Mutex<VecDeque<usize>>,
    results: Mutex<Vec<Option<Result<RunReport, Error>>>>,
}

impl Work<'_, '_> {
    /// Serves tenants until none is left or this connection is lost; the other connections continue.
    pub(crate) async fn serve<S: Session>(&self, session: &mut S) {
        loop {
            let next = lock(&self.queue).pop_front();
            let Some((at, table)) = next.and_then(|at| Some((at, self.tables.get(at)?))) else {
                return;
            };
            let result = self.run(session, table).await;
            let lost = result.as_ref().is_err_and(Error::is_connection);
            if let Some(slot) = lock(&self.results).get_mut(at) {
                *slot = Some(result);
            }
            if lost {
                return;
            }
        }
    }

    async fn run<S: Session>(
        &self,
        session: &mut S,
        table: &HistoryTable,
    ) -> Result<RunReport, Error> {
        let tenants = self.tenants;
        let mut options = tenants.options.clone();
        options.search_path = Some(format!("{}, public", Identifier(table.schema())));
        let emit = |event: &Event<'_>| tenants.emit(table.schema(), event);
        let mut observer: Observer<'_> = Some(Box::new(emit));
        let mut engine = Engine::new(session, tenants.set, table, &options, &mut observer)?;
        let ended = engine.run().await;
        engine.report(ended)
    }

    pub(crate) fn finish(self) -> TenantsReport {
        let results = self.results.into_inner();
        let results = results.unwrap_or_else(PoisonError::into_inner);
        let named = self.tenants.schemas.iter().cloned().zip(results);
        let tenants = named.map(|(schema, result)| {
            let unserved = || {
                let doing = format!("serve the schema {schema}");
                let source = "no connection was left".into();
                Err(Error::new(Kind::Connection {
                    doing,
                    whole: true,
                    source,
                }))
            };
            TenantReport {
                result: result.unwrap_or_else(unserved),
                schema,
            }
        });
        TenantsReport {
            tenants: tenants.collect(),
        }
    }
}

/// A poisoned lock is safe to use: every update under it is a single assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TenantsReport {
    /// The schemas that failed, each with its error.
    pub fn failed(&self) -> impl Iterator<Item = (&str, &Error)> {
        self.tenants.iter().filter_map(|tenant| {
            let error = tenant.result.as_ref().err()?;
            Some((tenant.schema.as_str(), error))
        })
    }

    /// Whether every schema was up to date.
    pub fn is_noop(&self) -> bool {
        let noop = |tenant: &TenantReport| tenant.result.as_ref().is_ok_and(RunReport::is_noop);
        self.tenants.iter().all(noop)
    }
}

impl fmt::Display for TenantsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for tenant in &self.tenants {
            match &tenant.result {
                Ok(report) if report.is_noop() => {}
                Ok(report) => writeln!(f, "{}: {report}", tenant.schema)?,
                Err(error) => writeln!(f, "{}: {error}", tenant.schema)?,
            }
        }
        let failed = self.failed().count();
        write!(f, "{} schemas, {failed} failed", self.tenants.len())
    }
}

impl fmt::Debug for Tenants<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenants")
            .field("schemas", &self.schemas)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
