//! The time after `lock-timeout`.

use std::time::Duration;

/// PostgreSQL keeps `lock_timeout` as a 32-bit number of milliseconds.
const LONGEST: u64 = i32::MAX as u64;

/// Reads `10s`, `500ms` or `2min`.
pub(super) fn parse(text: &str) -> Result<Duration, &'static str> {
    let digits_end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(digits_end);
    if digits.is_empty() {
        return Err("the lock timeout is not a number with a unit");
    }
    let milliseconds = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "" => return Err("the lock timeout has no unit"),
        _ => return Err("the lock timeout has an unknown unit"),
    };
    let timeout = digits
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(milliseconds))
        .filter(|timeout| *timeout <= LONGEST)
        .ok_or("the lock timeout is longer than the 2147483647 ms that PostgreSQL allows")?;
    if timeout == 0 {
        // To PostgreSQL 0 means no timeout, and all later lock requests queue behind one that waits.
        return Err("a lock timeout of 0 waits without limit");
    }
    Ok(Duration::from_millis(timeout))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::parse;

    #[test]
    fn a_number_and_a_unit_make_a_time() {
        assert_eq!(parse("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(parse("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse("2 min"), Ok(Duration::from_secs(120)));
        assert_eq!(
            parse("2147483647ms"),
            Ok(Duration::from_millis(2_147_483_647))
        );
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!(
            parse(""),
            Err("the lock timeout is not a number with a unit")
        );
        assert_eq!(
            parse("-1s"),
            Err("the lock timeout is not a number with a unit")
        );
        assert_eq!(parse("10"), Err("the lock timeout has no unit"));
        assert_eq!(parse("10h"), Err("the lock timeout has an unknown unit"));
        assert_eq!(parse("1.5s"), Err("the lock timeout has an unknown unit"));
        assert_eq!(parse("0s"), Err("a lock timeout of 0 waits without limit"));
        for long in ["2147483648ms", "35792min", "99999999999999999999s"] {
            assert!(
                parse(long).is_err_and(|message| message.contains("longer than")),
                "{long}"
            );
        }
    }
}
