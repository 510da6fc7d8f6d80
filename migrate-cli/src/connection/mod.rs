//! From settings to an open connection.

pub(crate) mod environment;
mod keywords;
mod passfile;
pub(crate) mod target;
pub(crate) mod tls;

use std::error::Error as StdError;
use std::future::poll_fn;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_postgres::error::DbError;
use tokio_postgres::{AsyncMessage, CancelToken, Client, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::failure::Failure;
use target::Target;
use tls::Mode;

/// An open connection, and what comes over it unasked.
pub(crate) struct Connected {
    pub(crate) client: Client,
    pub(crate) cancel: Cancel,
    /// What the server has to say beside its answers: `NOTICE`, `WARNING`, `DEBUG`.
    pub(crate) notices: UnboundedReceiver<DbError>,
}

/// Asks the server to give up the running statement.
#[derive(Clone)]
pub(crate) struct Cancel {
    token: CancelToken,
    connector: Option<MakeRustlsConnect>,
}

impl Cancel {
    /// Sends PostgreSQL's cancel request, over a connection of its own. Nothing to do where it fails:
    /// the statement goes on then.
    pub(crate) async fn send(&self) {
        let _ = match self.connector.clone() {
            Some(connector) => self.token.cancel_query(connector).await,
            None => self.token.cancel_query(NoTls).await,
        };
    }
}

/// Connects. Must be called in a tokio runtime, which drives the connection from then on.
///
/// # Errors
/// Certificates that cannot be read, and whatever keeps the server from taking us in.
pub(crate) async fn connect(target: &Target) -> Result<Connected, Failure> {
    let (sender, notices) = unbounded_channel();
    if target.mode == Mode::Disable {
        let (client, connection) = target
            .config
            .connect(NoTls)
            .await
            .map_err(|error| unreachable(target, &error))?;
        tokio::spawn(drive(connection, sender));
        let token = client.cancel_token();
        return Ok(Connected {
            client,
            cancel: Cancel {
                token,
                connector: None,
            },
            notices,
        });
    }
    let connector = tls::connector(target.mode, &target.certificates)?;
    let (client, connection) = target
        .config
        .connect(connector.clone())
        .await
        .map_err(|error| unreachable(target, &error))?;
    tokio::spawn(drive(connection, sender));
    let token = client.cancel_token();
    Ok(Connected {
        client,
        cancel: Cancel {
            token,
            connector: Some(connector),
        },
        notices,
    })
}

/// Carries messages until the client is dropped. An error here reaches the client as its own.
async fn drive<S, T>(
    mut connection: tokio_postgres::Connection<S, T>,
    notices: UnboundedSender<DbError>,
) where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
        if let AsyncMessage::Notice(notice) = message {
            // Whoever does not want to hear them has dropped the other end.
            let _ = notices.send(notice);
        }
    }
}

/// Says where, why, and what helps in the usual cases.
fn unreachable(target: &Target, error: &tokio_postgres::Error) -> Failure {
    let failure = Failure::environment(format!("cannot connect to {}", target.shown()));
    if let Some(database) = error.as_db_error() {
        let failure = failure
            .cause(database)
            .sqlstate(Some(database.code().code()));
        return match database.code().code() {
            "3D000" => failure.help("create it first: `createdb`, or `CREATE DATABASE` in another database"),
            "28P01" => failure.help("the password comes from the URL, PGPASSWORD or ~/.pgpass, in this order"),
            "28000" => failure.help("the server's pg_hba.conf decides who may connect, from where and with TLS or without"),
            "53300" | "57P03" => failure.help("try again in a moment"),
            _ => failure,
        };
    }
    let cause: &(dyn StdError + 'static) = error.source().unwrap_or(error);
    let text = format!("{error} {cause}").to_lowercase();
    let failure = failure.cause(cause);
    if text.contains("not valid for name") {
        failure
            .help("connect by a name that the certificate is made out to")
            .help("`sslmode=verify-ca` does not compare the host's name")
    } else if text.contains("certificate") {
        failure
            .help("name the certificate that has signed the server's with `sslrootcert=…` in the URL, or in PGSSLROOTCERT")
            .help("on a network that you trust, `sslmode=require` encrypts without verifying")
    } else if text.contains("does not support tls") {
        failure.help("on a network that you trust, `sslmode=disable` goes without TLS")
    } else if text.contains("refused") || text.contains("no such file") {
        failure.help("is the server running, and does it listen there?")
    } else if text.contains("password missing") {
        failure.help("put it into the URL, PGPASSWORD or ~/.pgpass")
    } else {
        failure
    }
}
