//! Spans of time as people write them: `10 s`, `5 minutes`, `12 h`.

use std::time::Duration;

/// Units with their length in milliseconds, the longest first; the first spelling is the one
/// that is written.
const UNITS: [(u64, [&str; 5]); 5] = [
    (86_400_000, ["days", "day", "d", "", ""]),
    (3_600_000, ["hours", "hour", "h", "", ""]),
    (60_000, ["minutes", "minute", "min", "m", ""]),
    (1_000, ["seconds", "second", "sec", "s", ""]),
    (1, ["ms", "millisecond", "milliseconds", "", ""]),
];

/// Reads a number and a unit; a unit alone means one of it.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at(digits);
    let count: u64 = if count.is_empty() {
        1
    } else {
        count.parse().ok()?
    };
    let unit = unit.trim();
    let (millis, _) = UNITS
        .iter()
        .find(|(_, names)| !unit.is_empty() && names.contains(&unit))?;
    count.checked_mul(*millis).map(Duration::from_millis)
}

/// Writes the span in the longest unit that divides it.
pub(super) fn write(span: Duration) -> String {
    let total = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    for (millis, names) in UNITS {
        if total >= millis && total.is_multiple_of(millis) {
            let name = if total == millis && millis > 1 {
                names[1]
            } else {
                names[0]
            };
            return format!("{} {name}", total / millis);
        }
    }
    "0 seconds".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_span_is_read() {
        for (text, seconds) in [
            ("10 s", 10),
            ("10s", 10),
            ("5 minutes", 300),
            ("minute", 60),
            ("1 min", 60),
            ("12 h", 43_200),
            ("30 days", 2_592_000),
        ] {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(parse("250 ms"), Some(Duration::from_millis(250)));
    }

    #[test]
    fn a_number_without_a_unit_and_a_unit_nobody_knows_are_refused() {
        for text in ["10", "", "10 fortnights", "-5 s", "99999999999999999999 s"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        for text in ["1 day", "12 hours", "90 seconds", "1 minute", "250 ms"] {
            let span = parse(text).unwrap();
            assert_eq!(write(span), text);
        }
    }
}
