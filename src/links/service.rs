//! Makes, lists and revokes links.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan as _};
use sha2::{Digest as _, Sha256};

use super::row::{BY_NAME, Door, Doors, LinkDays, Rows, Section, Stored};
use super::tally::Tally;
use super::{Error, Link, Made};
use crate::analytics::{Against, Analytics, Site};
use crate::audit::{Code, Event, Log};
use crate::auth::{Hasher, Users};
use crate::base::{Actor, Clock, Cursor, Hex, LinkId, Secret, SecretBytes};
use crate::datasets::Access;
use crate::feeds::Feeds;
use crate::limits::Limits;
use crate::store::{self, Batch, Bytes, Scan, Store, Table, prefix};

/// A site has no more of them.
const MOST: usize = 50;
/// So many letters of an address are shown of it.
const SHOWN: usize = 4;
/// What the secret part of an address begins with.
pub(super) const BEGINNING: &str = "wbl_";
/// A password has so many characters.
const PASSWORD: std::ops::RangeInclusive<usize> = 12..=200;
/// A link ends within so many days: two years.
const LONGEST_DAYS: i32 = 731;

/// What links are built upon.
pub struct Parts {
    /// Where they are kept.
    pub store: Store,
    /// The sites that they show.
    pub sites: Analytics,
    /// What advertising cost.
    pub feeds: Feeds,
    /// Whose the sites are.
    pub users: Users,
    /// Hashes their passwords, apart from those of accounts.
    pub hasher: Hasher,
    /// How often they are opened, and passwords are tried.
    pub limits: Limits,
    /// The book.
    pub log: Log,
    /// The time.
    pub clock: Clock,
}

/// All links. Clones share them.
#[derive(Clone)]
pub struct Links(pub(super) Arc<Ground>);

pub(super) struct Ground {
    pub(super) parts: Parts,
    pub(super) tally: Tally,
}

/// A link to be made.
pub(crate) struct New {
    pub(crate) name: String,
    pub(crate) days: LinkDays,
    pub(crate) against: Against,
    pub(crate) sections: Vec<Section>,
    pub(crate) costs: bool,
    pub(crate) password: Option<Secret>,
    pub(crate) ends_at: Option<Timestamp>,
}

/// The collections of this module, for the store's registry.
pub fn tables() -> [Table; 2] {
    [Table::of::<Rows>(), Table::of::<Doors>()]
}

impl Parts {
    pub(super) fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

impl Links {
    /// The service over what it is built upon.
    pub fn over(parts: Parts) -> Self {
        Self(Arc::new(Ground {
            parts,
            tally: Tally::default(),
        }))
    }

    /// One page of a site's links, in the order in which they were made.
    pub fn list(
        &self,
        site: &Site,
        (limit, after): (usize, Option<&Cursor>),
        by: &Actor,
    ) -> Result<(Vec<Link>, Option<Cursor>), Error> {
        let parts = &self.0.parts;
        site.demand(Access::Edit)?;
        let scan = Scan::prefix(prefix(&(site.id(),)), limit).after(after);
        let page = parts.store.scan::<Rows>(&scan)?;
        let event = site.event(Code::LinksRead, by);
        let event = event.count("links", page.rows.len() as u64);
        parts.log.record(event.build(&parts.clock));
        Ok((page.rows.into_iter().map(Link::of).collect(), page.next))
    }

    /// Makes a link to a site's overview. Whoever may change the site may show it.
    pub(crate) async fn create(&self, site: &Site, new: New, by: &Actor) -> Result<Made, Error> {
        site.demand(Access::Edit)?;
        let parts = &self.0.parts;
        let name = checked_name(&new.name)?;
        let sections = checked_sections(new.sections)?;
        self.check_end(new.ends_at)?;
        let scan = Scan::prefix(prefix(&(site.id(),)), MOST);
        if parts.store.scan::<Rows>(&scan)?.rows.len() >= MOST {
            return Err(Error::TooMany(MOST));
        }
        let password = match new.password {
            Some(password) => Some(self.hash(password).await?),
            None => None,
        };
        let token = draw();
        let print = print_of(token.expose());
        let stored = Stored {
            owner: site.owner(),
            name,
            ends_with: token.expose()[token.expose().len() - SHOWN..].to_owned(),
            print: print.clone(),
            days: new.days,
            against: new.against,
            sections,
            costs: new.costs,
            password,
            ends_at: new.ends_at,
            created_at: parts.now(),
            used_at: None,
            uses: 0,
        };
        let key = (site.id(), LinkId::new(&parts.clock));
        let act = about(site, (key.1, &stored.name), Code::LinkCreated, by)
            .detail("password", stored.password.is_some())
            .detail("costs", stored.costs)
            .count("sections", stored.sections.len() as u64);
        let mut batch = Batch::new(act.build(&parts.clock));
        batch.insert::<Rows>(&key, &stored);
        let (site_id, link) = key;
        let door = Door {
            site: site_id,
            link,
        };
        batch.insert::<Doors>(&Bytes(print.into_bytes()), &door);
        self.commit(site, batch, &stored.name).await?;
        Ok(Made {
            link: self.find(site, link)?,
            token,
        })
    }

    /// Revokes a link: its address leads nowhere from then on.
    pub async fn revoke(&self, site: &Site, id: LinkId, by: &Actor) -> Result<(), Error> {
        site.demand(Access::Edit)?;
        let parts = &self.0.parts;
        let link = self.find(site, id)?;
        let act = about(site, (id, link.name()), Code::LinkRevoked, by);
        let act = act.count("uses", link.uses());
        let mut batch = Batch::new(act.build(&parts.clock));
        // What it was used meanwhile does not matter.
        batch.discard::<Doors>(&Bytes(link.stored.print.clone().into_bytes()));
        batch.discard::<Rows>(&link.key);
        self.commit(site, batch, link.name()).await
    }

    pub(super) fn find(&self, site: &Site, id: LinkId) -> Result<Link, Error> {
        let row = self.0.parts.store.get::<Rows>(&(site.id(), id))?;
        row.map(Link::of).ok_or(Error::UnknownLink(id))
    }

    async fn hash(&self, password: Secret) -> Result<String, Error> {
        let chars = password.expose().chars().count();
        if !PASSWORD.contains(&chars) {
            return Err(Error::BadPassword);
        }
        Ok(self.0.parts.hasher.hash(&password).await?)
    }

    fn check_end(&self, ends_at: Option<Timestamp>) -> Result<(), Error> {
        let now = self.0.parts.now();
        let latest = now + (LONGEST_DAYS * 24).hours();
        match ends_at {
            Some(end) if end <= now || end > latest => Err(Error::BadEnd),
            _ => Ok(()),
        }
    }

    async fn commit(&self, site: &Site, mut batch: Batch, name: &str) -> Result<(), Error> {
        site.hold(&mut batch);
        match self.0.parts.store.commit(batch).await {
            Ok(_version) => Ok(()),
            Err(store::Error::Taken(index)) if index == BY_NAME.name => {
                Err(Error::NameTaken(name.to_owned()))
            }
            // With the latter the site has gone meanwhile.
            Err(store::Error::Conflict(_) | store::Error::Dangling(_)) => Err(Error::Changed),
            Err(error) => Err(error.into()),
        }
    }
}

/// An event of the book about a link of a site.
pub(super) fn about(site: &Site, (id, name): (LinkId, &str), code: Code, by: &Actor) -> Event {
    site.event(code, by).entity("site_link", id, name)
}

/// 256 bits, which nobody guesses.
fn draw() -> Secret {
    let bytes = SecretBytes::<32>::random();
    Secret::new(format!("{BEGINNING}{}", Hex(bytes.expose())))
}

/// What a link is found by.
pub(super) fn print_of(token: &str) -> String {
    let print: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    Hex(&print).to_string()
}

fn checked_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    let fits = (1..=120).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned()).ok_or(Error::BadName)
}

/// Each once, in the order in which they are shown.
fn checked_sections(mut sections: Vec<Section>) -> Result<Vec<Section>, Error> {
    sections.sort_unstable();
    let twice = sections.windows(2).find(|pair| pair[0] == pair[1]);
    match twice {
        Some(pair) => Err(Error::SectionTwice(pair[0].name())),
        None => Ok(sections),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_256_bits_and_no_two_are_alike() {
        let (one, other) = (draw(), draw());
        assert_eq!(one.expose().len(), BEGINNING.len() + 64);
        assert_ne!(one.expose(), other.expose());
        assert_ne!(print_of(one.expose()), print_of(other.expose()));
    }

    #[test]
    fn each_section_comes_once() {
        let sections = vec![Section::Pages, Section::Trend];
        let checked = checked_sections(sections).unwrap();
        assert_eq!(checked, [Section::Trend, Section::Pages]);
        let twice = vec![Section::Pages, Section::Trend, Section::Pages];
        assert!(matches!(
            checked_sections(twice),
            Err(Error::SectionTwice("pages"))
        ));
    }
}
