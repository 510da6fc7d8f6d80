//! The checksums of the other tools.

use std::fmt::Write as _;
use std::hash::{Hash as _, Hasher as _};

use migrate_runtime::Migration;
use sha2::{Digest, Sha256, Sha384};
use siphasher::sip::SipHasher13;

/// Whether the migration's text fits, in any form in which the tool may have read it: with LF or CRLF, because most
/// tools hash the bytes of the file and the embedded text has LF; and without the directives that were added for
/// migrate and the empty lines below them.
pub(crate) fn any_form(migration: &Migration<'_>, fits: impl Fn(&str) -> bool) -> bool {
    let any_ending = |text: &str| fits(text) || fits(&text.replace('\n', "\r\n"));
    let text = migration.up().sql();
    any_ending(text)
        || without_directives(text).is_some_and(|text| {
            let trimmed = text.trim_start_matches('\n');
            any_ending(&text) || trimmed.len() < text.len() && any_ending(trimmed)
        })
}

/// `text` without the lines that hold a directive; None if no line does. A line of a string may look like a directive:
/// then this form does not fit, which is harmless.
fn without_directives(text: &str) -> Option<String> {
    let is_directive = |line: &&str| {
        let comment = line.trim_start().strip_prefix("--");
        comment.is_some_and(|comment| comment.trim_start().starts_with("migrate:"))
    };
    let lines = text.split_inclusive('\n');
    lines.clone().any(|line| is_directive(&line)).then(|| {
        let others = lines.filter(|line| !is_directive(line));
        others.collect()
    })
}

pub(crate) fn sha384(text: &str) -> String {
    hexadecimal(&Sha384::digest(text.as_bytes()))
}

pub(crate) fn sha256(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// refinery's, with versions of either width.
pub(crate) fn refinery(name: &str, version: i64, text: &str) -> Vec<u64> {
    let sum = |hash_version: &dyn Fn(&mut SipHasher13)| {
        let mut hasher = SipHasher13::new();
        name.hash(&mut hasher);
        hash_version(&mut hasher);
        text.hash(&mut hasher);
        hasher.finish()
    };
    let mut sums = vec![sum(&|hasher| version.hash(hasher))];
    if let Ok(narrow) = i32::try_from(version) {
        sums.push(sum(&|hasher| narrow.hash(hasher)));
    }
    sums
}

/// Flyway's: the lines without their endings, which in Java are LF, CR or CRLF.
pub(crate) fn flyway(text: &str) -> i32 {
    let mut hasher = crc32fast::Hasher::new();
    for line in text.split(['\n', '\r']) {
        hasher.update(line.as_bytes());
    }
    hasher.finalize().cast_signed()
}

#[cfg(test)]
mod tests {
    use super::{flyway, sha256, sha384, without_directives};

    #[test]
    fn lines_of_directives_are_left_out() {
        let text =
            "-- migrate: no-transaction\n-- a\n  --migrate:allow(x) y\nSELECT 1; -- migrate: z\n";
        let left = without_directives(text);
        assert_eq!(left.as_deref(), Some("-- a\nSELECT 1; -- migrate: z\n"));
        assert_eq!(without_directives("-- a\nSELECT 1;"), None);
    }

    #[test]
    fn digests_have_their_published_values() {
        // FIPS 180-4's values for "abc"; the check value of CRC-32 is 0xCBF43926 for "123456789".
        assert_eq!(
            sha256("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert!(sha384("abc").starts_with("cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"));
        assert_eq!(flyway("12345\r\n67\r89\n").cast_unsigned(), 0xCBF4_3926);
    }
}
