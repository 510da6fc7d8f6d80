//! The session most likely in the way of a statement, where the server gave up waiting for a lock.

use std::cmp::Reverse;

use super::wait::read_holder;
use super::{Engine, sql};
use crate::other_session::Blocker;
use crate::session::SessionError;
use crate::text;

/// A text longer than this is not searched for names.
const MAX_BYTES: usize = 32 * 1024;

impl Engine<'_, '_> {
    /// Of the sessions with a lock on something that one of these texts names, the one with the strongest; otherwise
    /// the oldest transaction with any.
    pub(super) async fn blocker(
        &mut self,
        failure: &SessionError,
        texts: &[&str],
    ) -> Option<Blocker> {
        if failure.code() != "55P03" {
            return None;
        }
        let reply = self.session.ask(&sql::blockers()).await.ok()?;
        let rows = reply.rows();
        let short = texts.iter().filter(|text| text.len() <= MAX_BYTES);
        let lower: Vec<String> = short.map(|text| text.to_ascii_lowercase()).collect();
        let named = rows.iter().filter(|row| {
            let name = row.text(5).unwrap_or_default().to_ascii_lowercase();
            lower.iter().any(|text| has_word(text, &name))
        });
        let named = named.min_by_key(|row| Reverse(row.number::<i32>(4)));
        let session = read_holder(named.or(rows.first())?)?;
        let lock = named.and_then(|row| text::owned(row.text(6)));
        Some(Blocker { session, lock })
    }
}

/// Whether a text has a name as a word of its own; both in lower case.
fn has_word(text: &str, name: &str) -> bool {
    if name.is_empty() {
        return false;
    }
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let mut rest = text;
    let mut follows_part = false;
    while let Some(at) = text::find(rest, name) {
        let (before, found) = rest.split_at(at);
        let is_inside = before.chars().next_back().map_or(follows_part, is_part);
        let after = found.get(name.len()..).unwrap_or_default();
        if !is_inside && !after.starts_with(is_part) {
            return true;
        }
        (rest, follows_part) = (after, name.ends_with(is_part));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::has_word;

    #[test]
    fn a_name_is_found_as_a_word() {
        for text in [
            "alter table users add a int",
            "drop table public.\"users\"",
            "users",
        ] {
            assert!(has_word(text, "users"), "{text}");
        }
        for text in [
            "drop table app_users",
            "drop table users2",
            "",
            "drop table use",
        ] {
            assert!(!has_word(text, "users"), "{text}");
        }
    }
}
