//! Which installed PostgreSQL is started.

use std::env;
use std::path::Path;

use migrate_server::{Account, Installation};

/// Names the directory of the programs to run, or a major version.
const VARIABLE: &str = "MIGRATE_TEST_POSTGRES";

/// Before 13 there is no `DROP DATABASE … WITH (FORCE)`.
const OLDEST: u32 = 13;

/// The newest that `account` can run, or the one that the variable names.
pub(crate) fn choose(account: &Account) -> Result<Installation, String> {
    let named = env::var(VARIABLE).ok().filter(|value| !value.is_empty());
    let Some(named) = named else {
        return Installation::newest(account, |found| found.major >= OLDEST)
            .ok_or_else(|| format!("PostgreSQL {OLDEST} or newer is not installed"));
    };
    let found = match named.parse::<u32>() {
        Ok(major) => Installation::newest(account, |found: &Installation| found.major == major),
        Err(_) => Installation::at(Path::new(&named), account),
    };
    found
        .filter(|found| found.major >= OLDEST)
        .ok_or_else(|| format!("no PostgreSQL can be run from {named}, which {VARIABLE} names"))
}
