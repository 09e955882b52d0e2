//! Says which lines are wanted.

use std::fmt::{Display, Formatter, Result as Shown};
use std::net::IpAddr;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::audit::chain::hash;
use crate::audit::code::{BadCode, Code};
use crate::base::RequestId;

/// What a line must be to be wanted. What is left empty takes every line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Filter {
    /// Only acts of this moment or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Only acts before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// Only lines from this number on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_line: Option<u64>,
    /// Only lines up to this number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_line: Option<u64>,
    /// Only these events; all when empty.
    #[serde(rename = "code", skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<CodePattern>,
    /// Only acts that ended so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Ended>,
    /// Only what was done by the user with this id or e-mail address, in a session, through a
    /// token or by a run with this id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Only what was about the object with this id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// Only what was about objects of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_type: Option<String>,
    /// Only what belongs to this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// Only what came from this address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// Only lines that hold all these words in what they tell people.
    #[serde(rename = "q", skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Whether what changed nothing, and was only looked at, is left out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub without_reads: bool,
}

impl Filter {
    /// Tells two filters apart: a place in one search means nothing in another.
    pub fn digest(&self) -> [u8; 8] {
        let text = serde_json::to_vec(self).unwrap_or_default();
        let mut digest = [0; 8];
        digest.copy_from_slice(&hash(&text)[..8]);
        digest
    }
}

/// How an act ended, as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// As it was meant.
    Success,
    /// Refused or failed.
    Failure,
    /// Nobody knows.
    Unknown,
}

impl Ended {
    /// `status_id`.
    pub(super) fn status(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::Success => 1,
            Self::Failure => 2,
        }
    }
}

/// One event, or all whose codes begin alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodePattern {
    /// The event itself.
    One(Code),
    /// A beginning such as `WB-AUTH-`.
    Family(String),
}

impl CodePattern {
    /// What a code of this kind is or begins with.
    pub(super) fn beginning(&self) -> &str {
        match self {
            Self::One(code) => code.row().text,
            Self::Family(beginning) => beginning,
        }
    }

    pub(super) fn takes(&self, code: &str) -> bool {
        match self {
            Self::One(one) => code == one.row().text,
            Self::Family(beginning) => code.starts_with(beginning),
        }
    }
}

impl Display for CodePattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        f.write_str(self.beginning())
    }
}

impl Serialize for CodePattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for CodePattern {
    type Err = BadCode;

    /// Takes a code, its word, or the beginning of codes up to a `-`.
    fn from_str(text: &str) -> Result<Self, BadCode> {
        let known = |beginning: &str| {
            let mut all = Code::ALL.iter();
            all.any(|code| code.row().text.starts_with(beginning))
        };
        if text.ends_with('-') && known(text) {
            return Ok(Self::Family(text.to_owned()));
        }
        text.parse().map(Self::One)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_asked_for_by_itself_its_word_or_its_family() {
        let one = CodePattern::One(Code::SignInFailed);
        assert_eq!("WB-AUTH-002".parse(), Ok(one.clone()));
        assert_eq!("authn_login_fail".parse(), Ok(one));
        let family: CodePattern = "WB-AUTH-".parse().unwrap();
        assert!(family.takes("WB-AUTH-017") && !family.takes("WB-DATA-001"));
        for other in ["", "-", "WB-AUTH", "WB-NONE-", "%"] {
            assert!(other.parse::<CodePattern>().is_err(), "{other}");
        }
    }

    #[test]
    fn two_filters_are_told_apart_and_one_is_itself() {
        let of = |text: &str| Filter {
            text: Some(text.to_owned()),
            ..Filter::default()
        };
        assert_eq!(of("a").digest(), of("a").digest());
        assert_ne!(of("a").digest(), of("b").digest());
        assert_ne!(of("a").digest(), Filter::default().digest());
    }
}
