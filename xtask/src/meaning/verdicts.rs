//! What a server has said of files, kept between runs: to apply them takes most of the time.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use migrate_check::Transaction;
use postgres::NoTls;

use super::Oracle;
use super::set::{Refusal, Script, apply, split};
use crate::Outcome;
use crate::cargo::root;

/// The verdicts of one version of PostgreSQL.
pub(super) struct Verdicts {
    folder: PathBuf,
}

impl Verdicts {
    pub(super) fn of(oracle: &Oracle) -> Outcome<Self> {
        let mut client = oracle.config.connect(NoTls)?;
        let version: String = client.query_one("SHOW server_version_num", &[])?.get(0);
        let folder = root().join("target/meaning-verdicts").join(version);
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    /// Where the server stops: what it said of these files before, or what it says now.
    pub(super) fn ask(&self, oracle: &Oracle, files: &[Script]) -> Outcome<Option<Refusal>> {
        let mut hasher = DefaultHasher::new();
        for file in files {
            (&file.text, file.transaction == Transaction::Single).hash(&mut hasher);
        }
        let path = self.folder.join(format!("{:016x}", hasher.finish()));
        if let Ok(kept) = fs::read_to_string(&path) {
            let mut parts = kept.splitn(4, '\t');
            let mut number = || parts.next()?.parse::<usize>().ok();
            return Ok(number().zip(number()).map(|at| Refusal {
                at,
                code: parts.next().unwrap_or_default().to_owned(),
                message: parts.next().unwrap_or_default().to_owned(),
            }));
        }
        let statements = split(files);
        let verdict = oracle.within(|client| apply(client, files, &statements))?;
        let kept = verdict.as_ref().map_or_else(String::new, |refusal| {
            let (file, statement) = refusal.at;
            format!("{file}\t{statement}\t{}\t{}", refusal.code, refusal.message)
        });
        fs::write(&path, kept)?;
        Ok(verdict)
    }
}
