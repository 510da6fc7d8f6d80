//! The names of databases. They hold all that is needed to tell whose a database is, and whether it may be dropped.

use std::fmt;

use crate::digest::Digest;

/// All of them begin with this.
pub(crate) const PREFIX: &str = "migrate_test_";

/// PostgreSQL cuts off what is longer.
const LONGEST: usize = 63;

/// A database of this crate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Name {
    /// Complete; clones are made of it.
    Template(Digest),
    /// To become a template: its process is applying the migrations.
    Building(Digest, Owner),
    /// The migrations failed at that time, in seconds since 1970; the comment on the database says how.
    Failed(Digest, u64),
    /// A clone that its process uses, or has made ahead.
    Clone(Digest, Owner, u32),
    /// A clone that was never used and that a process has left to the others.
    Spare(Digest, Owner, u32),
    /// Kept after a failed test, at that time.
    Kept(u64, String),
}

/// A process: it holds an advisory lock with this key as long as it has databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Owner(pub(crate) u32);

impl Name {
    /// The one of a test that failed; of a long name, the end is what tells tests apart.
    pub(crate) fn kept(at: u64, test: &str) -> Self {
        let plain: String = test
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_lowercase()
                } else {
                    '_'
                }
            })
            .collect();
        let room = LONGEST - format!("{PREFIX}kept_{at:x}_").len();
        let from = plain.len().saturating_sub(room);
        Self::Kept(at, plain.get(from..).unwrap_or_default().to_owned())
    }

    /// None for a database that this crate has not made.
    pub(crate) fn read(name: &str) -> Option<Self> {
        let rest = name.strip_prefix(PREFIX)?;
        let hex = |text: &str| u64::from_str_radix(text, 16).ok();
        if let Some(kept) = rest.strip_prefix("kept_") {
            let (at, test) = kept.split_once('_')?;
            return Some(Self::Kept(hex(at)?, test.to_owned()));
        }
        let mut parts = rest.split('_');
        let digest = Digest::read(parts.next()?)?;
        let Some(kind) = parts.next() else {
            return Some(Self::Template(digest));
        };
        let number = hex(parts.next()?)?;
        let owner = Owner(u32::try_from(number).ok()?);
        let mut count = || u32::try_from(hex(parts.next()?)?).ok();
        match kind {
            "building" => Some(Self::Building(digest, owner)),
            "failed" => Some(Self::Failed(digest, number)),
            "clone" => Some(Self::Clone(digest, owner, count()?)),
            "spare" => Some(Self::Spare(digest, owner, count()?)),
            _ => None,
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)?;
        match self {
            Self::Template(digest) => write!(f, "{digest}"),
            Self::Building(digest, owner) => write!(f, "{digest}_building_{:x}", owner.0),
            Self::Failed(digest, at) => write!(f, "{digest}_failed_{at:x}"),
            Self::Clone(digest, owner, count) => {
                write!(f, "{digest}_clone_{:x}_{count:x}", owner.0)
            }
            Self::Spare(digest, owner, count) => {
                write!(f, "{digest}_spare_{:x}_{count:x}", owner.0)
            }
            Self::Kept(at, test) => write!(f, "kept_{at:x}_{test}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use migrate_runtime::Migrations;

    use super::{LONGEST, Name, Owner};
    use crate::digest::Digest;
    use crate::start::Start;

    #[test]
    fn each_name_is_read_back_and_fits() {
        let digest = Digest::of(&Migrations::empty(), &Start::Newest, []);
        let owner = Owner(u32::MAX);
        for name in [
            Name::Template(digest.clone()),
            Name::Building(digest.clone(), owner),
            Name::Failed(digest.clone(), 1_800_000_000),
            Name::Clone(digest.clone(), owner, u32::MAX),
            Name::Spare(digest, Owner(0), 0),
            Name::kept(1_800_000_000, "orders::are_counted"),
            Name::kept(1_800_000_000, &"a_very_long_name_".repeat(9)),
        ] {
            let text = name.to_string();
            assert!(text.len() <= LONGEST, "{text}");
            assert_eq!(Name::read(&text), Some(name));
        }
    }

    #[test]
    fn other_databases_are_not_ours() {
        for name in [
            "postgres",
            "migrate_test_",
            "migrate_test_orders",
            "migrate_test_kept_",
        ] {
            assert_eq!(Name::read(name), None, "{name}");
        }
    }
}
