//! Links that show a site's overview to whoever has them.

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::Password;
use poem_openapi::{Enum, Object, OpenApi};

use super::super::session::secret;
use super::super::{Done, Made, Tag};
use super::overview::AgainstView;
use super::report::period;
use super::saved::RangeView;
use super::shown::SharedView;
use super::word::words;
use crate::analytics::{Analytics, Site};
use crate::app::App;
use crate::auth::Permission;
use crate::base::metrics::LINKS;
use crate::base::{LinkId, SiteId};
use crate::datasets::Access;
use crate::http::caller::Visitor;
use crate::http::page::Pages;
use crate::http::{ApiError, Caller, Moment, public_url};
use crate::links::{Link, LinkDays, Links, New, Section};

words! {
    /// A part of the overview; its totals are always shown.
    SectionView as "LinkSection" with Section {
        /// Every day, and of one day every hour.
        Trend,
        /// By the kind of way on which visits came.
        Channels,
        /// By where they came from.
        Sources,
        /// By which means.
        Mediums,
        /// By campaign.
        Campaigns,
        /// By the page on which they began.
        LandingPages,
        /// By every page that they came to.
        Pages,
        /// By the host that led to the site.
        Referrers,
        /// By device.
        Devices,
        /// By the names of events.
        EventNames,
    }
}

/// A link that shows a site's overview without an account.
#[derive(Object)]
#[oai(rename = "SiteLink", skip_serializing_if_is_none)]
struct LinkView {
    /// The link's id, as in the audit log.
    id: LinkId,
    /// What people call it; whoever opens it sees the name.
    name: String,
    /// How its address ends.
    ends_with: String,
    /// The days, by a word, where they move on.
    range: Option<RangeView>,
    /// The first day, where they are always the same.
    from: Option<String>,
    /// The last of them.
    to: Option<String>,
    /// What they are held against.
    compare: AgainstView,
    /// What it shows beside totals.
    sections: Vec<SectionView>,
    /// Whether it shows what advertising cost.
    costs: bool,
    /// Whether it is opened with a password.
    has_password: bool,
    /// When it ends; absent while that is open.
    ends_at: Option<Moment>,
    /// When it was made.
    created_at: Moment,
    /// When it was opened last, to the minute; absent while it never was.
    last_used_at: Option<Moment>,
    /// How often it was opened until then.
    uses: u64,
}

/// One part of the links of a site.
#[derive(Object)]
#[oai(rename = "SiteLinkList", skip_serializing_if_is_none)]
struct LinkList {
    /// In the order in which they were made.
    items: Vec<LinkView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// A link to be made.
#[derive(Object)]
#[oai(rename = "NewSiteLink", deny_unknown_fields)]
struct NewLink {
    /// What to call it: 1 to 120 characters, no other name of the site's links in any case. Whoever
    /// opens it sees the name.
    #[oai(validator(max_length = 200))]
    name: String,
    /// The days, by a word; the last 28 without it and without `from` and `to`.
    range: Option<RangeView>,
    /// The first day, such as `2026-11-01`, where it is always the same days; not beside `range`.
    #[oai(validator(max_length = 40))]
    from: Option<String>,
    /// The last of them.
    #[oai(validator(max_length = 40))]
    to: Option<String>,
    /// What the days are held against.
    #[oai(default)]
    compare: AgainstView,
    /// What it shows beside totals; each once.
    #[oai(default, validator(max_items = 100))]
    sections: Vec<SectionView>,
    /// Whether it shows what advertising cost.
    #[oai(default)]
    costs: bool,
    /// The password that it is opened with: 12 to 200 characters; none without it.
    #[oai(validator(max_length = 4096))]
    password: Option<Password>,
    /// When it ends, within 2 years; it stays until it is revoked without it.
    ends_at: Option<Moment>,
}

/// A link just made.
#[derive(Object)]
#[oai(rename = "MadeSiteLink")]
struct MadeView {
    /// The link, as it is listed.
    link: LinkView,
    /// Its address. It is in this answer and nowhere else.
    url: String,
}

/// What opens a link.
#[derive(Object)]
#[oai(rename = "LinkOpening", deny_unknown_fields)]
struct Opening {
    /// What its address carries behind the `#`.
    #[oai(validator(max_length = 200))]
    link: Password,
    /// The password, where it is opened with one.
    #[oai(validator(max_length = 4096))]
    password: Option<Password>,
}

pub(in crate::http::api) struct SiteLinks {
    sites: Analytics,
    links: Links,
    pages: Pages,
    url: String,
}

#[OpenApi(tag = "Tag::Analytics")]
impl SiteLinks {
    /// Lists the links that show a site without an account.
    #[oai(
        path = "/sites/:id/links",
        method = "get",
        operation_id = "listSiteLinks"
    )]
    async fn list(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<LinkList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let part = (page.limit, page.after.as_ref());
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let (links, next) = self.links.list(&site, part, &by)?;
        Ok(Json(LinkList {
            items: links.iter().map(LinkView::from).collect(),
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Makes a link that shows a site's overview to whoever has it.
    ///
    /// They see the days and sections that are chosen here and nothing else, until the link ends or
    /// is revoked.
    #[oai(
        path = "/sites/:id/links",
        method = "post",
        operation_id = "createSiteLink"
    )]
    async fn create(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        body: Json<NewLink>,
    ) -> Result<Made<MadeView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let made = self.links.create(&site, body.0.read(&site)?, &by).await?;
        Ok(Made::Made(Json(MadeView {
            link: LinkView::from(&made.link),
            url: format!("{}/shared#{}", self.url, made.token.expose()),
        })))
    }

    /// Revokes a link: its address leads nowhere from then on.
    #[oai(
        path = "/sites/:id/links/:link",
        method = "delete",
        operation_id = "revokeSiteLink"
    )]
    async fn revoke(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        link: Path<LinkId>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        self.links.revoke(&site, link.0, &by).await?;
        Ok(Done::Done)
    }

    /// Shows what a link shows, without an account.
    ///
    /// A link that is unknown, was revoked or has ended is refused with `link_not_found`. Where it
    /// is opened with a password, one that is missing or wrong is refused with `link_password`.
    #[oai(
        path = "/shared/overview",
        method = "post",
        operation_id = "openSharedOverview"
    )]
    async fn open(&self, by: Visitor, body: Json<Opening>) -> Result<Json<SharedView>, ApiError> {
        let (token, password) = (secret(body.0.link), body.0.password.map(secret));
        let opened = self.links.open(&token, password.as_ref(), &by.actor);
        let opened = opened.await.map_err(ApiError::from);
        let outcome = match &opened {
            Ok(_) => "opened",
            Err(refusal) => refusal.code().entry().text,
        };
        LINKS.add([outcome.into()], 1);
        Ok(Json(SharedView::of(&opened?)))
    }
}

impl SiteLinks {
    pub(in crate::http::api) fn new(app: &App, pages: Pages) -> Self {
        Self {
            sites: app.analytics.clone(),
            links: app.links.clone(),
            pages,
            url: public_url(&app.config, app.config.server.listen),
        }
    }
}

impl NewLink {
    fn read(self, site: &Site) -> Result<New, ApiError> {
        let days = match (self.range, self.from, self.to) {
            (range, None, None) => LinkDays::Range(range.unwrap_or_default().into()),
            (None, Some(from), Some(to)) => {
                let period = period(site, Some(&from), Some(&to))?;
                LinkDays::Days {
                    first: period.first,
                    last: period.last,
                }
            }
            (Some(_), _, _) => {
                let why = "days are named by a word or by from and to, and here by both";
                return Err(ApiError::invalid("range", why));
            }
            (None, from, _) => {
                let missing = if from.is_none() { "from" } else { "to" };
                let why = "give from and to, or neither of them";
                return Err(ApiError::invalid(missing, why));
            }
        };
        Ok(New {
            name: self.name,
            days,
            against: self.compare.into(),
            sections: self.sections.into_iter().map(Into::into).collect(),
            costs: self.costs,
            password: self.password.map(secret),
            ends_at: self.ends_at.map(|end| end.0),
        })
    }
}

impl From<&Link> for LinkView {
    fn from(link: &Link) -> Self {
        let (range, from, to) = match link.days() {
            LinkDays::Range(range) => (Some(range.into()), None, None),
            LinkDays::Days { first, last } => {
                (None, Some(first.to_string()), Some(last.to_string()))
            }
        };
        Self {
            id: link.id(),
            name: link.name().to_owned(),
            ends_with: link.ends_with().to_owned(),
            range,
            from,
            to,
            compare: link.against().into(),
            sections: link.sections().iter().copied().map(Into::into).collect(),
            costs: link.shows_costs(),
            has_password: link.has_password(),
            ends_at: link.ends_at().map(Into::into),
            created_at: link.created_at().into(),
            last_used_at: link.used_at().map(Into::into),
            uses: link.uses(),
        }
    }
}
