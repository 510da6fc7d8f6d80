//! A file turns off `lock_timeout`, or makes it long.
//!
//! A statement that waits for a lock makes everybody wait who comes after it, even those it would not
//! disturb: one long-running query, one `ALTER TABLE` behind it, and the table is out of use. Therefore
//! migrate waits for two seconds, gives up, lets the others pass, and tries again.
//!
//! Found:
//!
//! ```sql
//! SET LOCAL lock_timeout = 0;
//! ALTER TABLE users ADD COLUMN nick text;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! Leave it out. Where two seconds are not enough, say so, and stay below ten:
//!
//! ```sql
//! -- migrate: lock-timeout 5s
//! ALTER TABLE users ADD COLUMN nick text;
//! -- locks users: ACCESS EXCLUSIVE
//! ```

use migrate_sql::ast::symbols as w;
use migrate_sql::scanner::Reader;
use migrate_sql::scanner::{Keyword as K, TokenKind};

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::migration::Transaction;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "disables-lock-timeout",
    level: Level::Warn,
    summary: "a file waits for locks for ever, or for long",
    allowable: true,
    source: include_str!("disables_lock_timeout.rs"),
    check: Check::Statement(&[w::VARIABLE_SET], check),
};

/// In milliseconds.
const LONGEST: f64 = 10_000.0;

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let mut rest = scene.subject.source.reader(scene.said.node);
    rest.accept(K::Set);
    rest.accept_any(&[K::Local, K::Session]);
    let is_it = rest.name().is_some_and(|name| name == "lock_timeout");
    if !is_it || scene.subject.transaction == Transaction::None {
        return Vec::new();
    }
    let message = match milliseconds(&mut rest) {
        Some(0.0) => "waits for locks for ever, and everybody else waits behind it",
        Some(time) if time > LONGEST => "waits long for locks, and everybody else waits behind it",
        _ => return Vec::new(),
    };
    vec![
        scene
            .find(&RULE, scene.said.node, message)
            .help("remove it, or begin the file with `-- migrate: lock-timeout 5s`"),
    ]
}

/// The value of a setting of time: a number, or a string with a unit.
fn milliseconds(rest: &mut Reader<'_>) -> Option<f64> {
    if !rest.accept(K::To) {
        rest.read();
    }
    let value = match rest.peek()?.kind {
        TokenKind::String => rest.string()?,
        _ => rest.word()?,
    };
    let value = value.trim();
    let end = value
        .find(|char: char| !char.is_ascii_digit() && char != '.')
        .unwrap_or(value.len());
    let (number, unit) = value.split_at_checked(end)?;
    let factor = match unit.trim() {
        "" | "ms" => 1.0,
        "us" => 0.001,
        "s" => 1_000.0,
        "min" => 60_000.0,
        "h" => 3_600_000.0,
        "d" => 86_400_000.0,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * factor)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn long_times_are_found_in_every_unit() {
        for value in [
            "= 0", "TO '0'", "= '1min'", "TO 10001", "= '1 h'", "= '11s'",
        ] {
            assert_eq!(
                find(RULE, &format!("SET LOCAL lock_timeout {value}")).len(),
                1,
                "{value}"
            );
        }
    }

    #[test]
    fn short_ones_and_others_are_fine() {
        for sql in [
            "SET LOCAL lock_timeout = '10s'",
            "SET LOCAL lock_timeout TO 500",
            "SET LOCAL lock_timeout TO DEFAULT",
            "SET LOCAL statement_timeout = 0",
            "SET LOCAL a.lock_timeout = 'x'",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
    }
}
