//! A file turns off `lock_timeout`, or makes it long.
//!
//! A statement that waits for a lock makes every later session wait, even those it would not conflict with: one
//! long-running query, one `ALTER TABLE` waiting for it, and the table is out of use. Therefore migrate waits for
//! 0.8 s at most, gives up so that others can pass, and tries again.
//!
//! Found:
//!
//! ```sql
//! SET LOCAL lock_timeout = 0;
//! ALTER TABLE users ADD COLUMN nick text;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! Leave it out. If 0.8 s is not enough, say so, and stay below ten:
//!
//! ```sql
//! -- migrate: lock-timeout 5s
//! ALTER TABLE users ADD COLUMN nick text;
//! -- locks users: ACCESS EXCLUSIVE
//! ```

use migrate_sql::ast::{Command, Kind, Set, SetValue};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "disables-lock-timeout",
    level: Level::Warn,
    summary: "a file waits for locks without a limit, or for long",
    allowable: true,
    source: include_str!("disables_lock_timeout.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::Set], check),
};

/// In milliseconds.
const LONGEST: f64 = 10_000.0;

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let Command::Set(Set {
        parameter,
        value: SetValue::Value(value),
        ..
    }) = context.command()
    else {
        return Vec::new();
    };
    if parameter != "lock_timeout" || context.commits_each() {
        return Vec::new();
    }
    let message = match milliseconds(value) {
        Some(0.0) => "waits for locks without a limit, and later sessions queue up".to_owned(),
        Some(time) if time > LONGEST => {
            let unit = if value.bytes().all(|byte| byte.is_ascii_digit()) {
                " ms"
            } else {
                ""
            };
            format!("waits up to {value}{unit} for a lock, and later sessions queue up")
        }
        _ => return Vec::new(),
    };
    vec![
        context
            .find(&RULE, message)
            .help("remove it, or begin the file with `-- migrate: lock-timeout 5s`"),
    ]
}

/// The value of a setting of time: a number, perhaps with a unit.
fn milliseconds(value: &str) -> Option<f64> {
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
