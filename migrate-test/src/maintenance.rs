//! Sessions that create and drop databases. They are connected to a database that always exists.

use std::thread;
use std::time::{Duration, Instant};

use postgres::{Client, Config, NoTls, SimpleQueryMessage};

use crate::Error;
use crate::name::Name;

/// How long a test waits for one of the server's connections.
pub(crate) const PATIENCE: Duration = Duration::from_secs(600);

/// How long a server may take to start or to recover.
const START: Duration = Duration::from_secs(30);

/// A session that is opened when it is first needed, and again when it was lost.
#[derive(Debug)]
pub(crate) struct Maintenance {
    config: Config,
    client: Option<OpenClient>,
}

struct OpenClient(Client);

impl std::fmt::Debug for OpenClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpenClient")
    }
}

/// The rows of an answer; NULL is an empty text.
pub(crate) type Rows = Vec<Vec<String>>;

impl Maintenance {
    pub(crate) fn new(config: &Config) -> Self {
        let mut config = config.clone();
        config.application_name("migrate-test");
        Self {
            config,
            client: None,
        }
    }

    fn client(&mut self) -> Result<&mut Client, postgres::Error> {
        let open = match self.client.take() {
            Some(open) if !open.0.is_closed() => open,
            _ => OpenClient(connect(&self.config)?),
        };
        Ok(&mut self.client.insert(open).0)
    }

    /// It was open, and is no more.
    pub(crate) fn is_lost(&self) -> bool {
        self.client.as_ref().is_some_and(|open| open.0.is_closed())
    }

    /// Runs one statement.
    pub(crate) fn rows(&mut self, sql: &str) -> Result<Rows, postgres::Error> {
        let answer = self.client()?.simple_query(sql);
        let answer = match answer {
            // A session that was cut off between two statements is noticed only now. All statements here may run twice.
            Err(error) if error.is_closed() => self.client()?.simple_query(sql),
            answer => answer,
        };
        let rows = answer?.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(
                (0..row.len())
                    .map(|column| row.get(column).unwrap_or_default().to_owned())
                    .collect(),
            ),
            _ => None,
        });
        Ok(rows.collect())
    }

    /// Runs one statement and says what it was for if it fails.
    pub(crate) fn run(&mut self, doing: &str, sql: &str) -> Result<(), Error> {
        self.rows(sql)
            .map(drop)
            .map_err(|error| Error::of_server(doing, &error))
    }

    /// A session in another database of the same server.
    pub(crate) fn open(&self, name: &Name) -> Result<Client, Error> {
        let mut config = self.config.clone();
        config.dbname(&name.to_string());
        connect(&config)
            .map_err(|error| Error::of_server("cannot connect to a new database", &error))
    }
}

/// Connects; waits while all connections are taken, or the server is starting.
pub(crate) fn connect(config: &Config) -> Result<Client, postgres::Error> {
    let began = Instant::now();
    let mut pause = Duration::from_millis(5);
    loop {
        let error = match config.connect(NoTls) {
            Ok(client) => return Ok(client),
            Err(error) => error,
        };
        let Some(limit) = patience(error.code().map(postgres::error::SqlState::code)) else {
            return Err(error);
        };
        if began.elapsed() > limit {
            return Err(error);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(160));
    }
}

/// How long to wait after an error with this code; None for one that does not go away.
pub(crate) fn patience(code: Option<&str>) -> Option<Duration> {
    match code {
        // too_many_connections: other tests will end.
        Some("53300") => Some(PATIENCE),
        // cannot_connect_now
        Some("57P03") => Some(START),
        _ => None,
    }
}

/// As an identifier. Our names hold nothing to quote but are not all lower case letters.
pub(crate) fn quoted(name: &Name) -> String {
    format!("\"{name}\"")
}

/// As a string constant.
pub(crate) fn literal(text: &str) -> String {
    // Of this form the meaning does not depend on a setting.
    format!(" E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}
