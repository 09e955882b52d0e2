//! Feeds of advertising figures, and what they tell.

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};

use super::super::{Done, Made, Tag};
use super::cost::CostsView;
use crate::analytics::{Against, Analytics, Asked, Error, Facet, Metric, Period};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{ConnectionId, FeedId, SiteId};
use crate::connections::Kind;
use crate::datasets::Access;
use crate::feeds::{Category, Feed, Feeds, New, State, Trouble};
use crate::http::page::Pages;
use crate::http::tag::{self, Tagged};
use crate::http::{ApiError, Caller, Moment};

/// Where a feed stands.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "AdFeedState", rename_all = "snake_case")]
enum StateView {
    /// Nothing was fetched yet.
    New,
    /// It is fetched every hour.
    Active,
    /// Something goes wrong; `trouble` tells what.
    Failing,
    /// Somebody has paused it.
    Paused,
}

/// Who can do something about a trouble.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "AdFeedTroubleCategory", rename_all = "snake_case")]
enum CategoryView {
    /// The credential is accepted no more: the connection needs another.
    Reconnect,
    /// Something has to be allowed or changed at the provider.
    Configuration,
    /// The provider wants to be left alone; it passes by itself.
    Waiting,
    /// The provider has trouble, or cannot be reached; it is tried again.
    Provider,
}

/// What goes wrong with a feed.
#[derive(Object)]
#[oai(rename = "AdFeedTrouble")]
struct TroubleView {
    /// Who can do something about it.
    category: CategoryView,
    /// What happened.
    message: String,
    /// What to do about it.
    remedy: String,
    /// When it began.
    since: Moment,
    /// Tries in vain since then.
    tries: u32,
}

/// A link of a site to an ad account whose figures are fetched.
#[derive(Object)]
#[oai(rename = "AdFeed", skip_serializing_if_is_none)]
struct FeedView {
    /// The feed's id.
    id: FeedId,
    /// What the ad account is called.
    name: String,
    /// The connection that it is fetched by.
    connection_id: ConnectionId,
    /// The provider: `meta` or `google`.
    provider: String,
    /// The provider's id of the ad account.
    account_id: String,
    /// The currency of its amounts.
    currency: String,
    /// The zone in which its days begin.
    time_zone: String,
    /// Where it stands.
    state: StateView,
    /// The first day of which figures are known.
    first_day: Option<String>,
    /// The last one; all days between are known too.
    last_day: Option<String>,
    /// When the provider told figures last.
    fetched_at: Option<Moment>,
    /// When it is asked next; absent while the feed is paused.
    next_fetch_at: Option<Moment>,
    /// What goes wrong; absent while nothing does.
    trouble: Option<TroubleView>,
    /// When it was made.
    created_at: Moment,
    /// When somebody has changed it last.
    updated_at: Moment,
    /// Rises with every change, one by a fetch included; in quotes it is the `ETag`.
    version: u64,
}

/// One part of the feeds of a site.
#[derive(Object)]
#[oai(rename = "AdFeedList", skip_serializing_if_is_none)]
struct FeedList {
    /// In the order in which they were made.
    items: Vec<FeedView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// A feed to be made.
#[derive(Object)]
#[oai(rename = "NewAdFeed", deny_unknown_fields)]
struct NewFeed {
    /// One of your connections, to a provider that has advertising figures.
    connection_id: ConnectionId,
    /// The provider's id of the ad account, as the bases of the connection list it.
    #[oai(validator(max_length = 100))]
    account_id: String,
}

/// What is to be changed.
#[derive(Object)]
#[oai(rename = "AdFeedChange", deny_unknown_fields)]
struct FeedChange {
    /// Whether it is fetched no more for the time being.
    paused: bool,
}

pub(in crate::http::api) struct SiteFeeds {
    sites: Analytics,
    feeds: Feeds,
    pages: Pages,
}

#[OpenApi(tag = "Tag::Analytics")]
impl SiteFeeds {
    /// Lists the feeds of a site.
    #[oai(
        path = "/sites/:id/feeds",
        method = "get",
        operation_id = "listSiteFeeds"
    )]
    async fn list(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<FeedList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let site = self.sites.open(&scope, id.0)?;
        let part = (page.limit, page.after.as_ref());
        let (feeds, next) = self.feeds.list(&site, part, &by)?;
        Ok(Json(FeedList {
            items: feeds.iter().map(FeedView::from).collect(),
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Links one of your own sites to an ad account.
    ///
    /// The provider is asked for the account at once. Its figures are then fetched every hour, and back
    /// by 13 months; those of the last weeks are asked for again every day, since providers go on
    /// changing them: Meta for 28 days, Google for 30.
    #[oai(
        path = "/sites/:id/feeds",
        method = "post",
        operation_id = "createSiteFeed"
    )]
    async fn create(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        body: Json<NewFeed>,
    ) -> Result<Made<FeedView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Owner)?;
        let made = self.feeds.create(&site, body.0.into(), &by).await?;
        Ok(Made::Made(Json(FeedView::from(&made))))
    }

    /// Shows a feed.
    #[oai(
        path = "/sites/:id/feeds/:feed",
        method = "get",
        operation_id = "getSiteFeed"
    )]
    async fn show(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        feed: Path<FeedId>,
    ) -> Result<Tagged<Json<FeedView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let found = self.feeds.find(&site, feed.0)?;
        found.note_read(&by);
        Ok(tagged(&found))
    }

    /// Pauses a feed, or has it go on.
    #[oai(
        path = "/sites/:id/feeds/:feed",
        method = "patch",
        operation_id = "updateSiteFeed"
    )]
    async fn update(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        feed: Path<FeedId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<FeedChange>,
    ) -> Result<Tagged<Json<FeedView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let found = self.feeds.find(&site, feed.0)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), found.version().0)?;
        Ok(tagged(&found.set_paused(body.0.paused, &by).await?))
    }

    /// Has a feed fetched as soon as possible, rather than within the hour.
    #[oai(
        path = "/sites/:id/feeds/:feed/fetch",
        method = "post",
        operation_id = "fetchSiteFeed"
    )]
    async fn fetch(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        feed: Path<FeedId>,
    ) -> Result<Json<FeedView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let found = self.feeds.find(&site, feed.0)?;
        Ok(Json(FeedView::from(&found.fetch_now(&by).await?)))
    }

    /// Deletes a feed with all figures that it has brought.
    #[oai(
        path = "/sites/:id/feeds/:feed",
        method = "delete",
        operation_id = "deleteSiteFeed"
    )]
    async fn delete(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        feed: Path<FeedId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let found = self.feeds.find(&site, feed.0)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), found.version().0)?;
        found.delete(&by).await?;
        Ok(Done::Done)
    }

    /// Tells what campaigns cost on some days, beside what the site counted of them.
    ///
    /// A campaign's visits are those whose `utm_campaign` is its name or its id at the provider. What
    /// the provider counts, and how it attributes that, stands beside it and is not mixed with it.
    #[oai(
        path = "/sites/:id/costs",
        method = "get",
        operation_id = "getSiteCosts"
    )]
    async fn costs(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        /// The first day, such as `2026-11-01`; 27 days before the last without it.
        from: Query<Option<String>>,
        /// The last day; the present one at the site without it.
        to: Query<Option<String>>,
        /// As the providers' figures were known then, such as `2026-11-27T08:00:00Z`; as they are known
        /// now without it.
        known_at: Query<Option<String>>,
    ) -> Result<Json<CostsView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let period = Period::read(from.0.as_deref(), to.0.as_deref(), site.today());
        let period = period.map_err(Error::from)?;
        let known_at = known_at.0.map(|told| moment(&told)).transpose()?;
        let costs = self.feeds.costs(&site, (period, known_at), &by).await?;
        let days = (period, Against::Nothing);
        let all = site.report(days, campaigns(), &by).await?.page.all.totals;
        let campaigns = site.whole_report(days, campaigns()).await?;
        Ok(Json(CostsView::of(
            &site,
            (period, &costs),
            (&all, &campaigns),
        )))
    }
}

impl SiteFeeds {
    pub(in crate::http::api) fn new(app: &App, pages: Pages) -> Self {
        Self {
            sites: app.analytics.clone(),
            feeds: app.feeds.clone(),
            pages,
        }
    }
}

/// What a site counted, by campaign.
fn campaigns() -> Asked {
    Asked {
        dimensions: vec![Facet::Campaign],
        metrics: vec![Metric::Visits, Metric::Conversions, Metric::Revenue],
        segment: None,
        filters: Vec::new(),
        goal: None,
        sort: Some("-visits".to_owned()),
        limit: 1,
        offset: 0,
    }
}

fn moment(told: &str) -> Result<jiff::Timestamp, ApiError> {
    let wrong = || {
        ApiError::invalid(
            "known_at",
            "it is no time; one is written 2026-11-27T08:00:00Z",
        )
    };
    told.parse().map_err(|_no_time: jiff::Error| wrong())
}

fn tagged(feed: &Feed) -> Tagged<Json<FeedView>> {
    Tagged::at(feed.version().0, Json(FeedView::from(feed)))
}

impl From<NewFeed> for New {
    fn from(feed: NewFeed) -> Self {
        Self {
            connection: feed.connection_id,
            account: feed.account_id,
        }
    }
}

impl From<&Feed> for FeedView {
    fn from(feed: &Feed) -> Self {
        let known = feed.known();
        Self {
            id: feed.id(),
            name: feed.name().to_owned(),
            connection_id: feed.connection(),
            provider: feed.provider().name().to_owned(),
            account_id: feed.account().to_owned(),
            currency: feed.currency().to_owned(),
            time_zone: feed.time_zone().to_owned(),
            state: feed.state().into(),
            first_day: known.map(|(first, _)| first.to_string()),
            last_day: known.map(|(_, last)| last.to_string()),
            fetched_at: feed.fetched_at().map(Moment),
            next_fetch_at: feed.next_at().map(Moment),
            trouble: feed
                .trouble()
                .map(|trouble| TroubleView::of(trouble, feed.provider())),
            created_at: feed.created_at().into(),
            updated_at: feed.updated_at().into(),
            version: feed.version().0,
        }
    }
}

impl TroubleView {
    fn of(trouble: &Trouble, provider: Kind) -> Self {
        Self {
            category: trouble.category.into(),
            message: trouble.told.clone(),
            remedy: trouble.category.remedy(provider).to_owned(),
            since: trouble.since.into(),
            tries: trouble.tries,
        }
    }
}

impl From<State> for StateView {
    fn from(state: State) -> Self {
        match state {
            State::New => Self::New,
            State::Active => Self::Active,
            State::Failing => Self::Failing,
            State::Paused => Self::Paused,
        }
    }
}

impl From<Category> for CategoryView {
    fn from(category: Category) -> Self {
        match category {
            Category::Reconnect => Self::Reconnect,
            Category::Configuration => Self::Configuration,
            Category::Waiting => Self::Waiting,
            Category::Provider => Self::Provider,
        }
    }
}
