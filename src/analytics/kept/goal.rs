//! Goals: what a site counts as conversions of its own.

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use crate::analytics::Error;
use crate::analytics::intake::is_event_name;
use crate::analytics::ledger::{Facet, Filter, Operator, Target};
use crate::analytics::question::{BadQuestion, check_filters};
use crate::analytics::service::checked_name;
use crate::analytics::site::Site;
use crate::audit::Event;
use crate::base::{KeptId, MICROS, MOST_WHOLE};
use crate::store::Index;

/// What a page that is reached is recorded as.
const VIEW: &str = "page_view";
/// A path has so many bytes at most.
const MOST_BYTES: usize = 500;

/// What is counted when somebody does it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SiteGoal {
    pub(crate) name: String,
    pub(crate) condition: Condition,
    /// What a completion is worth whose event came without a value, in millionths of the site's
    /// currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) value_micros: Option<i64>,
}

/// By which event it is reached: of a name, at a page, or both.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Condition {
    /// The event's name; without it a page is to be viewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) event: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) page: Option<PageRule>,
    /// In which visits it counts: those that every filter picks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) filters: Vec<Filter>,
}

/// Which pages, by their paths.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PageRule {
    pub(crate) way: PageWay,
    pub(crate) path: Box<str>,
}

/// How a page's path is held against the one of a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PageWay {
    Is,
    StartsWith,
    Contains,
}

/// Why something cannot be a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadGoal {
    /// Every event would reach it.
    #[error("a goal is reached by an event, at a page, or by an event at a page; name one of them")]
    OfAll,
    /// No event is called so.
    #[error(
        "an event is called by a word such as sign_up: a small letter, then small letters, digits \
         and _, 40 at most"
    )]
    Event,
    /// The path of a page.
    #[error("a path has 1 to 500 bytes, none of them a control character")]
    Page,
    /// No page has such a path.
    #[error("a page's path begins with /; to find a part of it, use contains")]
    NoPath,
    /// What a completion is worth.
    #[error(
        "a value is an amount above 0 and up to 1000000000, such as 25 or 49.90, with 6 decimals at \
         most"
    )]
    Value,
}

impl BadGoal {
    /// The member that is not acceptable.
    pub fn path(self) -> &'static str {
        match self {
            Self::OfAll | Self::Event => "condition.event",
            Self::Page | Self::NoPath => "condition.page.path",
            Self::Value => "value",
        }
    }
}

/// A name is its site's once.
static BY_NAME: Index = Index {
    name: "site_goal.name",
    unique: true,
};

impl Kind for SiteGoal {
    const COLLECTION: &'static str = "site_goal";
    const INDEXES: &'static [&'static Index] = &[&BY_NAME];
    const MOST: usize = 50;
    const WORD: &'static str = "goal";

    fn name(&self) -> &str {
        &self.name
    }

    fn checked(self, _site: &Site) -> Result<Self, Error> {
        self.condition.check()?;
        let worth = 1..=MOST_WHOLE * MICROS;
        if self
            .value_micros
            .is_some_and(|micros| !worth.contains(&micros))
        {
            return Err(BadGoal::Value.into());
        }
        let sound = check_filters(&self.condition.filters).map_err(Error::from);
        sound.map_err(|error| Error::Below("condition".to_owned(), Box::new(error)))?;
        Ok(Self {
            name: checked_name(&self.name)?,
            ..self
        })
    }

    fn noted(event: Event, id: KeptId, name: &str) -> Event {
        event.entity("site_goal", id, name)
    }
}

impl Condition {
    fn check(&self) -> Result<(), BadGoal> {
        if self.event.is_none() && self.page.is_none() {
            return Err(BadGoal::OfAll);
        }
        if self
            .event
            .as_deref()
            .is_some_and(|name| !is_event_name(name))
        {
            return Err(BadGoal::Event);
        }
        self.page.as_ref().map_or(Ok(()), PageRule::check)
    }

    /// The event that is looked for.
    pub(in crate::analytics) fn target(&self) -> Target {
        let of = |facet, operator, value: &str| Filter {
            facet,
            operator,
            values: vec![value.into()],
        };
        let name = self.event.as_deref().unwrap_or(VIEW);
        let mut event = vec![of(Facet::Event, Operator::Is, name)];
        let page = self.page.as_ref();
        event.extend(page.map(|page| of(Facet::Page, page.way.into(), &page.path)));
        Target {
            event,
            visit: self.filters.clone(),
        }
    }
}

impl PageRule {
    fn check(&self) -> Result<(), BadGoal> {
        let fits = (1..=MOST_BYTES).contains(&self.path.len());
        if !fits || self.path.chars().any(char::is_control) {
            return Err(BadGoal::Page);
        }
        if self.way != PageWay::Contains && !self.path.starts_with('/') {
            return Err(BadGoal::NoPath);
        }
        Ok(())
    }
}

impl From<PageWay> for Operator {
    fn from(way: PageWay) -> Self {
        match way {
            PageWay::Is => Self::Is,
            PageWay::StartsWith => Self::StartsWith,
            PageWay::Contains => Self::Contains,
        }
    }
}

impl Site {
    /// What reaches a goal; none where the site has no such goal.
    pub(in crate::analytics) fn target_of(&self, goal: KeptId) -> Result<Option<Target>, Error> {
        match self.find_kept::<SiteGoal>(goal) {
            Ok(found) => Ok(Some(found.what().condition.target())),
            Err(Error::UnknownKept(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The same for the goal that visits are to reach, where one is named.
    pub(in crate::analytics) fn reached(
        &self,
        goal: Option<KeptId>,
    ) -> Result<Option<Target>, Error> {
        let Some(id) = goal else { return Ok(None) };
        let target = self.target_of(id)?;
        Ok(Some(target.ok_or(BadQuestion::UnknownGoal(id))?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(event: Option<&str>, page: Option<(PageWay, &str)>) -> Condition {
        Condition {
            event: event.map(Box::from),
            page: page.map(|(way, path)| PageRule {
                way,
                path: path.into(),
            }),
            filters: Vec::new(),
        }
    }

    #[test]
    fn a_goal_names_an_event_or_a_page_that_there_can_be() {
        use PageWay::{Contains, Is, StartsWith};
        let long = format!("/{}", "x".repeat(500));
        for (event, page, outcome) in [
            (Some("sign_up"), None, Ok(())),
            (None, Some((Is, "/thanks")), Ok(())),
            (Some("click"), Some((Contains, "pric")), Ok(())),
            (None, None, Err(BadGoal::OfAll)),
            (Some("Sign up"), None, Err(BadGoal::Event)),
            (Some(""), None, Err(BadGoal::Event)),
            (None, Some((Is, "thanks")), Err(BadGoal::NoPath)),
            (None, Some((StartsWith, "thanks")), Err(BadGoal::NoPath)),
            (None, Some((Contains, "")), Err(BadGoal::Page)),
            (None, Some((Is, "/a\n")), Err(BadGoal::Page)),
            (None, Some((Is, long.as_str())), Err(BadGoal::Page)),
        ] {
            let checked = condition(event, page).check();
            assert_eq!(checked, outcome, "{event:?} {page:?}");
        }
    }

    #[test]
    fn a_page_is_reached_by_viewing_it() {
        let names = |condition: Condition| -> Vec<String> {
            let target = condition.target();
            let told = |filter: &Filter| {
                let (facet, value) = (filter.facet.name(), &filter.values[0]);
                format!("{facet} {:?} {value}", filter.operator)
            };
            target.filters().map(told).collect()
        };
        let page = Some((PageWay::StartsWith, "/thanks"));
        assert_eq!(
            names(condition(None, page)),
            ["event Is page_view", "page StartsWith /thanks"]
        );
        assert_eq!(
            names(condition(Some("lead"), page)),
            ["event Is lead", "page StartsWith /thanks"]
        );
        assert_eq!(names(condition(Some("lead"), None)), ["event Is lead"]);
    }
}
