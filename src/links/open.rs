//! Finds the link that an address leads to, and answers it: with what its maker chose, whatever
//! else is asked.

use jiff::civil::Date;

use super::row::{Doors, Rows};
use super::service::{BEGINNING, about, print_of};
use super::{Error, Link, Links};
use crate::analytics::{self, Report, Site};
use crate::audit::Code;
use crate::auth;
use crate::base::{Actor, Scope, Secret};
use crate::feeds::FeedCosts;
use crate::limits::{Key, Policy};
use crate::store::Bytes;

/// What a link shows.
pub(crate) struct Opened {
    pub(crate) link: Link,
    pub(crate) site: Site,
    pub(crate) report: Report,
    /// Since when it is kept what days came to, where that begins later than what is shown.
    pub(crate) sums_from: Option<Date>,
    /// What advertising cost; none where the link does not show it.
    pub(crate) costs: Vec<FeedCosts>,
}

impl Links {
    /// What the link of an address shows now. One that is unknown, was revoked or has ended errs
    /// with `NoLink`, and so does one whose site's owner is disabled.
    pub(crate) async fn open(
        &self,
        token: &Secret,
        password: Option<&Secret>,
        by: &Actor,
    ) -> Result<Opened, Error> {
        let parts = &self.0.parts;
        let (link, site) = self.behind(token)?;
        parts.limits.take(Policy::Links, Key::Link(link.id()), by)?;
        self.admit((&site, &link), password, by).await?;
        let period = link.days().on(site.today());
        let report = site.whole_overview(period, link.against()).await?;
        let costs = if link.shows_costs() {
            // The book has one line of the link for each minute, and none of every look.
            parts.feeds.whole_costs(&site, (period, None)).await?
        } else {
            Vec::new()
        };
        let (_, sums) = site.left()?;
        self.0.count(&site, &link, by);
        Ok(Opened {
            sums_from: sums.filter(|first| period.first < *first),
            link,
            site,
            report,
            costs,
        })
    }

    fn behind(&self, token: &Secret) -> Result<(Link, Site), Error> {
        let parts = &self.0.parts;
        if !token.expose().starts_with(BEGINNING) {
            return Err(Error::NoLink);
        }
        let print = print_of(token.expose());
        let door = parts.store.get::<Doors>(&Bytes(print.into_bytes()))?;
        let door = door.ok_or(Error::NoLink)?.value;
        let row = parts.store.get::<Rows>(&(door.site, door.link))?;
        let link = Link::of(row.ok_or(Error::NoLink)?);
        let owner = match parts.users.get(link.stored.owner) {
            Err(auth::Error::UnknownUser) => return Err(Error::NoLink),
            owner => owner?,
        };
        if link.is_over(parts.now()) || owner.disabled {
            return Err(Error::NoLink);
        }
        let scope = Scope::owned_by(link.stored.owner);
        let site = parts.sites.open(&scope, door.site);
        let site = site.map_err(|error| match error {
            analytics::Error::UnknownSite(_) => Error::NoLink,
            other => other.into(),
        })?;
        Ok((link, site))
    }

    /// Errs unless the password is the link's. Only tries that are wrong count.
    async fn admit(
        &self,
        (site, link): (&Site, &Link),
        password: Option<&Secret>,
        by: &Actor,
    ) -> Result<(), Error> {
        let Some(stored) = link.stored.password.as_deref() else {
            return Ok(());
        };
        let password = password.ok_or(Error::PasswordNeeded)?;
        let parts = &self.0.parts;
        let (policy, key) = (Policy::LinkPasswords, Key::Link(link.id()));
        parts.limits.take(policy, key, by)?;
        if !parts.hasher.verify(password, Some(stored)).await? {
            let act = about(site, (link.id(), link.name()), Code::LinkRefused, by);
            parts.log.record(act.build(&parts.clock));
            return Err(Error::PasswordWrong);
        }
        parts.limits.give_back(policy, key);
        Ok(())
    }
}
