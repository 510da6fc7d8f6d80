//! Sets of migrations made for one test, and the drivers to run them with.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::thread;

use migrate_fixtures::Database;
use migrate_runtime::{
    BaselineReport, Error, Migrations, Plan, Repair, Repaired, Revert, RevertReport, RunReport,
    Runner, Status,
};
use tempfile::TempDir;

/// A directory of migrations that a test writes, and edits as people do.
pub(crate) struct Set {
    root: TempDir,
}

impl Set {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("migrations")).unwrap();
        let set = Self { root };
        for (file, text) in files {
            set.write(file, text);
        }
        set
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.root().join("migrations").join(file), text).unwrap();
    }

    pub(crate) fn remove(&self, file: &str) {
        fs::remove_file(self.root().join("migrations").join(file)).unwrap();
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn load(&self) -> Migrations {
        migrate_tests::load(self.root())
    }
}

/// The client that an operation goes through.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Driver {
    Postgres,
    TokioPostgres,
    Sqlx,
    Sqlx08,
}

/// The blocking one first, then one that is asynchronous.
pub(crate) const DRIVERS: [Driver; 4] = [
    Driver::Postgres,
    Driver::TokioPostgres,
    Driver::Sqlx,
    Driver::Sqlx08,
];

macro_rules! through {
    ($driver:expr, $url:expr, |$client:ident| $blocking:expr, $asynchronous:expr) => {{
        $driver.note();
        match $driver {
            Driver::Postgres => {
                let mut client = postgres::Client::connect($url, postgres::NoTls).unwrap();
                let $client = &mut client;
                $blocking
            }
            Driver::TokioPostgres => runtime().block_on(async {
                let mut client = connect($url).await;
                let $client = &mut client;
                $asynchronous.await
            }),
            Driver::Sqlx => runtime().block_on(async {
                let mut client = connect_sqlx($url).await;
                let $client = &mut client;
                $asynchronous.await
            }),
            Driver::Sqlx08 => runtime().block_on(async {
                let mut client = connect_sqlx_0_8($url).await;
                let $client = &mut client;
                $asynchronous.await
            }),
        }
    }};
}

impl Driver {
    /// For `cargo xtask drivers`, which counts the tests that each driver is used in: adds a line with the driver and the
    /// test to the file that it names.
    fn note(self) {
        let thread = thread::current();
        if let (Some(file), Some(test)) = (env::var_os("MIGRATE_TEST_DRIVERS"), thread.name()) {
            let mut file = OpenOptions::new().append(true).open(file).unwrap();
            file.write_all(format!("{self:?} {test}\n").as_bytes())
                .unwrap();
        }
    }

    pub(crate) fn run(self, database: &Database, runner: Runner<'_>) -> Result<RunReport, Error> {
        self.run_at(&database.url(), runner)
    }

    pub(crate) fn run_at(self, url: &str, mut runner: Runner<'_>) -> Result<RunReport, Error> {
        through!(
            self,
            url,
            |client| runner.run(client),
            runner.run_async(client)
        )
    }

    pub(crate) fn plan(self, database: &Database, runner: Runner<'_>) -> Result<Plan, Error> {
        self.plan_at(&database.url(), runner)
    }

    pub(crate) fn plan_at(self, url: &str, mut runner: Runner<'_>) -> Result<Plan, Error> {
        through!(
            self,
            url,
            |client| runner.plan(client),
            runner.plan_async(client)
        )
    }

    pub(crate) fn status(self, url: &str, mut runner: Runner<'_>) -> Result<Status, Error> {
        through!(
            self,
            url,
            |client| runner.status(client),
            runner.status_async(client)
        )
    }

    pub(crate) fn baseline(
        self,
        database: &Database,
        runner: Runner<'_>,
        version: i64,
    ) -> Result<BaselineReport, Error> {
        self.baseline_at(&database.url(), runner, version)
    }

    pub(crate) fn baseline_at(
        self,
        url: &str,
        mut runner: Runner<'_>,
        version: i64,
    ) -> Result<BaselineReport, Error> {
        through!(
            self,
            url,
            |client| runner.baseline(client, version),
            runner.baseline_async(client, version)
        )
    }

    pub(crate) fn repair(
        self,
        database: &Database,
        runner: Runner<'_>,
        what: &Repair,
    ) -> Result<Vec<Repaired>, Error> {
        self.repair_at(&database.url(), runner, what)
    }

    pub(crate) fn repair_at(
        self,
        url: &str,
        mut runner: Runner<'_>,
        what: &Repair,
    ) -> Result<Vec<Repaired>, Error> {
        through!(
            self,
            url,
            |client| runner.repair(client, what),
            runner.repair_async(client, what)
        )
    }

    pub(crate) fn revert(
        self,
        database: &Database,
        runner: Runner<'_>,
        which: Revert,
    ) -> Result<RevertReport, Error> {
        self.revert_at(&database.url(), runner, which)
    }

    pub(crate) fn revert_at(
        self,
        url: &str,
        mut runner: Runner<'_>,
        which: Revert,
    ) -> Result<RevertReport, Error> {
        through!(
            self,
            url,
            |client| runner.revert(client, which),
            runner.revert_async(client, which)
        )
    }
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// A tokio client whose connection is driven in the background.
pub(crate) async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}

pub(crate) async fn connect_sqlx(url: &str) -> sqlx::PgConnection {
    <sqlx::PgConnection as sqlx::Connection>::connect(url)
        .await
        .unwrap()
}

pub(crate) async fn connect_sqlx_0_8(url: &str) -> sqlx_0_8::PgConnection {
    <sqlx_0_8::PgConnection as sqlx_0_8::Connection>::connect(url)
        .await
        .unwrap()
}

/// Runs a scenario through each driver, each time on a database of its own. `cargo xtask versions --others` sets
/// `MIGRATE_TEST_FEW_DRIVERS`: the first two are enough to see what differs between versions of PostgreSQL.
pub(crate) fn with_each_driver(scenario: impl Fn(Driver, &Database)) {
    let number = match env::var_os("MIGRATE_TEST_FEW_DRIVERS") {
        Some(_) => 2,
        None => DRIVERS.len(),
    };
    insta::allow_duplicates! {
        for driver in DRIVERS.into_iter().take(number) {
            let database = migrate_fixtures::Server::shared().database();
            scenario(driver, &database);
            database.assert_quiet();
        }
    }
}

/// The versions that a report lists as applied.
pub(crate) fn versions(report: &RunReport) -> Vec<i64> {
    report
        .applied
        .iter()
        .map(|applied| applied.version)
        .collect()
}
