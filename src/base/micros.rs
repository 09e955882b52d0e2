//! Reads decimal numbers exactly: as whole millionths, so that sums are exact.

/// So many make one.
pub const MICROS: i64 = 1_000_000;
/// The largest number that is read.
pub const MOST_WHOLE: i64 = 1_000_000_000;

/// A decimal number in millionths; none when it is none, is negative, has more than six decimals or
/// is larger than a thousand million.
pub fn micros(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.trim_end_matches('0').len() > 6 {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let part = part.get(..6).unwrap_or(part);
    let part: i64 = format!("{part:0<6}").parse().ok()?;
    let micros = whole.checked_mul(MICROS)?.checked_add(part)?;
    (micros <= MOST_WHOLE * MICROS).then_some(micros)
}
