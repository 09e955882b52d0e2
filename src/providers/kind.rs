//! The registry: which providers there are, and where they answer.

use std::fmt::{Display, Formatter, Result as Shown};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::oauth::Dialect;
use super::{Removal, Told, airtable, google, meta, notion, zapier};
use crate::base::Secret;

/// A provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Airtable.
    Airtable,
    /// Notion.
    Notion,
    /// Zapier: a catch hook.
    Zapier,
    /// Meta: the advertising of Facebook and Instagram.
    Meta,
    /// Google: one leave for all of its products that are read.
    Google,
}

/// A name that is no provider's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no provider {0:?}; known are \"airtable\", \"notion\", \"zapier\", \"meta\" and \"google\""
)]
pub struct UnknownKind(String);

impl Kind {
    /// Every provider.
    pub const ALL: [Self; 5] = [
        Self::Airtable,
        Self::Notion,
        Self::Zapier,
        Self::Meta,
        Self::Google,
    ];

    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Airtable => "airtable",
            Self::Notion => "notion",
            Self::Zapier => "zapier",
            Self::Meta => "meta",
            Self::Google => "google",
        }
    }

    /// The host of the vendor's API.
    pub const fn host(self) -> &'static str {
        match self {
            Self::Airtable => airtable::HOST,
            Self::Notion => notion::HOST,
            Self::Zapier => zapier::HOST,
            Self::Meta => meta::HOST,
            Self::Google => google::HOST,
        }
    }

    /// Whether the vendor counts the calls to each base or ad account, whoever makes them, rather than
    /// those of each account.
    pub const fn counts_by_base(self) -> bool {
        matches!(self, Self::Airtable | Self::Meta | Self::Google)
    }

    /// How the vendor gives tokens to those whom a person has allowed it; none where it does not.
    pub fn dialect(self) -> Option<&'static Dialect> {
        match self {
            Self::Airtable => Some(&airtable::DIALECT),
            Self::Notion => Some(&notion::DIALECT),
            Self::Google => Some(&google::DIALECT),
            Self::Zapier | Self::Meta => None,
        }
    }

    /// What has to be allowed at the vendor for all that is done there; nothing where it knows no
    /// such thing.
    pub fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Meta => meta::SCOPES,
            Self::Airtable | Self::Notion | Self::Zapier | Self::Google => self
                .dialect()
                .map(|dialect| dialect.scopes)
                .unwrap_or_default(),
        }
    }

    /// A scope in words: with the product that cannot be read without it, where it opens one.
    pub fn in_words(self, scope: &str) -> String {
        let product = match self {
            Self::Google => google::product(scope),
            Self::Airtable | Self::Notion | Self::Zapier | Self::Meta => None,
        };
        match product {
            Some(product) => format!("{product} ({scope})"),
            None => scope.to_owned(),
        }
    }

    /// For how many days the figures of a day go on changing there.
    pub const fn restated_days(self) -> i64 {
        match self {
            Self::Google => google::RESTATED_DAYS,
            Self::Airtable | Self::Notion | Self::Zapier | Self::Meta => meta::RESTATED_DAYS,
        }
    }

    /// The header in which it signs what it tells of changes by itself; none where it tells nothing.
    pub const fn signature(self) -> Option<&'static str> {
        match self {
            Self::Airtable => Some(airtable::SIGNATURE),
            Self::Notion => Some(notion::SIGNATURE),
            // They have no records to change.
            Self::Zapier | Self::Meta | Self::Google => None,
        }
    }

    /// Whether a person sets up by hand, on its own page, that it tells of changes: no call does.
    pub const fn is_told_by_hand(self) -> bool {
        matches!(self, Self::Notion)
    }

    /// What a body says that came to an address which a person gave it by hand.
    pub fn told(self, body: &[u8]) -> Told {
        match self {
            Self::Notion => notion::told(body),
            Self::Airtable | Self::Zapier | Self::Meta | Self::Google => Told::Nothing,
        }
    }

    /// Whether it has signed these bytes with this key.
    pub fn has_signed(self, key: &Secret, signature: &str, body: &[u8]) -> bool {
        match self {
            Self::Airtable => airtable::is_signed(key, signature, body),
            Self::Notion => notion::is_signed(key, signature, body),
            Self::Zapier | Self::Meta | Self::Google => false,
        }
    }

    /// In which ways its records can be removed.
    pub const fn removals(self) -> &'static [Removal] {
        match self {
            // Airtable knows no archive; a deleted record lies in the base's own trash.
            Self::Airtable => &[Removal::Delete],
            // Notion's trash keeps pages for a month; they cannot be deleted for good.
            Self::Notion => &[Removal::Archive],
            // A hook takes records and shows none; advertising figures are none.
            Self::Zapier | Self::Meta | Self::Google => &[],
        }
    }

    /// What is wrong with a token before anybody is asked; `None` when it may be one.
    pub fn misfit(self, token: &str, endpoint: Endpoint) -> Option<&'static str> {
        match self {
            Self::Airtable => airtable::misfit(token),
            Self::Notion => notion::misfit(token),
            Self::Zapier => zapier::misfit(token, endpoint),
            Self::Meta => meta::misfit(token),
            Self::Google => Some(google::misfit()),
        }
    }

    /// Whether it shows records, so that they can be pulled, and read before they are written.
    pub const fn shows_records(self) -> bool {
        match self {
            Self::Airtable | Self::Notion => true,
            Self::Zapier | Self::Meta | Self::Google => false,
        }
    }

    /// Whether it takes records, so that a sync can send some there.
    pub const fn takes_records(self) -> bool {
        match self {
            Self::Airtable | Self::Notion | Self::Zapier => true,
            Self::Meta | Self::Google => false,
        }
    }

    /// Whether it tells what advertising did and cost.
    pub const fn advertises(self) -> bool {
        match self {
            Self::Meta | Self::Google => true,
            Self::Airtable | Self::Notion | Self::Zapier => false,
        }
    }

    /// Enough of a token to tell it from another, where its ends would say too much or too little.
    pub fn hint(self, token: &str) -> Option<String> {
        match self {
            Self::Airtable | Self::Notion | Self::Meta | Self::Google => None,
            Self::Zapier => zapier::hint(token),
        }
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;
    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let kind = Self::ALL.into_iter().find(|kind| kind.name() == name);
        kind.ok_or_else(|| UnknownKind(name.chars().take(64).collect()))
    }
}

/// Which of its two homes a provider is called at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// The vendor itself.
    Vendor,
    /// The sandbox on this machine.
    Sandbox,
}

impl Endpoint {
    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vendor => "vendor",
            Self::Sandbox => "sandbox",
        }
    }
}
