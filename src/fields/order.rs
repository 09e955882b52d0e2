//! Writes values as bytes whose order is the order of the values, for indexes and for sorting.

use super::Value;

/// Texts are cut here: longer ones that agree so far are told apart by their records' keys.
const MAX_TEXT: usize = 256;

/// The order key of an absent value; every present one begins with a greater byte.
pub const ABSENT_FIRST: u8 = 0;
const PRESENT: u8 = 1;

/// The bytes, which compare as the values of one field do, absent ones first.
///
/// Values of the same type only; texts compare by their bytes, `false` stands before `true`.
/// Choices and JSON have no order of their own and compare by their spelling.
pub fn order_key(value: Option<&Value>) -> Vec<u8> {
    let Some(value) = value else {
        return vec![ABSENT_FIRST];
    };
    let mut key = vec![PRESENT];
    match value {
        Value::Text(text) => key.extend_from_slice(cut(text.as_bytes())),
        Value::Integer(number) => key.extend_from_slice(&ordered(*number)),
        Value::Number(number) => key.extend_from_slice(&ordered_float(*number)),
        Value::Boolean(yes) => key.push(u8::from(*yes)),
        Value::Date(date) => {
            key.extend_from_slice(&ordered(i64::from(date.year())));
            key.push(date.month().cast_unsigned());
            key.push(date.day().cast_unsigned());
        }
        Value::DateTime(at) => key.extend_from_slice(&ordered(at.as_millisecond())),
        Value::Choices(_) | Value::Json(_) => {
            key.extend_from_slice(cut(value.spelling().as_bytes()));
        }
    }
    key
}

fn cut(text: &[u8]) -> &[u8] {
    &text[..text.len().min(MAX_TEXT)]
}

fn ordered(number: i64) -> [u8; 8] {
    (number.cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

/// IEEE 754: flip the sign of positives, and every bit of negatives. Both zeros are one.
fn ordered_float(number: f64) -> [u8; 8] {
    let bits = (number + 0.0).to_bits();
    let flipped = if bits >> 63 == 0 {
        bits ^ (1 << 63)
    } else {
        !bits
    };
    flipped.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "the tests read better so")]
    fn key(value: Value) -> Vec<u8> {
        order_key(Some(&value))
    }

    proptest! {
        #[test]
        fn whole_numbers_keep_their_order(a: i64, b: i64) {
            prop_assert_eq!(a.cmp(&b), key(Value::Integer(a)).cmp(&key(Value::Integer(b))));
        }

        #[test]
        fn numbers_keep_their_order(a in -1e300..1e300, b in -1e300..1e300) {
            let (left, right) = (key(Value::Number(a)), key(Value::Number(b)));
            prop_assert_eq!(a.partial_cmp(&b), Some(left.cmp(&right)));
        }

        #[test]
        fn short_texts_keep_their_order(a in ".{1,60}", b in ".{1,60}") {
            prop_assert_eq!(a.cmp(&b), key(Value::Text(a)).cmp(&key(Value::Text(b))));
        }
    }

    #[test]
    fn an_absent_value_stands_before_all_others() {
        assert!(order_key(None) < key(Value::Integer(i64::MIN)));
        assert!(order_key(None) < key(Value::Boolean(false)));
    }

    #[test]
    fn days_keep_their_order() {
        let day = |text: &str| key(Value::Date(text.parse().unwrap()));
        assert!(day("2025-12-31") < day("2026-01-01"));
        assert!(day("2026-01-31") < day("2026-02-01"));
    }
}
