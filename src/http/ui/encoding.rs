//! Chooses among the forms of a file by what a browser says it takes (RFC 9110, 12.5.3).

/// A form in which a file lies ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    /// The name in the headers.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }

    /// What the twin's name ends in.
    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Identity => "",
        }
    }
}

/// The encodings that `accept` takes, the wanted ones first and the smallest first among equals.
/// The file as it is comes last, and always: better that than none.
pub(super) fn wanted(accept: &str) -> Vec<Encoding> {
    let mut wanted: Vec<_> = [Encoding::Brotli, Encoding::Gzip]
        .into_iter()
        .map(|encoding| (weight(accept, encoding.name()), encoding))
        .filter(|(weight, _)| *weight > 0)
        .collect();
    wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    let identity = std::iter::once(Encoding::Identity);
    wanted
        .into_iter()
        .map(|(_, encoding)| encoding)
        .chain(identity)
        .collect()
}

/// How much an encoding is wanted, in thousandths; `*` speaks for those that are not named.
fn weight(accept: &str, name: &str) -> u16 {
    let weight_of = |wanted: &str| {
        accept.split(',').find_map(|entry| {
            let (coding, parameters) = entry.split_once(';').unwrap_or((entry, ""));
            coding
                .trim()
                .eq_ignore_ascii_case(wanted)
                .then(|| thousandths(parameters))
        })
    };
    weight_of(name).or_else(|| weight_of("*")).unwrap_or(0)
}

fn thousandths(parameters: &str) -> u16 {
    let Some(q) = parameters.trim().strip_prefix("q=") else {
        return 1000;
    };
    match q.split_once('.') {
        Some(("0", digits)) if digits.len() <= 3 => format!("{digits:0<3}").parse().unwrap_or(0),
        _ => 1000 * u16::from(q.starts_with('1')),
    }
}

#[cfg(test)]
mod tests {
    use super::Encoding::{Brotli, Gzip, Identity};
    use super::*;

    #[test]
    fn a_browser_gets_what_it_wants_most() {
        for (accept, expected) in [
            ("gzip, deflate, br", vec![Brotli, Gzip, Identity]),
            ("br;q=0.5, gzip;q=0.9", vec![Gzip, Brotli, Identity]),
            ("br;q=0, gzip", vec![Gzip, Identity]),
            ("*", vec![Brotli, Gzip, Identity]),
            ("*;q=0, gzip;q=0.001", vec![Gzip, Identity]),
            ("", vec![Identity]),
            ("identity", vec![Identity]),
        ] {
            assert_eq!(wanted(accept), expected, "{accept}");
        }
    }
}
