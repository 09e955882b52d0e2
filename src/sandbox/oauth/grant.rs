//! What a person has allowed, and the one pair of tokens that goes with it.
use jiff::Timestamp;

use super::{
    Desk,
    ask::Ask,
    house::House,
    knobs::{Knobs, seconds},
};

/// A refresh token of Google's ends after so long when its consent screen is still in "Testing".
const TESTING_SECONDS: u32 = 7 * 86_400;
/// And otherwise when it is not used for half a year.
const UNUSED_SECONDS: u32 = 183 * 86_400;

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
    /// Access tokens before that one, each until its end, where a refresh leaves them alone.
    pub(super) elder: Vec<(String, Timestamp)>,
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
            House::Google => (
                format!("ya29.a0{}", self.draw(60)),
                format!("1//0{}", self.draw(60)),
            ),
        };
        let refresh_lasts = match self.house {
            House::Airtable | House::Notion => knobs.refresh_seconds,
            House::Google if knobs.google_testing => TESTING_SECONDS,
            House::Google => UNUSED_SECONDS,
        };
        self.given.insert(access.clone());
        Pair {
            access,
            access_ends_at: now + seconds(knobs.access_seconds),
            refresh,
            refresh_ends_at: now + seconds(refresh_lasts),
        }
    }

    /// Whether a token came from here, good or not: the vendor's own rule for pasted ones, which
    /// may look alike, says nothing of it.
    pub(in crate::sandbox) fn gave(&self, token: &str) -> bool {
        self.given.contains(token)
    }

    /// What somebody who shows this access token may do; none when it is no good.
    pub(in crate::sandbox) fn scopes(&self, token: &str, now: Timestamp) -> Option<&[String]> {
        let mut grants = self.grants.iter();
        let grant = grants.find(|grant| grant.lives(token, now))?;
        (!grant.revoked).then_some(grant.scopes.as_slice())
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
        for grant in grants {
            if grant.pair.access == token {
                grant.pair.access_ends_at = now;
            }
            grant.elder.retain(|(elder, _)| elder != token);
        }
    }

    /// Takes back what a person has allowed, as they do at the vendor's own page; `token` is any
    /// of the grant's. At Google that is the leave of the whole integration, whichever of its
    /// tokens is shown. Gives whether it was one of a grant that was good.
    pub(in crate::sandbox) fn revoke(&mut self, token: &str) -> bool {
        let own = |grant: &Grant| {
            let elder = grant.elder.iter().any(|(elder, _)| elder == token);
            grant.pair.access == token || grant.pair.refresh == token || elder
        };
        let mut living = self.grants.iter().filter(|grant| !grant.revoked);
        let Some(shown) = living.find(|grant| own(grant)) else {
            return false;
        };
        let client = shown.client.clone();
        let google = self.house == House::Google;
        for grant in &mut self.grants {
            grant.revoked |= own(grant) || (google && grant.client == client);
        }
        true
    }
}

impl Grant {
    /// Whether an access token is one of its own, and has not come to its end.
    fn lives(&self, token: &str, now: Timestamp) -> bool {
        let own = (self.pair.access.as_str(), self.pair.access_ends_at);
        let elder = self.elder.iter().map(|(elder, end)| (elder.as_str(), *end));
        let mut all = elder.chain([own]);
        all.any(|(own, end)| own == token && now < end)
    }
}
