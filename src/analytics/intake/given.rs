//! One event as it is sent.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::check::Refused;
use super::reason::Reason;

/// What the members of an event are called.
pub(super) const MEMBERS: [&str; 10] = [
    "name",
    "id",
    "at",
    "visitor",
    "url",
    "referrer",
    "value",
    "currency",
    "ip",
    "user_agent",
];

/// The members of an event. What is not known is refused by its name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "one JSON object")]
pub(super) struct Given<'a> {
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) at: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) visitor: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) url: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) referrer: Option<Cow<'a, str>>,
    /// As it stands there: a number would lose its decimals.
    #[serde(borrow, default)]
    pub(super) value: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) currency: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) ip: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) user_agent: Option<Cow<'a, str>>,
}

impl<'a> Given<'a> {
    pub(super) fn read(piece: &'a [u8]) -> Result<Self, Refused> {
        serde_json::from_slice(piece).map_err(|error| {
            let reason = match error.classify() {
                Category::Data => Reason::Invalid,
                Category::Io | Category::Syntax | Category::Eof => Reason::BadJson,
            };
            let message: String = error.to_string().chars().take(300).collect();
            Refused(reason, message)
        })
    }
}
