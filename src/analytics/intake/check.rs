//! Makes an event that is counted of one that was sent, or says why not.

use std::net::IpAddr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::super::channels::{self, Way};
use super::super::event::{Channel, Device, Event};
use super::super::key::Kind;
use super::super::money;
use super::super::row::VisitorIds;
use super::super::site::Site;
use super::address::{self, Page};
use super::channel::Origin;
use super::given::Given;
use super::reason::Reason;
use super::sender::{Consent, Sender};
use super::{agent, personal, visitor};
use crate::base::{Clock, EventId, Secret};

/// Late events are taken for so long.
const LATE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Clocks differ by less.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// No web site is older.
const EARLIEST: Timestamp = Timestamp::constant(788_918_400, 0);
const LONGEST_NAME: usize = 40;
const LONGEST_ID: usize = 100;

/// Why an event is not counted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused(pub(super) Reason, pub(super) String);

/// What an event is held against.
pub(super) struct Checks {
    pub(super) site: Site,
    /// What those may say who send.
    pub(super) kind: Kind,
    /// The origins whose pages are the site's own, beside its domain.
    pub(super) origins: Vec<String>,
    pub(super) reach: Reach,
    pub(super) sender: Sender,
    pub(super) now: Timestamp,
    /// What this day's visitors are hashed with.
    pub(super) day: Arc<Secret>,
    /// What those of days that are over are hashed with: drawn for this body, and kept nowhere.
    pub(super) late: Secret,
    pub(super) clock: Clock,
    /// Since when the site keeps events; always without.
    pub(super) kept_since: Option<Timestamp>,
}

/// How long ago an event may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Seven days: so long ids are remembered.
    Week,
    /// As long as there are web sites; each event has an id then, and says when it was.
    Past,
}

/// Whom an event says that it is of.
struct Whom<'a> {
    id: Option<&'a str>,
    address: Option<IpAddr>,
    agent: &'a str,
}

fn refuse<T>(reason: Reason, why: impl Into<String>) -> Result<T, Refused> {
    Err(Refused(reason, why.into()))
}

impl Checks {
    /// The event, as it is counted.
    pub(super) fn read(&self, piece: &[u8]) -> Result<Event, Refused> {
        if self.sender.consent == Consent::Refused {
            let why = "the browser says that its user does not want to be counted";
            return refuse(Reason::OptedOut, why);
        }
        let given = Given::read(piece)?;
        self.check_members(&given)?;
        let at = self.time(given.at.as_deref())?;
        let whom = self.whom(&given)?;
        if (self.kind == Kind::Public || given.user_agent.is_some()) && agent::is_bot(whom.agent) {
            return refuse(Reason::Bot, "its user agent is that of a program");
        }
        let page = self.page(given.url.as_deref())?;
        let referrer = self.referrer(given.referrer.as_deref())?;
        let origin = Origin::settle(page.campaign, page.click, &referrer);
        Ok(Event {
            id: self.id(given.id.as_deref())?,
            at: at.as_millisecond(),
            visitor: self.visitor(&whom, at)?,
            channel: self.channel(&origin, &referrer),
            name: name(&given.name)?,
            page: page.path.into(),
            referrer: referrer.into(),
            source: origin.source.into(),
            medium: origin.medium.into(),
            campaign: origin.campaign.into(),
            term: page.term.into(),
            content: page.content.into(),
            click_id: page.click,
            device: match whom.agent {
                "" => Device::Unknown,
                agent => agent::device(agent),
            },
            value: self.value(&given)?,
        })
    }

    /// The channel, by the site's own rules and then by the usual ones.
    fn channel(&self, origin: &Origin, referrer: &str) -> Channel {
        let rules = self.site.channel_rules();
        if rules.is_empty() {
            return origin.channel();
        }
        let way = Way::of(&origin.source, &origin.medium, &origin.campaign, referrer);
        channels::channel(rules, &way).unwrap_or_else(|| origin.channel())
    }

    /// Browsers are not believed when they say when it was, or who.
    fn check_members(&self, given: &Given<'_>) -> Result<(), Refused> {
        if self.kind == Kind::Secret {
            return Ok(());
        }
        let of_servers = [
            ("at", given.at.is_some()),
            ("ip", given.ip.is_some()),
            ("user_agent", given.user_agent.is_some()),
        ];
        match of_servers.into_iter().find(|(_, is_given)| *is_given) {
            None => Ok(()),
            Some((member, _)) => {
                let why = format!("{member}: only a server may say that, with a secret key");
                refuse(Reason::SecretKeyOnly, why)
            }
        }
    }

    fn time(&self, given: Option<&str>) -> Result<Timestamp, Refused> {
        let given = match (given, self.reach) {
            (Some(given), _) => given,
            (None, Reach::Week) => return Ok(self.now),
            (None, Reach::Past) => {
                return refuse(Reason::Invalid, "at: an event of the past says when it was");
            }
        };
        let Ok(at) = given.parse::<Timestamp>() else {
            let why = "at: it is no time; one is written 2026-11-27T18:00:00Z (RFC 3339)";
            return refuse(Reason::Invalid, why);
        };
        let age = self.now.duration_since(at);
        match self.reach {
            Reach::Week if age > LATE => {
                let why = "at: it is more than 7 days ago; bring what is older as history";
                return refuse(Reason::TooOld, why);
            }
            Reach::Past if self.kept_since.is_some_and(|since| at < since) => {
                return refuse(
                    Reason::TooOld,
                    "at: the site keeps no events that old any longer",
                );
            }
            Reach::Past if at < EARLIEST => {
                return refuse(Reason::TooOld, "at: it is before the year 1995");
            }
            Reach::Week | Reach::Past => {}
        }
        if age < -TOLERANCE {
            return refuse(Reason::InFuture, "at: it is more than 5 minutes ahead");
        }
        Ok(at.min(self.now))
    }

    fn whom<'a>(&'a self, given: &'a Given<'_>) -> Result<Whom<'a>, Refused> {
        let (address, agent) = match self.kind {
            Kind::Public => (self.sender.address, self.sender.agent.as_deref()),
            Kind::Secret => (ip(given.ip.as_deref())?, given.user_agent.as_deref()),
        };
        let id = given.visitor.as_deref();
        if let Some(id) = id {
            check_text("visitor", id)?;
            if personal::has_email(id) {
                let why = "visitor: it is an e-mail address; send an id of your own making";
                return refuse(Reason::PersonalData, why);
            }
        }
        let agent = agent.unwrap_or_default();
        if agent.len() > 1024 {
            return refuse(Reason::Invalid, "user_agent: it has more than 1,024 bytes");
        }
        Ok(Whom { id, address, agent })
    }

    fn visitor(&self, whom: &Whom<'_>, at: Timestamp) -> Result<u64, Refused> {
        let day = |at: Timestamp| at.to_zoned(self.site.zone().clone()).date();
        let is_today = day(at) == day(self.now);
        match (whom.id, self.site.visitor_ids(), whom.address) {
            (Some(id), VisitorIds::Lasting, _) => {
                Ok(visitor::lasting(&self.site.opened.secret, id))
            }
            // With a key that outlives the day, whoever has the files could follow them over days.
            (Some(id), VisitorIds::Daily, _) => {
                let key = if is_today { &*self.day } else { &self.late };
                Ok(visitor::daily(key, day(at), id))
            }
            (None, _, Some(address)) if is_today => {
                Ok(visitor::of_address(&self.day, address, whom.agent))
            }
            (None, _, Some(_)) => refuse(
                Reason::NoVisitor,
                "ip: the key of that day is destroyed; send an id of your own in visitor",
            ),
            (None, _, None) => refuse(
                Reason::NoVisitor,
                "visitor: say whose it is by an id of your own, or by ip and user_agent",
            ),
        }
    }

    fn page(&self, given: Option<&str>) -> Result<Page, Refused> {
        let Some(given) = given else {
            return Ok(Page::default());
        };
        let wrong = |why: String| Refused(Reason::Invalid, format!("url: {why}"));
        let url = address::web(given).map_err(wrong)?;
        if let Some(what) = personal::in_url(&url) {
            let why = format!("url: it has {what} in it, which is not kept; leave it away");
            return refuse(Reason::PersonalData, why);
        }
        if !address::is_own(&url, self.site.domain(), &self.origins) {
            let why = format!("url: it is no page of {}", self.site.domain());
            return refuse(Reason::ForeignUrl, why);
        }
        Page::of(&url).map_err(wrong)
    }

    /// The host that led here; empty for none and for the site's own. No visitor is lost because
    /// their browser names one that cannot be read.
    fn referrer(&self, given: Option<&str>) -> Result<String, Refused> {
        let given = given.filter(|given| !given.is_empty());
        let Some(given) = given else {
            return Ok(String::new());
        };
        // An app that led here names itself in its own way.
        if given.starts_with("android-app://") {
            return Ok(String::new());
        }
        let url = match (address::web(given), self.kind) {
            (Ok(url), _) => url,
            (Err(_), Kind::Public) => return Ok(String::new()),
            (Err(why), Kind::Secret) => {
                return refuse(Reason::Invalid, format!("referrer: {why}"));
            }
        };
        if address::is_own(&url, self.site.domain(), &self.origins) {
            return Ok(String::new());
        }
        Ok(address::host(&url).to_owned())
    }

    fn id(&self, given: Option<&str>) -> Result<[u8; 16], Refused> {
        let given = match (given, self.reach) {
            (Some(given), _) => given,
            (None, Reach::Week) => return Ok(*EventId::new(&self.clock).as_bytes()),
            (None, Reach::Past) => {
                let why = "id: an event of the past needs one, or it would count twice when its \
                           file is sent again";
                return refuse(Reason::Invalid, why);
            }
        };
        check_text("id", given)?;
        Ok(fingerprint(self.kind, given))
    }

    fn value(&self, given: &Given<'_>) -> Result<Option<i64>, Refused> {
        let own = self.site.currency();
        if let Some(other) = given.currency.as_deref().filter(|code| *code != own) {
            let other: String = other.chars().take(40).collect();
            let why = format!("currency: the site counts {own}, and no rate to {other:?} is known");
            return refuse(Reason::OtherCurrency, why);
        }
        let Some(raw) = given
            .value
            .map(serde_json::value::RawValue::get)
            .filter(|raw| *raw != "null")
        else {
            return Ok(None);
        };
        let text = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
        let micros = money::read(text.unwrap_or(raw));
        micros.map(Some).ok_or_else(|| {
            let why = "value: it has to be an amount such as 49.90: not negative, with at most six \
                       decimals, and not more than 1,000,000,000";
            Refused(Reason::Invalid, why.to_owned())
        })
    }
}

/// What an event is told from others by. Everybody can read a public key: what is sent with one has
/// ids apart, or anybody could have a server's orders taken for doubled who guesses their ids.
fn fingerprint(kind: Kind, id: &str) -> [u8; 16] {
    let uuid = Uuid::try_parse(id).map(Uuid::into_bytes);
    let hash = match (kind, &uuid) {
        (Kind::Secret, Ok(uuid)) => return *uuid,
        (Kind::Secret, Err(_)) => Sha256::new(),
        (Kind::Public, _) => Sha256::new_with_prefix("public\0"),
    };
    let text = uuid.as_ref().map_or(id.as_bytes(), <[u8; 16]>::as_slice);
    let print: [u8; 32] = hash.chain_update(text).finalize().into();
    let (first, _) = print
        .split_first_chunk()
        .expect("32 bytes are more than 16");
    *first
}

/// Whether an event may be called so.
pub(in crate::analytics) fn is_event_name(given: &str) -> bool {
    let mut bytes = given.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase());
    let others =
        bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    first && others && given.len() <= LONGEST_NAME
}

fn name(given: &str) -> Result<Box<str>, Refused> {
    if is_event_name(given) {
        return Ok(given.into());
    }
    let why = "name: it has to be a word such as page_view: a small letter, then small letters, \
               digits and _, 40 at most";
    refuse(Reason::Invalid, why)
}

fn ip(given: Option<&str>) -> Result<Option<IpAddr>, Refused> {
    let ip = given.map(str::parse).transpose();
    ip.map_err(|_none| Refused(Reason::Invalid, "ip: it is no address".to_owned()))
}

fn check_text(member: &str, text: &str) -> Result<(), Refused> {
    let fits = (1..=LONGEST_ID).contains(&text.len()) && !text.chars().any(char::is_control);
    if fits {
        return Ok(());
    }
    let why = format!("{member}: it has to have 1 to {LONGEST_ID} bytes and no control characters");
    refuse(Reason::Invalid, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_in_any_spelling_and_another_from_a_browser() {
        let uuid = "0199a3c4-7b10-7000-8000-0123456789ab";
        for kind in [Kind::Public, Kind::Secret] {
            let upper = fingerprint(kind, &uuid.to_uppercase());
            assert_eq!(fingerprint(kind, uuid), upper);
            assert_ne!(fingerprint(kind, "order 1"), fingerprint(kind, "order 2"));
        }
        for id in [uuid, "order 1"] {
            let browsers = fingerprint(Kind::Public, id);
            assert_ne!(browsers, fingerprint(Kind::Secret, id), "{id}");
        }
    }
}
