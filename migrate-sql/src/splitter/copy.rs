//! `COPY` between the server and its client.

use crate::scanner::{Keyword as K, Reader};

/// Which way it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `COPY … FROM STDIN`
    FromClient,
    /// `COPY … TO STDOUT`
    ToClient,
}

/// Whether the statement exchanges data with its client, and which way.
pub fn direction(mut statement: Reader<'_>) -> Option<Direction> {
    if !statement.accept(K::Copy) {
        return None;
    }
    while let Some(token) = statement.read() {
        if token.is_char(b'(') {
            statement.bracketed();
        } else if token.is(K::From) || token.is(K::To) {
            // PostgreSQL takes either word in either direction.
            if !statement.accept_any(&[K::Stdin, K::Stdout]) {
                return None;
            }
            return Some(if token.is(K::From) {
                Direction::FromClient
            } else {
                Direction::ToClient
            });
        }
    }
    None
}

/// Where the data ends that psql would send after a `COPY … FROM STDIN;` that ends at `end`: after the
/// line `\.`, if there is one.
pub(super) fn data_end(text: &str, end: usize) -> Option<usize> {
    let rest = text.get(end..)?;
    let mut from = 0;
    loop {
        from += rest.get(from..)?.find("\n\\.")? + "\n\\.".len();
        let line = rest.get(from..)?.lines().next().unwrap_or_default();
        if line.trim_end().is_empty() {
            return Some(end + from + line.len());
        }
    }
}
