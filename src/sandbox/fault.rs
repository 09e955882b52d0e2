//! Faults that can be switched on, and the rules that say which calls they strike.
use http::Method;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde::{Deserialize, Serialize};

use super::{google, meta, notion, zapier};

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fault {
    /// 429; Airtable's base then stays closed for the penalty, as after one call too many, and
    /// Notion's integration for `retry_after_seconds`; Zapier names them, and goes on.
    RateLimited,
    /// 500.
    ServerError,
    /// 503, with `Retry-After` if the rule has `retry_after_seconds`.
    Unavailable,
    /// 502 with a page of HTML, as a proxy answers.
    BadGateway,
    /// The answer comes `delay_ms` late.
    Slow,
    /// The connection is closed in the middle of an answer; a write is not carried out.
    Cut,
    /// The answer is complete by HTTP, but its JSON stops half-way.
    Truncated,
    /// The call is carried out, then the connection is closed without an answer.
    LostAnswer,
    /// 401, as after a token was revoked.
    Unauthorized,
    /// All listings and cursors are forgotten before the call is carried out.
    ListingExpired,
    /// 422: what is asked for is not acceptable, whatever it is.
    Refused,
    /// A part of a list says that the next one begins where it began itself.
    Circling,
    /// Notion: 409, the write met another one and was not carried out.
    Conflict,
    /// Notion: 529 with `Retry-After`.
    Overloaded,
    /// Notion, Meta and Google: 403, as after a capability was taken from the integration, or a
    /// permission.
    Restricted,
    /// Notion: 403 with a page of HTML from the edge, which has no id of the call.
    EdgeRefused,
    /// Notion and Zapier: 504, although the call is carried out.
    GatewayTimeout,
    /// Meta and Google: 500 or 429, the question is for too much data.
    TooMuchData,
    /// Zapier: 410, and the hook stays gone.
    HookGone,
    /// Zapier: 200, and the delivery is thrown away.
    Dropped,
    /// The access token that the call shows has come to its end: 401.
    TokenExpired,
    /// The grant whose token the call shows, as an access or a refresh token, was taken back by
    /// the person who gave it; the call is then answered accordingly.
    GrantRevoked,
}

impl Fault {
    /// Whether the vendor that a call goes to knows it.
    fn is_known_at(self, target: &str) -> bool {
        match self {
            Self::Conflict | Self::Overloaded | Self::EdgeRefused => notion::is_ours(target),
            Self::Restricted => {
                let path = path_of(target);
                notion::is_ours(target) || meta::is_ours(path) || google::is_ours(path)
            }
            Self::TooMuchData => {
                let path = path_of(target);
                meta::is_ours(path) || google::is_ours(path)
            }
            Self::GatewayTimeout => notion::is_ours(target) || zapier::is_ours(target),
            Self::HookGone | Self::Dropped => zapier::is_ours(target),
            _ => true,
        }
    }
}

/// The path of a target, without its query.
fn path_of(target: &str) -> &str {
    target.split('?').next().unwrap_or(target)
}

/// A rule as it is written: a fault, the calls it is meant for, and when it strikes them.
///
/// Of `times`, `probability` and `every_nth` one may be given; without any it strikes once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    fault: Fault,
    #[serde(default, rename = "match")]
    calls: Calls,
    /// How many matching calls pass before the rule begins.
    #[serde(default)]
    after: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    /// The seed of the probability's dice.
    #[serde(default)]
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    every_nth: Option<u32>,
    #[serde(default)]
    delay_ms: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u32>,
}

/// Which calls a rule is meant for; all when nothing is given.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Calls {
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// A part of path and query.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_contains: Option<String>,
}

/// A fault that strikes a call, with what it needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Strike {
    pub(super) fault: Fault,
    pub(super) delay_ms: u32,
    pub(super) retry_after_seconds: Option<u32>,
}

/// All rules, in the order in which they were given. Of those that would strike the first does.
#[derive(Default)]
pub(super) struct Faults {
    rules: Vec<Rule>,
    last_id: u32,
}

/// A rule that is in force.
#[derive(Serialize)]
pub(super) struct Rule {
    id: u32,
    #[serde(flatten)]
    order: Order,
    #[serde(skip)]
    trigger: Trigger,
    /// Matching calls so far.
    seen: u32,
    /// How many of them it struck.
    struck: u32,
}

enum Trigger {
    Times(u32),
    Probability(f64, Box<StdRng>),
    EveryNth(u32),
}

/// Why a rule is not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadOrder {
    #[error("give one of times, probability and every_nth, not several")]
    SeveralTriggers,
    #[error("probability must lie between 0 and 1")]
    Probability,
    #[error("every_nth must be 1 or more")]
    EveryNth,
}

impl Faults {
    pub(super) fn add(&mut self, order: Order) -> Result<&Rule, BadOrder> {
        let trigger = trigger(&order)?;
        self.last_id += 1;
        self.rules.push(Rule {
            id: self.last_id,
            order,
            trigger,
            seen: 0,
            struck: 0,
        });
        Ok(&self.rules[self.rules.len() - 1])
    }

    pub(super) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Removes a rule; `None` when there is none of this number.
    pub(super) fn remove(&mut self, id: u32) -> Option<()> {
        let place = self.rules.iter().position(|rule| rule.id == id)?;
        self.rules.remove(place);
        Some(())
    }

    pub(super) fn clear(&mut self) {
        self.rules.clear();
    }

    /// Asks every rule, in order, until one strikes.
    pub(super) fn strike(&mut self, method: &Method, target: &str) -> Option<Strike> {
        self.rules
            .iter_mut()
            .find_map(|rule| rule.strike(method, target))
    }
}

impl Rule {
    fn strike(&mut self, method: &Method, target: &str) -> Option<Strike> {
        let is_strange = !self.order.fault.is_known_at(target);
        if is_strange || !self.order.calls.include(method, target) {
            return None;
        }
        self.seen += 1;
        let turn = self
            .seen
            .checked_sub(self.order.after)
            .filter(|turn| *turn > 0)?;
        let strikes = match &mut self.trigger {
            Trigger::Times(times) => self.struck < *times,
            Trigger::Probability(probability, dice) => dice.random_bool(*probability),
            Trigger::EveryNth(nth) => turn % *nth == 0,
        };
        if !strikes {
            return None;
        }
        self.struck += 1;
        let Order {
            fault,
            delay_ms,
            retry_after_seconds,
            ..
        } = self.order;
        Some(Strike {
            fault,
            delay_ms,
            retry_after_seconds,
        })
    }
}

impl Calls {
    fn include(&self, method: &Method, target: &str) -> bool {
        self.method
            .as_ref()
            .is_none_or(|own| own.eq_ignore_ascii_case(method.as_str()))
            && self
                .path_contains
                .as_ref()
                .is_none_or(|part| target.contains(part.as_str()))
    }
}

fn trigger(order: &Order) -> Result<Trigger, BadOrder> {
    match (order.times, order.probability, order.every_nth) {
        (None, None, None) => Ok(Trigger::Times(1)),
        (Some(times), None, None) => Ok(Trigger::Times(times)),
        (None, Some(probability), None) if (0.0..=1.0).contains(&probability) => Ok(
            Trigger::Probability(probability, Box::new(StdRng::seed_from_u64(order.seed))),
        ),
        (None, Some(_), None) => Err(BadOrder::Probability),
        (None, None, Some(0)) => Err(BadOrder::EveryNth),
        (None, None, Some(nth)) => Ok(Trigger::EveryNth(nth)),
        _ => Err(BadOrder::SeveralTriggers),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn order(order: Value) -> Order {
        serde_json::from_value(order).unwrap()
    }

    /// Which of twenty like calls are struck, counted from 1.
    fn struck(rule: Value) -> Vec<u32> {
        let mut faults = Faults::default();
        faults.add(order(rule)).unwrap();
        (1..=20)
            .filter(|_| faults.strike(&Method::GET, "/v0/app1/T?offset=1").is_some())
            .collect()
    }

    #[test]
    fn a_rule_strikes_once_or_as_often_as_it_says() {
        assert_eq!(struck(json!({ "fault": "cut" })), [1]);
        assert_eq!(struck(json!({ "fault": "cut", "times": 2 })), [1, 2]);
        assert_eq!(
            struck(json!({ "fault": "cut", "times": 2, "after": 3 })),
            [4, 5]
        );
        assert_eq!(
            struck(json!({ "fault": "cut", "every_nth": 8, "after": 1 })),
            [9, 17]
        );
    }

    #[test]
    fn chance_is_the_same_for_the_same_seed() {
        let rule = json!({ "fault": "cut", "probability": 0.5, "seed": 3 });
        let once = struck(rule.clone());
        assert!(!once.is_empty() && once.len() < 20);
        assert_eq!(once, struck(rule));
    }

    #[test]
    fn a_rule_leaves_calls_alone_that_it_is_not_meant_for() {
        let matching = |calls: Value| struck(json!({ "fault": "slow", "match": calls })).len();
        assert_eq!(
            matching(json!({ "method": "get", "path_contains": "offset=" })),
            1
        );
        assert_eq!(matching(json!({ "method": "PATCH" })), 0);
        assert_eq!(matching(json!({ "path_contains": "/app2/" })), 0);
    }

    #[test]
    fn the_first_rule_that_strikes_wins() {
        let mut faults = Faults::default();
        faults.add(order(json!({ "fault": "slow" }))).unwrap();
        faults.add(order(json!({ "fault": "cut" }))).unwrap();
        let mut next = || faults.strike(&Method::GET, "/").map(|strike| strike.fault);
        assert_eq!(
            [next(), next(), next()],
            [Some(Fault::Slow), Some(Fault::Cut), None]
        );
    }

    #[test]
    fn a_rule_that_contradicts_itself_is_refused() {
        let mut faults = Faults::default();
        for (rule, why) in [
            (
                json!({ "fault": "cut", "times": 1, "every_nth": 2 }),
                BadOrder::SeveralTriggers,
            ),
            (
                json!({ "fault": "cut", "probability": 1.5 }),
                BadOrder::Probability,
            ),
            (
                json!({ "fault": "cut", "every_nth": 0 }),
                BadOrder::EveryNth,
            ),
        ] {
            assert_eq!(faults.add(order(rule)).err(), Some(why));
        }
    }
}
