//! Creating the scratch database, and dropping it.

use std::process;
use std::time::SystemTime;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::connection::target::Target;
use crate::connection::{Cancel, Connected, connect};
use crate::failure::Failure;

/// A temporary database.
pub(crate) struct Scratch {
    /// A connection to it.
    pub(crate) client: Client,
    pub(crate) cancel: Cancel,
    /// What the server reports, down to `debug1`.
    pub(super) notices: UnboundedReceiver<DbError>,
    /// A connection to the server's other database: a session cannot drop its own.
    outside: Client,
    pub(crate) name: String,
    /// The server's roles before: they belong to no database, and those that files create stay.
    roles: Vec<String>,
}

impl Scratch {
    /// Creates an empty database on the server of `target`.
    ///
    /// # Errors
    /// No connection, or no permission to create databases.
    pub(crate) async fn create(target: &Target) -> Result<Self, Failure> {
        let outside = connect(target).await?.client;
        let moment = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let name = format!("migrate_scratch_{}_{}", process::id(), moment.as_millis());
        let created = outside
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))
            .await;
        if let Err(error) = created {
            let failure = Failure::environment("cannot create the scratch database").driver(&error);
            return Err(match error.code() {
                Some(&SqlState::INSUFFICIENT_PRIVILEGE) => failure
                    .help("name a server where you may create databases: `--scratch-url <URL>`"),
                _ => failure,
            });
        }
        let mut inside = target.clone();
        inside.config.dbname(&name);
        let options = target.config.get_options().unwrap_or_default();
        inside
            .config
            .options(format!("{options} -c client_min_messages=debug1").trim());
        match connect(&inside).await {
            Ok(Connected {
                client,
                cancel,
                notices,
            }) => Ok(Self {
                client,
                cancel,
                notices,
                roles: roles(&outside).await,
                outside,
                name,
            }),
            Err(failure) => {
                drop_database(&outside, &name).await?;
                Err(failure)
            }
        }
    }

    /// The roles that the server has since then. Others may have created them, too.
    pub(crate) async fn new_roles(&self) -> Vec<String> {
        let mut found = roles(&self.outside).await;
        found.retain(|role| !self.roles.contains(role));
        found
    }

    /// Drops the database, and ends the sessions in it.
    ///
    /// # Errors
    /// The server's, with the name of the database, which has to be dropped by hand.
    pub(crate) async fn remove(self) -> Result<(), Failure> {
        drop(self.client);
        drop_database(&self.outside, &self.name).await
    }

    /// The rows of a query, every value as text.
    ///
    /// # Errors
    /// The server's.
    pub(super) async fn rows(&self, sql: &str) -> Result<Vec<Vec<String>>, Failure> {
        let failed = |error: tokio_postgres::Error| {
            Failure::environment("cannot read the catalog of the scratch database").driver(&error)
        };
        let messages = self.client.simple_query(sql).await.map_err(failed)?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(
                (0..row.len())
                    .map(|column| {
                        // What is not UTF-8 is nothing that is compared here.
                        row.try_get(column)
                            .ok()
                            .flatten()
                            .unwrap_or_default()
                            .to_owned()
                    })
                    .collect(),
            ),
            _ => None,
        });
        Ok(rows.collect())
    }
}

/// The names of the server's roles. None where they cannot be read: the check does not depend on them.
async fn roles(outside: &Client) -> Vec<String> {
    let asked = outside
        .simple_query("SELECT rolname FROM pg_catalog.pg_roles")
        .await;
    let messages = asked.unwrap_or_default();
    let names = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.try_get(0).ok().flatten().map(str::to_owned),
        _ => None,
    });
    names.collect()
}

async fn drop_database(outside: &Client, name: &str) -> Result<(), Failure> {
    outside
        .batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))
        .await
        .map_err(|error| {
            Failure::environment(format!("cannot drop the scratch database `{name}`"))
                .driver(&error)
                .help(format!("drop it by hand: `DROP DATABASE {name}`"))
        })
}
