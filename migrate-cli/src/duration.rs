//! Durations, as people write and read them.

use std::time::Duration;

/// Reads `500ms`, `10s`, `5min` or `2h`.
///
/// # Errors
/// Anything else.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a duration: write `500ms`, `10s`, `5min` or `2h`");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.get(digits.len()..).unwrap_or_default();
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    number
        .checked_mul(milliseconds)
        // PostgreSQL counts its timeouts in milliseconds and 32 bits.
        .filter(|all| i32::try_from(*all).is_ok())
        .map(Duration::from_millis)
        .ok_or_else(|| format!("`{text}` is longer than PostgreSQL can wait, 24 days"))
}

/// `0.4 ms`, `3 ms`, `1.24 s`, `2 min 5 s`, `1 h 2 min`.
pub(crate) fn show(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 if duration.as_millis() == 0 => format!("{:.1} ms", duration.as_secs_f64() * 1000.0),
        0 => format!("{} ms", duration.as_millis()),
        1..60 => format!("{:.2} s", duration.as_secs_f64()),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// As milliseconds that fit a JSON number.
pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{parse, show};

    #[test]
    fn units_are_required_and_known() {
        assert_eq!(parse("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse("2h"), Ok(Duration::from_secs(7200)));
        for wrong in ["", "10", "s", "-1s", "1.5s", "10 s", "1d", "99999999999h"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_are_short_to_read() {
        let shown: Vec<String> = [3, 1_240, 125_000, 3_725_000]
            .map(|milliseconds| show(Duration::from_millis(milliseconds)))
            .into();
        assert_eq!(shown, ["3 ms", "1.24 s", "2 min 5 s", "1 h 2 min"]);
        assert_eq!(show(Duration::from_micros(437)), "0.4 ms");
    }
}
