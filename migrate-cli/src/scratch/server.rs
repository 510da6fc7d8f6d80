//! The server of the scratch database. One that may hold data of value is used only when it is named for
//! this purpose.

use std::fmt;

use crate::connection::environment::Environment;
use crate::connection::target::Target;
use crate::failure::Failure;
use crate::scratch::temporary::TemporaryServer;

/// Names a server for scratch databases, as `--scratch-url` does.
const VARIABLE: &str = "MIGRATE_SCRATCH_URL";

/// Where scratch databases are created.
#[derive(Debug)]
pub(crate) struct ScratchServer {
    pub(crate) target: Target,
    /// How it was chosen, for people.
    origin: String,
    /// Set for a server that was started for this purpose, and stops when this is dropped.
    temporary: Option<TemporaryServer>,
}

impl ScratchServer {
    /// The server that `given` or `MIGRATE_SCRATCH_URL` names; else that of `DATABASE_URL` or the `PG…`
    /// variables, if it is on this machine; else an installed PostgreSQL, which is started.
    ///
    /// # Errors
    /// A malformed URL; no server can be used.
    pub(crate) fn choose(given: Option<&str>, environment: &Environment) -> Result<Self, Failure> {
        let named = given
            .map(|url| (url.to_owned(), "--scratch-url"))
            .or_else(|| Some((environment.get(VARIABLE)?, VARIABLE)));
        if let Some((url, origin)) = named {
            return Ok(Self::of(Target::find(Some(&url), environment)?, origin));
        }
        let usual = ["DATABASE_URL", "PGHOST", "PGHOSTADDR"]
            .into_iter()
            .find(|name| environment.get(name).is_some());
        let mut refused = None;
        if let Some(origin) = usual {
            let target = Target::find(None, environment)?;
            if target.is_local() {
                return Ok(Self::of(target, origin));
            }
            refused = Some((target, origin));
        }
        let failure = match TemporaryServer::start() {
            Ok(server) => {
                return Ok(Self {
                    target: server.target()?,
                    origin: server.to_string(),
                    temporary: Some(server),
                });
            }
            Err(failure) => failure,
        };
        Err(match refused {
            Some((target, origin)) => failure.help(format!(
                "{origin} names {}, which is not on this machine: if a database may be created there, pass that URL as `--scratch-url`",
                target.servers()
            )),
            None => failure,
        })
    }

    /// Whether it was started for this purpose, and is gone afterwards.
    pub(crate) fn is_temporary(&self) -> bool {
        self.temporary.is_some()
    }

    fn of(target: Target, origin: &str) -> Self {
        let origin = format!("{}, from {origin}", target.servers());
        Self {
            target,
            origin,
            temporary: None,
        }
    }
}

impl fmt::Display for ScratchServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}
