//! Creating and dropping the database of a target, over a connection to another database of the same server.

use postgres_protocol::escape::{escape_identifier, escape_literal};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::connection::connect_if_exists;
use crate::connection::target::Target;
use crate::failure::Failure;

/// Every server has these; libpq's `createdb` and `dropdb` use them in this order.
const USUAL: [&str; 2] = ["postgres", "template1"];

/// Databases that are never dropped.
const KEPT: [&str; 3] = ["postgres", "template0", "template1"];

/// How a database is made, as far as the command line says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shape {
    pub(crate) owner: Option<String>,
    pub(crate) template: Option<String>,
    pub(crate) encoding: Option<String>,
    pub(crate) locale: Option<String>,
}

/// A connection beside a database, from where it can be created and dropped.
pub(crate) struct Maintenance {
    client: Client,
    /// The database.
    name: String,
    /// Who is connected.
    role: String,
    /// The servers, for messages.
    place: String,
}

impl Maintenance {
    /// Connects to `given` or else to a usual database on the server of `target`.
    ///
    /// # Errors
    /// No connection.
    pub(crate) async fn connect(target: &Target, given: Option<&str>) -> Result<Self, Failure> {
        let name = target.database().to_owned();
        let usual = USUAL.into_iter().filter(|usual| *usual != name);
        let candidates: Vec<&str> = match given {
            Some(given) => vec![given],
            None => usual.collect(),
        };
        for candidate in &candidates {
            let mut beside = target.clone();
            beside.config.dbname(*candidate);
            if let Some(connected) = connect_if_exists(&beside).await? {
                let this = Self {
                    client: connected.client,
                    name,
                    role: target.config.get_user().unwrap_or_default().to_owned(),
                    place: target.servers(),
                };
                this.prepare().await?;
                return Ok(this);
            }
        }
        Err(Failure::environment(format!(
            "there is no database `{}` at {}",
            candidates.join("` or `"),
            target.servers()
        ))
        .help("creating or dropping a database takes a connection to another one: name it with `--maintenance-database`"))
    }

    /// A role's defaults are made for its queries, not for this.
    async fn prepare(&self) -> Result<(), Failure> {
        let settings = "SET statement_timeout TO 0;SET default_transaction_read_only TO off";
        let done = self.client.batch_execute(settings).await;
        done.map_err(|error| self.failed("use", &error))
    }

    /// The owner of the database; None if there is no such database.
    ///
    /// # Errors
    /// The server's.
    pub(crate) async fn owner(&self) -> Result<Option<String>, Failure> {
        let sql = format!(
            "SELECT pg_catalog.pg_get_userbyid(datdba) FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) {}",
            escape_literal(&self.name)
        );
        let rows = self.rows(&sql).await?;
        Ok(rows.into_iter().next())
    }

    /// Creates the database; false if there is one already.
    ///
    /// # Errors
    /// The server's, such as a missing right.
    pub(crate) async fn create(&self, shape: &Shape) -> Result<bool, Failure> {
        // Only of the pristine template the server makes copies in another encoding.
        let template = match &shape.template {
            None if shape.encoding.is_some() || shape.locale.is_some() => Some("template0"),
            given => given.as_deref(),
        };
        let mut sql = format!("CREATE DATABASE {}", escape_identifier(&self.name));
        for (word, name) in [("OWNER", shape.owner.as_deref()), ("TEMPLATE", template)] {
            if let Some(name) = name {
                sql = format!("{sql} {word} {}", escape_identifier(name));
            }
        }
        for (word, value) in [("ENCODING", &shape.encoding), ("LOCALE", &shape.locale)] {
            if let Some(value) = value {
                sql = format!("{sql} {word} {}", escape_literal(value));
            }
        }
        let Err(error) = self.client.batch_execute(&sql).await else {
            return Ok(true);
        };
        let failure = self.failed("create", &error);
        Err(match error.code() {
            // Another program was faster.
            Some(&SqlState::DUPLICATE_DATABASE) => return Ok(false),
            Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
                let role = escape_identifier(&self.role);
                let failure = failure.help(format!(
                    "a superuser grants the right: `ALTER ROLE {role} CREATEDB`"
                ));
                match &shape.owner {
                    Some(owner) => failure.help(format!(
                        "and the right to make {owner} the owner: `GRANT {} TO {role}`",
                        escape_identifier(owner)
                    )),
                    None => failure,
                }
            }
            Some(&SqlState::OBJECT_IN_USE) => failure
                .help("name a template that no session is connected to: `--template template0`"),
            _ => failure,
        })
    }

    /// Drops the database.
    ///
    /// # Errors
    /// The server's: among others, that sessions are connected to it, unless they are to be ended.
    pub(crate) async fn drop(&self, end_sessions: bool) -> Result<(), Failure> {
        if KEPT.contains(&self.name.as_str()) {
            return Err(Failure::refused(format!(
                "`{}` is a database that every server has: it is not dropped",
                self.name
            ))
            .help("name your application's database in DATABASE_URL or with `--database-url`"));
        }
        let force = if end_sessions { " WITH (FORCE)" } else { "" };
        let name = escape_identifier(&self.name);
        // IF EXISTS: another program may be faster.
        let sql = format!("DROP DATABASE IF EXISTS {name}{force}");
        let Err(error) = self.client.batch_execute(&sql).await else {
            return Ok(());
        };
        let failure = self.failed("drop", &error);
        Err(match error.code() {
            Some(&SqlState::OBJECT_IN_USE) => {
                let sessions = self.sessions().await.unwrap_or_default();
                let failure = match sessions.as_slice() {
                    [] => failure,
                    sessions => failure.reason(format!("connected: {}", sessions.join(", "))),
                };
                failure.help("stop what is connected, or end its sessions with `--end-sessions`")
            }
            Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
                failure.help("connect as the owner of the database, or as a superuser")
            }
            _ => failure,
        })
    }

    /// Who is connected to the database, at most a few of them.
    async fn sessions(&self) -> Result<Vec<String>, Failure> {
        self.rows(&format!(
            "SELECT pg_catalog.concat('pid ', pid, ' (role ', usename, CASE WHEN application_name OPERATOR(pg_catalog.<>) '' \
             THEN ', application ' END, application_name, ')') FROM pg_catalog.pg_stat_activity \
             WHERE datname OPERATOR(pg_catalog.=) {} ORDER BY backend_start LIMIT 5",
            escape_literal(&self.name)
        ))
        .await
    }

    /// The first column of a query.
    async fn rows(&self, sql: &str) -> Result<Vec<String>, Failure> {
        let messages = self.client.simple_query(sql).await;
        let messages = messages.map_err(|error| self.failed("look up", &error))?;
        let mut rows = Vec::new();
        for message in messages {
            if let SimpleQueryMessage::Row(row) = message {
                // A name that is not UTF-8 is shown by no more than its place.
                let value = row.try_get(0).ok().flatten().unwrap_or("?");
                rows.push(value.to_owned());
            }
        }
        Ok(rows)
    }

    fn failed(&self, what: &str, error: &tokio_postgres::Error) -> Failure {
        Failure::refused(format!(
            "cannot {what} the database `{}` at {}",
            self.name, self.place
        ))
        .driver(error)
    }
}
