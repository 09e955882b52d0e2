//! Reads and shows amounts of money: whole numbers of millionths, so that sums are exact.

use super::currency;
use crate::base::MICROS;
pub(super) use crate::base::micros as read;

/// An amount with the decimals of its currency, and more where it has more.
pub(super) fn show(micros: i64, currency: &str) -> String {
    let (whole, part) = (micros / MICROS, (micros % MICROS).abs());
    let sign = if micros < 0 && whole == 0 { "-" } else { "" };
    let part = format!("{part:06}");
    let needed = part.trim_end_matches('0').len();
    let decimals = needed.max(currency::decimals(currency));
    match decimals {
        0 => format!("{sign}{whole}"),
        decimals => format!("{sign}{whole}.{}", &part[..decimals]),
    }
}

/// The smallest amount that is paid in a currency, such as a cent, in millionths.
pub(super) fn unit(currency: &str) -> i64 {
    let decimals = u32::try_from(currency::decimals(currency)).unwrap_or(2);
    MICROS / 10_i64.pow(decimals)
}

/// The share of one among `number`, rounded to the decimals of the currency, half to even; none for
/// none.
pub(super) fn average(micros: i64, number: u64, currency: &str) -> Option<String> {
    portion(micros, (1, number), currency)
}

/// The share of some among a number, rounded likewise; none for none.
pub(super) fn portion(micros: i64, (some, number): (u64, u64), currency: &str) -> Option<String> {
    let number = i128::from(number);
    if number == 0 {
        return None;
    }
    let unit = i128::from(unit(currency));
    let (sum, per) = (i128::from(micros) * i128::from(some), number * unit);
    let (whole, rest) = (sum.div_euclid(per), sum.rem_euclid(per));
    let up = match (rest * 2).cmp(&per) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Equal => whole.rem_euclid(2),
        std::cmp::Ordering::Greater => 1,
    };
    let micros = i64::try_from((whole + up) * unit).ok()?;
    Some(show(micros, currency))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::MOST_WHOLE as MOST;

    #[test]
    fn amounts_are_read_to_the_millionth_and_what_is_none_is_refused() {
        for (text, micros) in [
            ("0", Some(0)),
            ("49.90", Some(49_900_000)),
            ("0.000001", Some(1)),
            ("1.50000000", Some(1_500_000)),
            ("1000000000", Some(MOST * MICROS)),
            ("1000000000.01", None),
            ("0.0000001", None),
            ("-1", None),
            ("1e3", None),
            ("1.", None),
            (".5", None),
            ("1,5", None),
            ("", None),
        ] {
            assert_eq!(read(text), micros, "{text}");
        }
    }

    #[test]
    fn amounts_are_shown_with_the_decimals_of_their_currency() {
        for (micros, currency, shown) in [
            (1_234_560_000, "EUR", "1234.56"),
            (12_000_000, "EUR", "12.00"),
            (12_345_678, "EUR", "12.345678"),
            (12_000_000, "JPY", "12"),
            (12_500_000, "KWD", "12.500"),
            (-500_000, "EUR", "-0.50"),
        ] {
            assert_eq!(show(micros, currency), shown);
        }
    }

    #[test]
    fn an_average_is_rounded_to_the_currency_and_absent_for_none() {
        for (micros, number, currency, shown) in [
            (10_000_000, 3, "EUR", Some("3.33")),
            (20_000_000, 3, "EUR", Some("6.67")),
            (10_000, 2, "EUR", Some("0.00")),
            (30_000, 2, "EUR", Some("0.02")),
            (10_000_000, 3, "JPY", Some("3")),
            (0, 0, "EUR", None),
        ] {
            assert_eq!(
                average(micros, number, currency).as_deref(),
                shown,
                "{micros}"
            );
        }
    }

    proptest! {
        #[test]
        fn an_amount_comes_back_from_what_is_shown(micros in 0..=MOST * MICROS) {
            for currency in ["EUR", "JPY", "KWD"] {
                prop_assert_eq!(read(&show(micros, currency)), Some(micros));
            }
        }
    }
}
