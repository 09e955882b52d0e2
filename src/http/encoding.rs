//! Chooses among the forms of an answer by what a client says it takes (RFC 9110, 12.5.3).

/// A form in which an answer can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    /// The name in the headers.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }

    /// What the twin's name ends in.
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Identity => "",
        }
    }
}

/// The encodings that `accept` takes, the wanted ones first and the smallest first among equals.
/// The file as it is comes last, and always: better that than none.
pub(crate) fn wanted(accept: &str) -> Vec<Encoding> {
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

/// Whether `accept` takes gzip, and wants nothing packed no more than that.
pub(crate) fn takes_gzip(accept: &str) -> bool {
    let gzip = weight(accept, Encoding::Gzip.name());
    gzip > 0 && gzip >= named(accept, Encoding::Identity.name()).unwrap_or(0)
}

/// How much an encoding is wanted, in thousandths; `*` speaks for those that are not named.
fn weight(accept: &str, name: &str) -> u16 {
    let weight = named(accept, name).or_else(|| named(accept, "*"));
    weight.unwrap_or(0)
}

/// How much an encoding is wanted that is named.
fn named(accept: &str, name: &str) -> Option<u16> {
    accept.split(',').find_map(|entry| {
        let (coding, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        let is_named = coding.trim().eq_ignore_ascii_case(name);
        is_named.then(|| thousandths(parameters))
    })
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

    #[test]
    fn gzip_is_taken_unless_it_is_refused_or_wanted_less_than_nothing_packed() {
        for (accept, expected) in [
            ("gzip", true),
            ("br, GZIP;q=0.1", true),
            ("*", true),
            ("gzip, identity", true),
            ("gzip;q=0", false),
            ("gzip;q=0.000", false),
            ("*;q=0", false),
            ("br", false),
            ("", false),
            ("identity, gzip;q=0.5", false),
        ] {
            assert_eq!(takes_gzip(accept), expected, "{accept}");
        }
    }
}
