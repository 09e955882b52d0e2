//! Counts what happens at sites: events come in with a write key and are kept by the day.
//!
//! [`Analytics`] opens a [`Site`] by the scope of its owner; everything below a site is reached
//! through one that is open. `row` is what is stored, `key` what events are sent with, `event` what
//! one of them is, `channels` the rules of a site's own about where visits come from, `intake` how it is read, checked and counted, `days` the keys of visitors that are
//! drawn for a day and destroyed after it, `slate` the file where they lie, `tally` what the book is
//! told of events, `arrivals` what came in lately, `ledger` where they are kept and folded, `period`
//! and `overview` what is asked of them, `pairing` what days are held against, `realtime` what goes on now, `question` what else may be
//! asked, by `report`, several of them `together`, `funnel`, `goals`, `journeys`, `cohorts` and `attribution`
//! (`apportion` rounds its shares), of which `metric` names the figures, `keep` what goes on by itself, `retention` how
//! long things are kept, `erasure` how a visitor is forgotten, `kept` what lies below a site under a
//! name, `takeout` how the events themselves are handed out, and `sharing` who else sees it.

mod apportion;
mod arrivals;
mod attribution;
mod channels;
mod cohorts;
mod currency;
mod days;
mod domain;
mod erasure;
mod error;
mod event;
mod funnel;
mod goals;
mod intake;
mod journeys;
mod keep;
mod kept;
mod key;
mod ledger;
mod metric;
mod money;
mod number;
mod overview;
mod pairing;
mod period;
mod question;
mod realtime;
mod report;
mod retention;
mod row;
mod service;
mod sharing;
mod site;
mod slate;
mod takeout;
mod tally;
mod together;

pub(crate) use arrivals::Counts;
pub(crate) use attribution::{AskedAttribution, Credited, CreditedRow, Figure, Portion};
pub use channels::BadRules;
pub(crate) use channels::ChannelRule;
pub(crate) use cohorts::{AskedCohorts, Gauged, Last, Later};
pub use erasure::Traces;
pub use error::Error;
pub(crate) use event::{Channel, Event};
pub(crate) use funnel::{Followed, Loss};
pub(crate) use goals::{GoalFigure, GoalFigures};
pub use intake::{
    Consent, Fault, History, Intake, LineFault, Reason, Sender, Taken, Way, Written, largest, most,
};
pub(crate) use journeys::{AskedJourneys, Journeyed};
pub use kept::BadGoal;
pub(crate) use kept::{
    Condition, Item, Note, PageRule, PageWay, Range, SavedDays, SavedQuestion, SavedReport,
    Segment, SiteGoal,
};
pub use key::{Kind, Made, NewKey, WriteKey};
pub(crate) use ledger::{
    Cohort, Completed, Dimension, Direction, Facet, Figures, Filter, Goal, Length, Line, Model,
    Operator, Others, Overview, Pace, Portion as EventPortion, Ranking, Table, Totals, Trodden,
};
pub(crate) use metric::{Metric, Ratio};
pub use overview::Against;
pub(crate) use overview::Report;
pub use period::{BadPeriod, Period};
pub(crate) use question::{Asked, AskedFunnel, Step};
pub use question::{BadQuestion, Place};
pub(crate) use realtime::RealTime;
pub(crate) use report::{Answer, AnswerRow, TakenAway};
pub use retention::Retention;
pub(crate) use row::site_reference;
pub use row::{VisitorIds, WeekStart};
pub use service::{Analytics, New, Parts, tables};
pub use site::{Change, Rebuild, Site};
pub(crate) use takeout::{Handed, Takeout};
pub(crate) use together::Part;
