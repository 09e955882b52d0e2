//! Goals: what a site counts as conversions of its own.

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};

use super::super::{Done, Made, Tag};
use super::goal_figures::GoalFiguresView;
use super::overview::AgainstView;
use super::report::FilterView;
use super::word::words;
use crate::analytics::{
    Analytics, BadGoal, Condition, Error, Item, PageRule, PageWay, Period, Site, SiteGoal,
};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{KeptId, SiteId, micros};
use crate::datasets::Access;
use crate::http::page::Pages;
use crate::http::tag::{self, Tagged};
use crate::http::{ApiError, Caller, Moment};

words! {
    /// How a page's path is held against the one that is given. Letters count in their case.
    PageWayView as "GoalPageOperator" with PageWay {
        /// It is the same.
        Is,
        /// It begins with it.
        StartsWith,
        /// It has it in it.
        Contains,
    }
}

/// Which pages, by their paths.
#[derive(Object)]
#[oai(rename = "GoalPage", deny_unknown_fields)]
struct PageView {
    /// How.
    operator: PageWayView,
    /// The path, such as `/thanks`; 500 bytes at most.
    #[oai(validator(max_length = 1000))]
    path: String,
}

/// By which event a goal is reached: of a name, at a page, or of a name at a page.
#[derive(Object)]
#[oai(
    rename = "GoalCondition",
    deny_unknown_fields,
    skip_serializing_if_is_none
)]
struct ConditionView {
    /// The event's name; without it, it is `page_view`, and `page` has to be there.
    #[oai(validator(max_length = 200))]
    event: Option<String>,
    /// The page at which it happens; any without it.
    page: Option<PageView>,
    /// In which visits it counts: those that every filter picks; 20 at most.
    #[oai(default, validator(max_items = 100))]
    filters: Vec<FilterView>,
}

/// A goal: what a site counts as a conversion of its own.
#[derive(Object)]
#[oai(rename = "Goal", skip_serializing_if_is_none)]
struct GoalView {
    /// The goal's id, which reports and funnels name.
    id: KeptId,
    /// What people call it.
    name: String,
    /// By which event it is reached.
    condition: ConditionView,
    /// What a completion is worth whose event comes without a value, in the site's currency; absent
    /// where nothing is assigned.
    value: Option<String>,
    /// When it was made.
    created_at: Moment,
    /// When it was last changed.
    updated_at: Moment,
    /// Rises with every change; in quotes it is the `ETag`.
    version: u64,
}

/// One part of the goals of a site.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct GoalList {
    /// In the order in which they were made.
    items: Vec<GoalView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// A goal to be made.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewGoal {
    /// What to call it: 1 to 120 characters, no other name of the site's goals in any case.
    #[oai(validator(max_length = 200))]
    name: String,
    /// By which event it is reached.
    condition: ConditionView,
    /// What a completion is worth whose event comes without a value, such as `25` or `49.90` in the
    /// site's currency. It is told apart from revenue.
    #[oai(validator(max_length = 40))]
    value: Option<String>,
}

/// What is to be changed; what is left away stays as it is.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct GoalChange {
    /// Another name.
    #[oai(validator(max_length = 200))]
    name: Option<String>,
    /// Another condition, as a whole.
    condition: Option<ConditionView>,
    /// Another value; an empty text assigns none any more.
    #[oai(validator(max_length = 40))]
    value: Option<String>,
}

pub(in crate::http::api) struct Goals {
    sites: Analytics,
    pages: Pages,
}

#[OpenApi(tag = "Tag::Analytics")]
impl Goals {
    /// Lists the goals of a site.
    #[oai(path = "/sites/:id/goals", method = "get", operation_id = "listGoals")]
    async fn list(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<GoalList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let part = (page.limit, page.after.as_ref());
        let site = self.sites.open(&scope, id.0)?;
        let (goals, next) = site.list_kept(part, &by)?;
        Ok(Json(GoalList {
            items: goals.iter().map(|goal| GoalView::of(&site, goal)).collect(),
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Makes a goal.
    ///
    /// It is told of days before, too, as far back as the site keeps events.
    #[oai(
        path = "/sites/:id/goals",
        method = "post",
        operation_id = "createGoal"
    )]
    async fn create(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        body: Json<NewGoal>,
    ) -> Result<Made<GoalView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let made = site.keep(body.0.read()?, &by).await?;
        Ok(Made::Made(Json(GoalView::of(&site, &made))))
    }

    /// Shows a goal.
    #[oai(
        path = "/sites/:id/goals/:goal",
        method = "get",
        operation_id = "getGoal"
    )]
    async fn show(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        goal: Path<KeptId>,
    ) -> Result<Tagged<Json<GoalView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let found = site.find_kept::<SiteGoal>(goal.0)?;
        site.note_kept_read(&found, &by);
        Ok(tagged(&site, &found))
    }

    /// Changes a goal; what names it means other events from then on, of days before, too.
    #[oai(
        path = "/sites/:id/goals/:goal",
        method = "patch",
        operation_id = "updateGoal"
    )]
    async fn update(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        goal: Path<KeptId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<GoalChange>,
    ) -> Result<Tagged<Json<GoalView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let found = site.find_kept::<SiteGoal>(goal.0)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), found.version().0)?;
        let next = body.0.applied(found.what())?;
        Ok(tagged(&site, &site.change_kept(found, next, &by).await?))
    }

    /// Deletes a goal; what names it is refused from then on.
    #[oai(
        path = "/sites/:id/goals/:goal",
        method = "delete",
        operation_id = "deleteGoal"
    )]
    async fn delete(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        goal: Path<KeptId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let found = site.find_kept::<SiteGoal>(goal.0)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), found.version().0)?;
        site.drop_kept(&found, &by).await?;
        Ok(Done::Done)
    }

    /// Tells how often the goals of a site were reached, beside how it was before.
    ///
    /// Every event that reaches a goal counts. It is found in the events themselves: days whose
    /// events the site keeps no longer are refused, and where only the days before are gone, the
    /// figures are held against nothing.
    #[oai(
        path = "/sites/:id/goal-figures",
        method = "get",
        operation_id = "getGoalFigures"
    )]
    async fn figures(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        /// The first day, such as `2026-11-01`; 27 days before the last without it.
        from: Query<Option<String>>,
        /// The last day; the present one at the site without it.
        to: Query<Option<String>>,
        /// What it is held against.
        #[oai(default)]
        compare: Query<AgainstView>,
    ) -> Result<Json<GoalFiguresView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let period = Period::read(from.0.as_deref(), to.0.as_deref(), site.today());
        let period = period.map_err(Error::from)?;
        let told = site.goal_figures((period, compare.0.into()), &by).await?;
        Ok(Json(GoalFiguresView::of(&site, &told)))
    }
}

impl Goals {
    pub(in crate::http::api) fn new(app: &App, pages: Pages) -> Self {
        let sites = app.analytics.clone();
        Self { sites, pages }
    }
}

fn tagged(site: &Site, item: &Item<SiteGoal>) -> Tagged<Json<GoalView>> {
    Tagged::at(item.version().0, Json(GoalView::of(site, item)))
}

impl GoalView {
    fn of(site: &Site, item: &Item<SiteGoal>) -> Self {
        let goal = item.what();
        Self {
            id: item.id(),
            name: goal.name.clone(),
            condition: ConditionView::from(&goal.condition),
            value: goal.value_micros.map(|micros| site.money(micros)),
            created_at: item.created_at().into(),
            updated_at: item.updated_at().into(),
            version: item.version().0,
        }
    }
}

/// An amount in millionths.
fn amount(given: &str) -> Result<i64, ApiError> {
    micros(given).ok_or_else(|| Error::from(BadGoal::Value).into())
}

impl NewGoal {
    fn read(self) -> Result<SiteGoal, ApiError> {
        Ok(SiteGoal {
            name: self.name,
            condition: self.condition.into(),
            value_micros: self.value.as_deref().map(amount).transpose()?,
        })
    }
}

impl GoalChange {
    fn applied(self, now: &SiteGoal) -> Result<SiteGoal, ApiError> {
        let value_micros = match self.value.as_deref() {
            None => now.value_micros,
            Some("") => None,
            Some(given) => Some(amount(given)?),
        };
        let condition = self.condition.map(Condition::from);
        Ok(SiteGoal {
            name: self.name.unwrap_or_else(|| now.name.clone()),
            condition: condition.unwrap_or_else(|| now.condition.clone()),
            value_micros,
        })
    }
}

impl From<ConditionView> for Condition {
    fn from(view: ConditionView) -> Self {
        let page = |page: PageView| PageRule {
            way: page.operator.into(),
            path: page.path.into(),
        };
        Self {
            event: view.event.map(Box::from),
            page: view.page.map(page),
            filters: view.filters.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<&Condition> for ConditionView {
    fn from(condition: &Condition) -> Self {
        let page = |page: &PageRule| PageView {
            operator: page.way.into(),
            path: page.path.to_string(),
        };
        Self {
            event: condition.event.as_deref().map(str::to_owned),
            page: condition.page.as_ref().map(page),
            filters: condition.filters.iter().map(FilterView::from).collect(),
        }
    }
}
