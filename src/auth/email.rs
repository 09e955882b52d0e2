//! An e-mail address, by which a user signs in.

use std::fmt::{Display, Formatter, Result as Shown};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An address that is written as such. Two that differ in case alone belong to the same user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

/// A text that is no e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not an e-mail address such as ada@example.org")]
pub struct BadEmail;

impl Email {
    /// The address as its owner writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address as addresses are compared.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl FromStr for Email {
    type Err = BadEmail;

    /// Takes what mail servers take in practice: RFC 5321's lengths, a dot in the domain, no
    /// blanks, quotes or brackets.
    fn from_str(text: &str) -> Result<Self, BadEmail> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(BadEmail)?;
        let fits = (1..=64).contains(&local.len()) && text.len() <= 254;
        let plain = |part: &str| {
            !part.contains(|c: char| {
                c.is_whitespace() || c.is_control() || "@\"(),:;<>[\\]".contains(c)
            })
        };
        let labelled = domain.contains('.') && domain.split('.').all(is_label);
        (fits && plain(local) && plain(domain) && labelled)
            .then(|| Self(text.to_owned()))
            .ok_or(BadEmail)
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
}

impl Display for Email {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_are_taken() {
        for (text, is_one) in [
            ("ada@example.org", true),
            (" Ada.Lovelace+x@Mail.Example.org ", true),
            ("ada@bücher.example", true),
            ("ada", false),
            ("ada@localhost", false),
            ("@example.org", false),
            ("ada@example..org", false),
            ("ada@-example.org", false),
            ("ada lovelace@example.org", false),
            ("ada@example.org\r\nBcc: x@example.org", false),
            ("<ada@example.org>", false),
            ("a@b@example.org", false),
        ] {
            assert_eq!(text.parse::<Email>().is_ok(), is_one, "{text:?}");
        }
    }

    #[test]
    fn case_makes_no_difference() {
        let folded = |text: &str| text.parse::<Email>().unwrap().folded();
        assert_eq!(folded("ADA@Example.ORG"), folded("ada@example.org"));
    }
}
