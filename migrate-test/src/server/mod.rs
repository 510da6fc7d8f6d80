//! The server that the databases of a process are made on.

mod address;
#[cfg(unix)]
mod started;

use std::env;

use postgres::Config;

use self::address::Address;
use crate::maintenance::Maintenance;
use crate::{Error, ErrorKind, notice};

/// Names the server for tests. It is used whatever it is: the name of the variable says that one may.
const VARIABLE: &str = "MIGRATE_TEST_DATABASE_URL";

/// The application's own variable. Its server is used only if that cannot do harm.
const USUAL: &str = "DATABASE_URL";

/// A server and a role on it.
#[derive(Debug)]
pub(crate) struct Server {
    /// Of a database that always exists.
    pub(crate) config: Config,
    address: Address,
    /// Keeps a started server running.
    #[cfg(unix)]
    _membership: Option<started::Membership>,
}

impl Server {
    /// The server that `MIGRATE_TEST_DATABASE_URL` names; else that of `DATABASE_URL`, if it is on this machine and the role
    /// may create databases there; else an installed or fetched PostgreSQL, which is started and shared by all test processes.
    pub(crate) fn choose() -> Result<Self, Error> {
        if let Some(url) = variable(VARIABLE) {
            let address = Address::read(&url, VARIABLE)?;
            let server = Self::of(address)?;
            notice::say(format_args!("using {}, from {VARIABLE}", server.address));
            return Ok(server);
        }
        let mut unfit = None;
        if let Some(url) = variable(USUAL) {
            match Self::usual(&url) {
                Ok(server) => {
                    notice::say(format_args!("using {}, from {USUAL}", server.address));
                    return Ok(server);
                }
                Err(reason) => unfit = Some(reason),
            }
        }
        Self::start(unfit.as_deref())
    }

    /// The server of `DATABASE_URL`, or why it is not used.
    fn usual(url: &str) -> Result<Self, String> {
        let address = Address::read(url, USUAL).map_err(|error| error.to_string())?;
        if !address.is_local() {
            return Err(format!("{address} is not on this machine"));
        }
        let server = Self::of(address).map_err(|error| error.to_string())?;
        let mut session = Maintenance::new(&server.config);
        let rows = session
            .rows("SELECT rolcreatedb OR rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user")
            .map_err(|error| crate::error::reason(&error))?;
        if rows.into_iter().flatten().next().as_deref() == Some("t") {
            Ok(server)
        } else {
            Err(format!(
                "its role may not create databases on {}",
                server.address
            ))
        }
    }

    /// Connects once. All processes should meet in one database, because their locks are seen there alone: in `postgres`,
    /// or in the one of the address where the role may not enter that.
    fn of(address: Address) -> Result<Self, Error> {
        let mut config = address.config().clone();
        config.dbname("postgres");
        let mut session = Maintenance::new(&config);
        if let Err(refused) = session.rows("SELECT 1") {
            config = address.config().clone();
            let mut session = Maintenance::new(&config);
            session.rows("SELECT 1").map_err(|_| {
                Error::of_server(format_args!("cannot connect to {address}"), &refused)
                    .help(format!("check {}", address.origin()))
            })?;
        }
        Ok(Self {
            config,
            address,
            #[cfg(unix)]
            _membership: None,
        })
    }

    #[cfg(unix)]
    fn start(unfit: Option<&str>) -> Result<Self, Error> {
        let reason = unfit.map(|reason| format!(" ({USUAL} is not used: {reason})"));
        let reason = reason.unwrap_or_default();
        let (address, membership) = started::join().map_err(|error| match unfit {
            Some(reason) => error.help(format!(
                "{USUAL} is not used: {reason}; if databases may be created there, set {VARIABLE} to its URL"
            )),
            None => error,
        })?;
        notice::say(format_args!("using {membership}{reason}"));
        Ok(Self {
            config: address.config().clone(),
            address,
            _membership: Some(membership),
        })
    }

    #[cfg(not(unix))]
    fn start(unfit: Option<&str>) -> Result<Self, Error> {
        let error = Error::new(
            ErrorKind::NoServer,
            "there is no server for tests, and none is started on this operating system",
        );
        Err(match unfit {
            Some(reason) => error.help(format!("{USUAL} is not used: {reason}")),
            None => error,
        }
        .help(format!(
            "set {VARIABLE} to the URL of a server where databases may be created"
        )))
    }

    /// The URL of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        self.address.url(database)
    }
}

/// None where it is not set, or empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// There is no server, and none can be started.
#[cfg(unix)]
fn none(reason: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::NoServer,
        format_args!("there is no server for tests: {reason}"),
    )
    .help(format!(
        "set {VARIABLE} to the URL of a server where databases may be created"
    ))
    .help("or install PostgreSQL's server (Debian: apt-get install postgresql; macOS: brew install postgresql), which is then started; or Python's pip, so that it can be fetched")
}
