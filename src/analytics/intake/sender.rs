//! Finds out who sends events, and whether they may that way.

use std::net::IpAddr;

use super::super::Error;
use super::super::key::{Kind, WriteKey, print_of};
use super::super::row::{Doors, Keys};
use super::super::service::Analytics;
use super::super::site::Site;
use super::split::Written;
use super::take::Intake;
use crate::base::Secret;
use crate::store::Bytes;

/// Where a key was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// In a header.
    Header,
    /// In the address, as browsers have to that send while a page goes.
    Query,
}

/// Whether somebody lets themselves be counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    /// They have said nothing to the contrary.
    #[default]
    Unsaid,
    /// Their browser says that they do not want it.
    Refused,
}

/// Somebody who sends events.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The key that they show.
    pub key: Secret,
    /// Where they show it.
    pub way: Way,
    /// The origin of the page that sends; none for what is no browser.
    pub origin: Option<String>,
    /// Where it comes from.
    pub address: Option<IpAddr>,
    /// What sends it, by its own words.
    pub agent: Option<String>,
    /// Whether they let themselves be counted.
    pub consent: Consent,
    /// How the body is written.
    pub written: Written,
}

impl Analytics {
    /// Lets somebody begin to send. Errs with `NoKey` for a key that nobody has given out, and with
    /// `NotThisWay` or `NotFromThere` for one that is not to be shown so, or from there.
    pub async fn admit(&self, sender: Sender) -> Result<Intake, Error> {
        let (site, key) = self.behind(&sender.key)?;
        check_way(&key, &sender)?;
        let now = self.0.now();
        let day = site.day_key(now).await?;
        Ok(Intake::new(site, key, sender, (now, day)))
    }

    /// Whether browsers may send with a key from an origin.
    pub fn admits(&self, key: &Secret, origin: &str) -> Result<bool, Error> {
        match self.behind(key) {
            Err(Error::NoKey) => Ok(false),
            found => Ok(found?.1.allows(origin)),
        }
    }

    /// The site and the key that a text is. That there is none takes as long to find out.
    fn behind(&self, text: &Secret) -> Result<(Site, WriteKey), Error> {
        let parts = &self.0;
        let print = print_of(text.expose());
        let door = parts.store.get::<Doors>(&Bytes(print.into_bytes()))?;
        let door = door.ok_or(Error::NoKey)?.value;
        let row = parts.store.get::<Keys>(&(door.number, door.key))?;
        let key = WriteKey::of(row.ok_or(Error::NoKey)?);
        let site = self.at(&(key.stored.owner, key.stored.site))?;
        Ok((site.ok_or(Error::NoKey)?, key))
    }
}

fn check_way(key: &WriteKey, sender: &Sender) -> Result<(), Error> {
    let not = |why| Err(Error::NotThisWay(why));
    match (key.kind(), &sender.origin, sender.way) {
        (Kind::Secret, _, Way::Query) => not(
            "a secret key is not shown in an address, where others may read it; send it in \
             Authorization, and make another one in its place",
        ),
        (Kind::Secret, Some(_), _) => not(
            "a secret key is not for browsers, where everybody may read it; give them a public one, \
             and make another one in its place",
        ),
        (Kind::Public, _, Way::Header) => not(
            "a public key is for browsers, which show it in `key`; servers send with a secret key",
        ),
        (Kind::Public, None, _) => Err(Error::NotFromThere(
            "a public key is for browsers: the request names no origin; servers send with a secret \
             key",
        )),
        (Kind::Public, Some(origin), _) if !key.allows(origin) => Err(Error::NotFromThere(
            "the page's origin is none of those that the key names",
        )),
        _ => Ok(()),
    }
}
