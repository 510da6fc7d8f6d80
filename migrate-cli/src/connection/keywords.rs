//! Connection strings in both of libpq's forms, taken apart as far as we read them ourselves.
//!
//! What is about TLS certificates is ours, because `tokio-postgres` leaves TLS to others; the rest
//! goes to its own parser unchanged.

use std::fmt::Write as _;

use crate::failure::Failure;

/// What of a connection string is not for `tokio-postgres`.
const OURS: [&str; 5] = ["sslmode", "sslrootcert", "sslcert", "sslkey", "passfile"];

/// A connection string, split.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Split {
    /// What remains for `tokio-postgres`.
    pub(crate) rest: String,
    ours: Vec<(String, String)>,
}

impl Split {
    /// The value of one of our keywords; the last one counts.
    pub(crate) fn get(&self, keyword: &str) -> Option<&str> {
        let mut found = self.ours.iter().rev();
        found
            .find(|(name, _)| name == keyword)
            .map(|(_, value)| value.as_str())
    }
}

/// Takes a URL or a `keyword=value` string apart.
///
/// # Errors
/// A string of neither form. The text never shows any of it, for there may be a password in it.
pub(crate) fn split(text: &str) -> Result<Split, Failure> {
    let text = text.trim();
    if is_url(text) {
        Ok(split_url(text))
    } else if let Some(scheme) = other_scheme(text) {
        Err(
            Failure::environment(format!("the database URL begins with `{scheme}://`"))
                .help("only PostgreSQL is supported: `postgres://user@host/database`"),
        )
    } else {
        split_pairs(text)
    }
}

/// Whether it is a URL of PostgreSQL's.
fn is_url(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

/// The scheme of any other URL: letters and digits only, so that it is no piece of a password.
fn other_scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once("://")?;
    scheme
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric())
        .then_some(scheme)
}

fn split_url(text: &str) -> Split {
    let Some((base, query)) = text.split_once('?') else {
        return Split {
            rest: text.to_owned(),
            ours: Vec::new(),
        };
    };
    let mut split = Split {
        rest: base.to_owned(),
        ours: Vec::new(),
    };
    let mut joint = '?';
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if OURS.contains(&name) {
            split.ours.push((name.to_owned(), decode(value)));
        } else {
            split.rest.push(joint);
            split.rest.push_str(pair);
            joint = '&';
        }
    }
    split
}

/// Resolves `%41` and the like; what is not of that form stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, others)) = rest.split_first() {
        let digits = others
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = others.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `host=localhost password='it''s'`: spaces around `=` are allowed, values may be quoted, a backslash
/// takes the next character as it is.
fn split_pairs(text: &str) -> Result<Split, Failure> {
    let mut split = Split::default();
    let mut characters = text.chars().peekable();
    loop {
        while characters.next_if(|c| c.is_whitespace()).is_some() {}
        let mut name = String::new();
        while let Some(c) = characters.next_if(|c| *c != '=' && !c.is_whitespace()) {
            name.push(c);
        }
        while characters.next_if(|c| c.is_whitespace()).is_some() {}
        match (name.is_empty(), characters.next()) {
            (true, None) => return Ok(split),
            (false, Some('=')) => {}
            _ => return Err(malformed()),
        }
        while characters.next_if(|c| c.is_whitespace()).is_some() {}
        let quoted = characters.next_if_eq(&'\'').is_some();
        let mut value = String::new();
        loop {
            match characters.next() {
                Some('\\') => value.push(characters.next().ok_or_else(malformed)?),
                Some('\'') if quoted => break,
                Some(c) if !quoted && c.is_whitespace() => break,
                Some(c) => value.push(c),
                None if quoted => return Err(malformed()),
                None => break,
            }
        }
        if OURS.contains(&name.as_str()) {
            split.ours.push((name, value));
        } else {
            let value = value.replace('\\', "\\\\").replace('\'', "\\'");
            // Writing to a String cannot fail.
            let _ = write!(split.rest, "{name}='{value}' ");
        }
    }
}

fn malformed() -> Failure {
    Failure::environment("the database URL is neither a URL nor a list of `keyword=value`")
        .help("write it as `postgres://user@host:5432/database` or `host=… user=… dbname=…`")
        .help("in a URL, characters such as `@`, `/`, `#` and `%` in a password are written `%40`, `%2F`, `%23` and `%25`")
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn what_is_about_certificates_is_taken_out_of_a_url() {
        let found = split(
            "postgres://u:p@h/d?sslmode=verify-full&connect_timeout=3&sslrootcert=/my%20ca.pem",
        )
        .unwrap();
        assert_eq!(found.rest, "postgres://u:p@h/d?connect_timeout=3");
        assert_eq!(found.get("sslmode"), Some("verify-full"));
        assert_eq!(found.get("sslrootcert"), Some("/my ca.pem"));
        assert_eq!(found.get("sslkey"), None);
    }

    #[test]
    fn pairs_may_be_quoted_and_spaced() {
        let found =
            split(r"host = /tmp password='it\'s a \\' sslmode=disable sslmode=require").unwrap();
        assert_eq!(found.rest, r"host='/tmp' password='it\'s a \\' ");
        assert_eq!(found.get("sslmode"), Some("require"));
    }

    #[test]
    fn errors_do_not_quote_the_string() {
        for wrong in [
            "host=a secret",
            "password='secret",
            "=secret",
            "mysql://u:secret@h",
        ] {
            let text = split(wrong).unwrap_err().text();
            assert!(!text.contains("secret"), "{text}");
        }
    }
}
