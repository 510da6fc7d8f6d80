//! What shows other processes that this one runs: an advisory lock, held by a session that lives as long as the process.

use std::hash::{BuildHasher as _, RandomState};

use postgres::Config;

use crate::Error;
use crate::maintenance::Maintenance;
use crate::name::Owner;

/// The first half of the keys under which processes are known: `mtes`.
pub(crate) const CLASS: i32 = 0x6d74_6573;

/// This process, as others see it.
#[derive(Debug)]
pub(crate) struct Presence {
    pub(crate) owner: Owner,
    session: Maintenance,
    shown: bool,
}

impl Presence {
    pub(crate) fn new(config: &Config) -> Self {
        // A new RandomState is random; the number of a process is not, and comes again.
        let random = RandomState::new().hash_one(std::process::id());
        let bytes = random.to_be_bytes();
        let owner = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        Self {
            owner: Owner(owner),
            session: Maintenance::new(config),
            shown: false,
        }
    }

    /// Takes the lock: before the first database that has this owner in its name. A session that was lost has lost it.
    pub(crate) fn show(&mut self) -> Result<(), Error> {
        if !self.shown || self.session.is_lost() {
            let key = self.owner.0.cast_signed();
            let sql = format!("SELECT pg_catalog.pg_advisory_lock({CLASS}, {key})");
            self.session.run("cannot take an advisory lock", &sql)?;
            self.shown = true;
        }
        Ok(())
    }

    /// Gives the lock back: no database is this process's any more.
    pub(crate) fn hide(&mut self) -> Result<(), Error> {
        if self.shown {
            let key = self.owner.0.cast_signed();
            let sql = format!("SELECT pg_catalog.pg_advisory_unlock({CLASS}, {key})");
            self.session
                .run("cannot give back an advisory lock", &sql)?;
            self.shown = false;
        }
        Ok(())
    }
}

/// The processes that run. Read it after the list of databases: the owner of a database that is listed has its lock already.
pub(crate) fn alive(session: &mut Maintenance) -> Result<Vec<Owner>, Error> {
    let sql = format!(
        "SELECT objid FROM pg_catalog.pg_locks \
         WHERE locktype = 'advisory' AND classid = {CLASS} AND objsubid = 2 AND granted"
    );
    let rows = session
        .rows(&sql)
        .map_err(|error| Error::of_server("cannot read the locks of other processes", &error))?;
    let keys = rows
        .into_iter()
        .flatten()
        .filter_map(|key| key.parse().ok());
    Ok(keys.map(Owner).collect())
}
