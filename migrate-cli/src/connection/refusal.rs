//! Why a server did not take us in, and what helps.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use tokio_postgres::error::SqlState;

use super::target::Target;
use crate::failure::Failure;

/// How one attempt ended.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The host has no address.
    Unknown(io::Error),
    /// There was no server to try.
    Nowhere,
    /// The server said no, or something broke.
    Failed(tokio_postgres::Error),
    /// The server did not answer for so long.
    Silent(Duration),
    /// It is not the kind of server that is wanted.
    Unwanted(&'static str),
}

impl Refusal {
    /// Whether the server has no such database.
    pub(super) fn is_of_the_database(&self) -> bool {
        matches!(self, Self::Failed(error) if error.code() == Some(&SqlState::INVALID_CATALOG_NAME))
    }

    /// Whether it is the role or its password that the server refused.
    pub(super) fn is_of_the_role(&self) -> bool {
        matches!(self, Self::Failed(error) if error.code().is_some_and(|code| code.code().starts_with("28")))
    }
}

/// Says where, why, and what helps in the usual cases.
pub(super) fn unreachable(target: &Target, refusal: &Refusal) -> Failure {
    let failure = Failure::environment(format!("cannot connect to {}", target.shown()));
    match refusal {
        Refusal::Failed(error) => {
            let failure = failed(failure, error);
            // The server says in words only which it is.
            if error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION) {
                return failure
                    .help(format!(
                        "if there is no such role, create it as a superuser: `CREATE ROLE {} LOGIN`",
                        identifier(target.user())
                    ))
                    .help("else the server's pg_hba.conf decides who may connect, from where and with TLS or without");
            }
            if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
                return failure.help(format!(
                    "if the role lacks the right to connect, let the database's owner run `GRANT CONNECT ON DATABASE {} TO {}`",
                    identifier(target.database()),
                    identifier(target.user())
                ));
            }
            failure
        }
        Refusal::Unknown(error) => failure
            .cause(error)
            .help("the host's name has no address here: check it, and the network's name service"),
        Refusal::Nowhere => failure.reason("the host's name has no address"),
        Refusal::Silent(limit) => failure
            .reason(format!("the server did not answer within {} s", limit.as_secs()))
            .help("give it longer with `connect_timeout=…` in the URL, or with PGCONNECT_TIMEOUT"),
        Refusal::Unwanted(why) => failure
            .reason(*why)
            .help("`target_session_attrs` in the URL, or PGTARGETSESSIONATTRS, says which server is wanted"),
    }
}

fn failed(failure: Failure, error: &tokio_postgres::Error) -> Failure {
    if let Some(database) = error.as_db_error() {
        let failure = failure
            .cause(database)
            .sqlstate(Some(database.code().code()));
        return match database.code().code() {
            "3D000" => failure.help("create it: `migrate database create`"),
            "28P01" => failure
                .help("the password comes from the URL, PGPASSWORD or ~/.pgpass, in this order"),
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
    } else if text.contains("unsupportedcertversion") {
        failure
            .help("the server's certificate is of X.509's first version, which can be trusted only by itself: name it with `sslrootcert=…`")
            .help("on a network that you trust, `sslmode=require` encrypts without verifying")
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

/// A name as SQL.
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
