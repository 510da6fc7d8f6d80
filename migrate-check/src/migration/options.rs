//! Lists of options as utility statements take them: `(CONCURRENTLY, VERBOSE off)`,
//! `WITH (copy_data = false)`.

use migrate_sql::scanner::{Reader, TokenKind};

/// What an option says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value(Option<String>);

impl Value {
    /// As a Boolean, the way PostgreSQL reads one; an option without a value is on.
    pub(super) fn is_true(&self) -> bool {
        !self.is_one_of(&["false", "off", "0"])
    }

    /// Whether it is the word `none`.
    pub(super) fn is_none(&self) -> bool {
        self.is_one_of(&["none"])
    }

    fn is_one_of(&self, words: &[&str]) -> bool {
        self.0
            .as_ref()
            .is_some_and(|value| words.iter().any(|word| value.eq_ignore_ascii_case(word)))
    }
}

/// The options between a pair of brackets: names as PostgreSQL folds them, and values.
pub(super) fn read(mut inside: Reader<'_>) -> Vec<(String, Value)> {
    let mut options = Vec::new();
    while !inside.is_done() {
        let Some(name) = inside.name() else {
            break;
        };
        inside.accept_char(b'=');
        let mut value = None;
        let mut depth = 0_usize;
        while let Some(token) = inside.peek() {
            match token.kind {
                TokenKind::Char(b',') if depth == 0 => break,
                TokenKind::Char(b'(') => depth += 1,
                TokenKind::Char(b')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            let word = inside.string().or_else(|| inside.word());
            value = value.or(word);
        }
        inside.accept_char(b',');
        options.push((name, Value(value)));
    }
    options
}
