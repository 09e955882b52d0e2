//! What a person has allowed, and the one pair of tokens that goes with it.
use jiff::Timestamp;

use super::{
    Desk,
    ask::Ask,
    house::House,
    knobs::{Knobs, seconds},
};

/// A code that stands for what a person has allowed.
pub(super) struct Code {
    pub(super) ask: Ask,
    pub(super) ends_at: Timestamp,
}

/// What a person has allowed an integration.
pub(super) struct Grant {
    pub(super) client: String,
    pub(super) scopes: Vec<String>,
    pub(super) pair: Pair,
    /// The refresh token before, and when it was used up.
    pub(super) before: Option<(String, Timestamp)>,
    pub(super) revoked: bool,
}

/// The tokens that are good. A refresh puts others in the place of both at once.
#[derive(Clone)]
pub(super) struct Pair {
    pub(super) access: String,
    pub(super) access_ends_at: Timestamp,
    pub(super) refresh: String,
    pub(super) refresh_ends_at: Timestamp,
}

impl Desk {
    /// A pair that nobody has had before.
    pub(super) fn pair(&mut self, knobs: &Knobs, now: Timestamp) -> Pair {
        let (access, refresh) = match self.house {
            House::Airtable => (
                format!("oaa{}.v1.{}", self.draw(14), self.draw(48)),
                format!("oar{}.v1.{}", self.draw(14), self.draw(48)),
            ),
            House::Notion => (
                format!("ntn_{}", self.draw(46)),
                format!("nrt_{}", self.draw(46)),
            ),
        };
        self.given.insert(access.clone());
        Pair {
            access,
            access_ends_at: now + seconds(knobs.access_seconds),
            refresh,
            refresh_ends_at: now + seconds(knobs.refresh_seconds),
        }
    }

    /// Whether a token came from here, good or not: the vendor's own rule for pasted ones, which
    /// may look alike, says nothing of it.
    pub(in crate::sandbox) fn gave(&self, token: &str) -> bool {
        self.given.contains(token)
    }

    /// What somebody who shows this access token may do; none when it is no good.
    pub(in crate::sandbox) fn scopes(&self, token: &str, now: Timestamp) -> Option<&[String]> {
        let grant = self
            .grants
            .iter()
            .find(|grant| grant.pair.access == token)?;
        let good = !grant.revoked && now < grant.pair.access_ends_at;
        good.then_some(grant.scopes.as_slice())
    }

    /// The integration that an access token was given to.
    pub(in crate::sandbox) fn client(&self, token: &str) -> Option<&str> {
        let mut grants = self.grants.iter();
        let grant = grants.find(|grant| grant.pair.access == token)?;
        Some(&grant.client)
    }

    /// Ends an access token before its time.
    pub(in crate::sandbox) fn expire(&mut self, token: &str, now: Timestamp) {
        let grants = self.grants.iter_mut();
        for grant in grants.filter(|grant| grant.pair.access == token) {
            grant.pair.access_ends_at = now;
        }
    }

    /// Takes back what a person has allowed, as they do at the vendor's own page; `token` is any
    /// of the grant's.
    pub(in crate::sandbox) fn revoke(&mut self, token: &str) {
        for grant in &mut self.grants {
            grant.revoked |= grant.pair.access == token || grant.pair.refresh == token;
        }
    }
}
