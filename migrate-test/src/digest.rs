//! What tells one template from another: everything that decides what is in it.

use std::fmt;

use migrate_runtime::Migrations;
use sha2::{Digest as _, Sha256};

use crate::start::Start;

/// Names a template. Two sets that leave the same database have the same one, whichever checkout they are in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Digest(String);

/// Changes when a newer version of this crate makes templates in another way.
const FORMAT: &[u8] = b"migrate-test 2";

impl Digest {
    /// Of a set and the fixtures that are loaded after it. The checksums are those of the build: no file is read.
    pub(crate) fn of<'a>(
        set: &Migrations,
        start: &Start,
        fixtures: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut hash = Sha256::new();
        let mut add = |part: &[u8]| {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        };
        add(FORMAT);
        // The history table is part of the database.
        add(set.table().schema().as_bytes());
        add(set.table().name().as_bytes());
        if let Start::Dump(dump) = start {
            add(b"dump");
            add(dump.sql.as_bytes());
        } else {
            let applied = set.iter().filter(|migration| match start {
                Start::Version(newest) => migration.version() <= *newest,
                _ => true,
            });
            for migration in applied {
                add(&migration.version().to_be_bytes());
                add(migration.name().as_bytes());
                add(migration.up().checksum().as_bytes());
            }
            match start {
                // It fails, and the failure must not be taken for that of another one.
                Start::Version(unknown) if set.get(*unknown).is_none() => add(b"unknown version"),
                _ => add(b"fixtures"),
            }
        }
        for fixture in fixtures {
            add(fixture.as_bytes());
        }
        let bytes = hash.finalize();
        let mut text = String::new();
        for byte in bytes.iter().take(10) {
            let _ = fmt::Write::write_fmt(&mut text, format_args!("{byte:02x}"));
        }
        Self(text)
    }

    /// From a database's name.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let fits = text.len() == 20 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then(|| Self(text.to_owned()))
    }

    /// The second half of the advisory lock's key under which the template is made.
    pub(crate) fn lock_key(&self) -> i32 {
        let bits = self
            .0
            .get(..8)
            .and_then(|text| u32::from_str_radix(text, 16).ok());
        bits.unwrap_or_default().cast_signed()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use migrate_runtime::Migrations;

    use super::Digest;
    use crate::start::Start;

    #[test]
    fn fixtures_make_another_template_and_so_does_their_order() {
        let of = |fixtures: &[&'static str]| {
            Digest::of(
                &Migrations::empty(),
                &Start::Newest,
                fixtures.iter().copied(),
            )
        };
        assert_ne!(of(&[]), of(&["SELECT 1"]));
        assert_ne!(of(&["SELECT 1", "SELECT 2"]), of(&["SELECT 2", "SELECT 1"]));
        assert_ne!(of(&["a", "b"]), of(&["ab"]));
    }

    #[test]
    fn a_digest_is_read_from_its_text() {
        let digest = Digest::of(&Migrations::empty(), &Start::Newest, []);
        assert_eq!(Digest::read(&digest.to_string()), Some(digest));
        assert_eq!(Digest::read("kept"), None);
    }
}
