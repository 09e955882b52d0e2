//! Numbers of which a field keeps fewer decimals than it was sent.

use super::RemoteField;
use crate::fields::Value;

/// In what is larger, a difference may come from the arithmetic itself.
const LARGEST: f64 = 1e12;

impl RemoteField {
    /// Whether `held` is what it keeps of the number `sent`: as near to it as its decimals allow. A
    /// half may have gone either way.
    pub fn rounds(&self, sent: Option<&Value>, held: Option<&Value>) -> bool {
        let (Some(decimals), Some(sent), Some(held)) = (self.decimals, number(sent), number(held))
        else {
            return false;
        };
        let shift = 10_f64.powi(decimals.into());
        let (sent, held) = (sent * shift, held * shift);
        let noise = 4.0 * f64::EPSILON * sent.abs().max(1.0);
        sent.abs() <= LARGEST
            && (held - held.round()).abs() <= noise
            && (held - sent).abs() <= 0.5 + noise
    }
}

fn number(value: Option<&Value>) -> Option<f64> {
    match value? {
        Value::Number(number) => Some(*number),
        // One that an f64 does not hold exactly is too large in any case.
        Value::Integer(whole) => whole.to_string().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::FieldType;

    fn field(decimals: Option<u8>) -> RemoteField {
        RemoteField {
            id: "fld1".into(),
            name: "Price".into(),
            kind: "currency".into(),
            neutral: Some(FieldType::Number),
            writable: true,
            description: None,
            options: Vec::new(),
            decimals,
        }
    }

    #[test]
    fn what_a_field_keeps_of_a_number_is_told_by_its_decimals() {
        for (sent, held, decimals, kept) in [
            (1.234, 1.23, Some(2), true),
            (1.235, 1.23, Some(2), true),
            (1.235, 1.24, Some(2), true),
            (-7.56, -8.0, Some(0), true),
            (0.1 + 0.2, 0.3, Some(8), true),
            (1.23, 1.23, Some(2), true),
            // Somebody's edit, or a field that keeps all of it.
            (1.234, 1.24, Some(2), false),
            (1.234, 1.22, Some(2), false),
            (1.234, 1.233, Some(2), false),
            (1.234, 1.23, None, false),
            (1e13 + 0.4, 1e13, Some(0), false),
        ] {
            let (sent, held) = (Value::number(sent), Value::number(held));
            let told = field(decimals).rounds(sent.as_ref(), held.as_ref());
            assert_eq!(told, kept, "{sent:?} {held:?} {decimals:?}");
        }
    }

    #[test]
    fn a_whole_number_may_come_of_a_fraction_and_a_text_never_does() {
        let (sent, seven) = (Value::number(7.4), Some(Value::Integer(7)));
        assert!(field(Some(0)).rounds(sent.as_ref(), seven.as_ref()));
        assert!(!field(Some(0)).rounds(sent.as_ref(), Value::text("7").as_ref()));
        assert!(!field(Some(0)).rounds(None, seven.as_ref()));
    }
}
