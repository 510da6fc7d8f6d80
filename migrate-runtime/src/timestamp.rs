//! Points in time, as the database writes them.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A point in time as the database wrote it: ISO 8601 in UTC, e.g. `2026-01-31T09:30:00Z`.
///
/// It displays as that text, and converts to and from [`SystemTime`], which the date crates convert from:
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use migrate_runtime::Timestamp;
///
/// let time = Timestamp::from(SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_851_800));
/// assert_eq!(time.to_string(), "2026-01-31T09:30:00Z");
/// assert_eq!(time.system_time(), Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_851_800)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Timestamp(String);

const DAY: u64 = 24 * 60 * 60;

impl Timestamp {
    /// A time as PostgreSQL writes a `timestamp with time zone`. The text is kept as it is; the server checks it
    /// where it is sent there.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same time for the standard library. None for a time before 1970, an infinite one, or one with an offset
    /// other than zero.
    pub fn system_time(&self) -> Option<SystemTime> {
        let text = self.0.as_str();
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<u64>().ok();
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        let rest = text.get(19..)?;
        let digits = rest.strip_prefix('.').unwrap_or_default();
        let digits = digits.get(..digits.bytes().take_while(u8::is_ascii_digit).count())?;
        let zone = rest.get(
            if digits.is_empty() {
                0
            } else {
                digits.len() + 1
            }..,
        )?;
        let is_valid =
            year >= 1970 && (1..=12).contains(&month) && matches!(zone, "Z" | "+00" | "+00:00");
        let nanoseconds = format!("{digits:0<9}").get(..9)?.parse::<u64>().ok()?;
        let days = days_before(year, month)? + day.checked_sub(1)?;
        let seconds = days * DAY + hour * 3600 + minute * 60 + second;
        let since = Duration::from_secs(seconds) + Duration::from_nanos(nanoseconds);
        is_valid.then(|| UNIX_EPOCH.checked_add(since))?
    }
}

/// The days from 1970 to the first of a month.
fn days_before(year: u64, month: u64) -> Option<u64> {
    // Years that begin in March end with the leap day: every fifth month boundary falls 153 days after the last.
    let year_from_march = if month > 2 {
        year
    } else {
        year.checked_sub(1)?
    };
    let month_from_march = (month + 9) % 12;
    let leap_days = year_from_march / 4 - year_from_march / 100 + year_from_march / 400;
    (year_from_march * 365 + leap_days + (153 * month_from_march + 2) / 5).checked_sub(719_468)
}

impl From<SystemTime> for Timestamp {
    /// To the microsecond, which is what PostgreSQL keeps. A time before 1970 becomes the start of 1970.
    fn from(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (seconds, microseconds) = (since.as_secs(), since.subsec_micros());
        let (days, rest) = (seconds / DAY, seconds % DAY);
        let mut year = 1970 + days / 366;
        while days_before(year + 1, 1).is_some_and(|start| start <= days) {
            year += 1;
        }
        let starts = |month: &u64| days_before(year, *month).is_some_and(|start| start <= days);
        let month = (1..=12).rev().find(starts).unwrap_or(1);
        let day = days - days_before(year, month).unwrap_or_default() + 1;
        let (hour, minute, second) = (rest / 3600, rest % 3600 / 60, rest % 60);
        let fraction = match microseconds {
            0 => String::new(),
            some => format!(".{some:06}"),
        };
        Self(format!(
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z"
        ))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::Timestamp;

    #[test]
    fn a_time_survives_the_way_to_text_and_back() {
        // Leap days, ends of years and months, and every 11 days or so of five centuries.
        let some = (0..17_000).map(|step| step * 950_000 + 7);
        for seconds in some.chain([0, 951_782_399, 951_868_799, 4_107_542_399, 1_769_851_800]) {
            let time =
                UNIX_EPOCH + Duration::from_micros(seconds * 1_000_000 + seconds % 1_000_000);
            let text = Timestamp::from(time);
            assert_eq!(text.system_time(), Some(time), "{text}");
        }
    }

    #[test]
    fn known_times_have_their_text() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_827_696, "2000-02-29T12:34:56Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(Timestamp::from(time).as_str(), text);
            assert_eq!(Timestamp::new(text).system_time(), Some(time));
        }
    }

    #[test]
    fn a_text_that_is_no_time_in_utc_has_no_system_time() {
        for text in [
            "",
            "infinity",
            "2026-01-31T09:30:00",
            "2026-01-31T09:30:00+02",
            "1969-12-31T23:59:59Z",
        ] {
            assert_eq!(Timestamp::new(text).system_time(), None, "{text}");
        }
        assert!(
            Timestamp::new("2026-01-31 09:30:00.5+00")
                .system_time()
                .is_some()
        );
    }
}
