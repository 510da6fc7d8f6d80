//! A server's parser, asked without running anything.
//!
//! A server parses a whole simple-query message before it runs the first statement of it. So after
//! `SELECT 1/0;` a statement fails with its own error if the parser refuses it, and with a division by
//! zero if not; it is run in neither case.

use migrate_fixtures::{Options, Server, Wanted};
use postgres::error::{ErrorPosition, SqlState};
use postgres::{Client, NoTls};

use crate::Outcome;

/// What comes before the statement.
const PREFIX: &str = "SELECT 1/0;";

/// What a parser says of a statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Valid,
    Refused {
        message: String,
        /// Which character of the statement, from 1; 0 where the message names none.
        character: usize,
    },
}

/// A running server.
pub(super) struct Oracle {
    client: Client,
    pub(super) version: String,
    _server: Server,
}

impl Oracle {
    /// Starts a server of this major version.
    pub(super) fn start(major: u32) -> Outcome<Self> {
        let options = Options::new().wanted(Wanted::Major(major));
        let server = Server::start(&options).map_err(|failure| failure.to_string())?;
        let client = Client::connect(&server.url("postgres"), NoTls)?;
        Ok(Self {
            client,
            version: server.installation().version.clone(),
            _server: server,
        })
    }

    /// Asks for the verdict on a statement.
    pub(super) fn judge(&mut self, statement: &str) -> Outcome<Verdict> {
        let Err(error) = self.client.simple_query(&format!("{PREFIX}{statement}")) else {
            return Err("the server divided by zero".into());
        };
        let Some(refused) = error.as_db_error() else {
            return Err(error.into());
        };
        if *refused.code() == SqlState::DIVISION_BY_ZERO {
            return Ok(Verdict::Valid);
        }
        let character = match refused.position() {
            Some(ErrorPosition::Original(position)) => {
                usize::try_from(*position)?.saturating_sub(PREFIX.len())
            }
            _ => 0,
        };
        Ok(Verdict::Refused {
            message: refused.message().to_owned(),
            character,
        })
    }
}
