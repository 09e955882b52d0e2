//! Keeps events and knows what they come to.
//!
//! What comes in waits in rows of its own (`append`), durable before anybody is told; `waiting` and
//! `runs` know the ids, so that none is kept twice. Soon it is folded (`fold`, by `keep`) into its
//! day: blocks of columns (`block`), and what the day came to (`rollup`, a pure function of its
//! events), as a sheet of lines with exact sets of visitors (`sheet`, `crowd`). Visitors and texts
//! are numbers there (`names`). `months` adds up days that are over, `query` and `sums` answer from
//! both and from what waits (`united` remembers what closed days came to together), `ask` answers what they cannot out of the events (`known` remembers it), `live` tells what goes
//! on now, and `reading` gives the events back, and `rebuild` proves that all of it is what they say. `horizon` lets go what a site
//! keeps no longer, `erase` takes one visitor out of all of it, and `forget` a site.

mod append;
mod ask;
mod block;
mod crowd;
mod day;
mod erase;
mod error;
mod fold;
mod forget;
mod horizon;
mod keep;
mod known;
mod live;
mod months;
mod names;
mod packed;
mod pieces;
mod query;
mod reading;
mod rebuild;
mod rollup;
mod row;
mod runs;
mod sheet;
mod sums;
mod totals;
#[cfg(test)]
mod trials;
mod united;
mod waiting;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use jiff::tz::TimeZone;
use tokio::sync::Semaphore;

#[cfg(test)]
pub(crate) use ask::Stage;
pub(crate) use ask::{
    Attributed, Attribution, Cell, Claim, Cohort, Cohorts, Completed, Credit, Crowding, Direction,
    Facet, Figures, Filter, Funnel, Gathered, Goal, Goals, Inquiry, Journeys, Length,
    MOST_CONDITIONS, MOST_STEPS, Model, Operator, Others, PARTS, Path, Reach, Reached, Returned,
    Row, Target, Travelled, Trodden,
};
pub(crate) use day::Days;
pub(crate) use erase::Erased;
pub(crate) use error::Error;
pub(crate) use horizon::{Expired, Retained};
pub(crate) use live::{Live, Pace, Ranking};
pub(crate) use reading::{Portion, Reading};
pub(crate) use row::tables;
pub(crate) use totals::{Appended, Dimension, Line, Overview, Rebuilt, Table, Totals};

use append::{Arrival, Memory};
use day::Span;
use known::{Asked, Known, Lines};
use query::Question;
use row::{Heads, Tails};
use united::Closed;
use waiting::Waiting;

use super::event::Event;
use super::number::SiteNumber;
use crate::base::metrics::ANSWERS;
use crate::base::{Blocking, Clock, Nudge, Tasks};
use crate::store::{Batch, Scan, Store};

/// The events of all sites. Clones share them.
#[derive(Clone)]
pub(crate) struct Ledger(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    blocking: Blocking,
    tasks: Tasks,
    waiting: Waiting,
    /// The place of the next row that waits.
    sequence: AtomicU64,
    nudge: Nudge,
    /// What full blocks of the last day have in them.
    marks: live::Marks,
    /// Turns for questions that are answered out of the events.
    scans: Semaphore,
    answers: Answers,
}

/// What was answered out of the events.
#[derive(Default)]
struct Answers {
    reports: Known<Inquiry, Gathered>,
    funnels: Known<Path, Funnel>,
    goals: Known<Goals, Reached>,
    attributions: Known<Attribution, Attributed>,
    journeys: Known<Journeys, Travelled>,
    cohorts: Known<Cohorts, Vec<Cohort>>,
    /// What overviews rest on.
    overviews: Closed,
}

impl Answers {
    fn forget(&self, site: SiteNumber) {
        self.reports.forget(site);
        self.funnels.forget(site);
        self.goals.forget(site);
        self.attributions.forget(site);
        self.journeys.forget(site);
        self.cohorts.forget(site);
        self.overviews.forget(site);
    }
}

/// What answers a kind of question.
type Scanner<Q, A> = fn(&Question<'_>, &Q) -> Result<A, Error>;

/// So many questions are answered out of the events at once.
const SCANS: usize = 2;

impl Ledger {
    /// The events that the store holds, with those that an earlier process left waiting.
    pub(crate) fn open(
        store: Store,
        clock: Clock,
        blocking: Blocking,
        tasks: Tasks,
    ) -> Result<Self, Error> {
        let waiting = Waiting::default();
        let mut sequence = 0;
        let snapshot = store.snapshot()?;
        snapshot.walk::<Tails>(&Scan::all(usize::MAX), |_, row| {
            let (site, day, place) = row.key;
            sequence = sequence.max(place + 1);
            let ids = block::decode(&row.value.block)?.ids;
            waiting.found(site, ids.into_iter().map(|id| (day, id)), clock.now());
            Ok(std::ops::ControlFlow::Continue(()))
        })?;
        snapshot.walk::<Heads>(&Scan::all(usize::MAX), |_, row| {
            for day in row.value.uncounted {
                waiting.found_uncounted(row.key, day, clock.now());
            }
            Ok(std::ops::ControlFlow::Continue(()))
        })?;
        Ok(Self(Arc::new(Inner {
            store,
            clock,
            blocking,
            tasks,
            waiting,
            sequence: AtomicU64::new(sequence),
            nudge: Nudge::default(),
            marks: live::Marks::default(),
            scans: Semaphore::new(SCANS),
            answers: Answers::default(),
        })))
    }

    /// Starts the tasks that fold what waits and count months that are over.
    pub(crate) fn start(&self) {
        let tasks = &self.0.tasks;
        tasks.start(Arc::clone(&self.0).keep_folding());
        tasks.start(Arc::clone(&self.0).keep_months());
    }

    /// Keeps what is new; durable when it returns. What has an id that came before, with these or
    /// within eight days, is counted and not kept again.
    ///
    /// It is no act: whoever lets events in tells the book of them.
    pub(crate) async fn append(
        &self,
        site: SiteNumber,
        zone: &TimeZone,
        events: Vec<Event>,
    ) -> Result<Appended, Error> {
        self.keep(site, zone, (Memory::Lately, events)).await
    }

    /// The same for events of the past: not kept again is also what has an id that is there on the
    /// same day, however long ago it came.
    pub(crate) async fn bring(
        &self,
        site: SiteNumber,
        zone: &TimeZone,
        events: Vec<Event>,
    ) -> Result<Appended, Error> {
        self.keep(site, zone, (Memory::Whole, events)).await
    }

    async fn keep(
        &self,
        site: SiteNumber,
        zone: &TimeZone,
        (memory, events): (Memory, Vec<Event>),
    ) -> Result<Appended, Error> {
        if events.is_empty() {
            return Ok(Appended::default());
        }
        let zone = zone.clone();
        let arrival = Arrival {
            site,
            memory,
            zone,
            events,
        };
        self.carry(|inner| inner.append(arrival)).await
    }

    /// What the days came to, those of the last moment included.
    pub(crate) async fn overview(
        &self,
        site: SiteNumber,
        zone: &TimeZone,
        days: Days,
    ) -> Result<Overview, Error> {
        let inner = Arc::clone(&self.0);
        let answer = move |question: &Question<'_>| Ok(question.answer(&inner.answers.overviews)?);
        self.ask((site, zone), days, answer).await
    }

    /// What the events of the days come to, told apart by any dimensions.
    pub(crate) async fn gather(
        &self,
        site: (SiteNumber, &TimeZone),
        days: Days,
        inquiry: Inquiry,
    ) -> Result<Gathered, Error> {
        let known = &self.0.answers.reports;
        self.scan(site, days, inquiry, (known, ask::gather)).await
    }

    /// How far visitors came on the days.
    pub(crate) async fn follow(
        &self,
        site: (SiteNumber, &TimeZone),
        days: Days,
        path: Path,
    ) -> Result<Funnel, Error> {
        let known = &self.0.answers.funnels;
        self.scan(site, days, path, (known, ask::follow)).await
    }

    /// How often goals were reached on the days.
    pub(crate) async fn reach(
        &self,
        site: (SiteNumber, &TimeZone),
        days: Days,
        goals: Goals,
    ) -> Result<Reached, Error> {
        let known = &self.0.answers.goals;
        self.scan(site, days, goals, (known, ask::reach)).await
    }

    /// Which visits led to the conversions of the days.
    pub(crate) async fn attribute(
        &self,
        site: (SiteNumber, &TimeZone),
        days: Days,
        attribution: Attribution,
    ) -> Result<Attributed, Error> {
        let known = &self.0.answers.attributions;
        self.scan(site, days, attribution, (known, ask::attribute))
            .await
    }

    /// What goes on at a site now.
    pub(crate) async fn live(&self, site: SiteNumber, zone: &TimeZone) -> Result<Live, Error> {
        let (inner, zone) = (Arc::clone(&self.0), zone.clone());
        let tell = move || {
            let moment = live::Moment {
                snapshot: &inner.store.snapshot()?,
                site,
                zone: &zone,
                now: inner.clock.now().as_millisecond(),
            };
            Ok(live::tell(&moment, &inner.marks)?)
        };
        self.0.blocking.run(tell).await
    }

    /// Which ways visits of the days took.
    pub(crate) async fn travel(
        &self,
        site: (SiteNumber, &TimeZone),
        days: Days,
        journeys: Journeys,
    ) -> Result<Travelled, Error> {
        let known = &self.0.answers.journeys;
        self.scan(site, days, journeys, (known, ask::travel)).await
    }

    /// Who came again, by when they first came.
    pub(crate) async fn return_of(
        &self,
        site: (SiteNumber, &TimeZone),
        days: Days,
        cohorts: Cohorts,
    ) -> Result<Vec<Cohort>, Error> {
        let known = &self.0.answers.cohorts;
        self.scan(site, days, cohorts, (known, ask::return_of))
            .await
    }

    /// Answers a question out of the events, a few at a time whoever asks: each may hold much in
    /// memory. What was answered before and is true still is not looked for again.
    async fn scan<Q, A>(
        &self,
        (site, zone): (SiteNumber, &TimeZone),
        days: Days,
        question: Q,
        (known, answer): (&Known<Q, A>, Scanner<Q, A>),
    ) -> Result<A, Error>
    where
        Q: PartialEq + Lines + Send + 'static,
        A: Lines + Clone + Send + 'static,
    {
        let place = (site, zone);
        let asked = Asked {
            site,
            days,
            question,
        };
        let ground = self.ask(place, days, |question| Ok(question.ground()?));
        if let Some(ground) = ground.await?
            && let Some(answer) = known.find(&asked, ground)
        {
            ANSWERS.add(["known".into()], 1);
            return Ok(answer);
        }
        let turn = self.0.scans.acquire().await;
        let _turn = turn.map_err(|_closed| Error::Stopped)?;
        let count = move |question: &Question<'_>| {
            let answer = answer(question, &asked.question)?;
            Ok((question.ground()?, asked, answer))
        };
        let (ground, asked, answer) = self.ask(place, days, count).await?;
        ANSWERS.add(["counted".into()], 1);
        if let Some(ground) = ground {
            known.keep(asked, ground, answer.clone());
        }
        Ok(answer)
    }

    /// Answers a question as of one moment, apart from whoever serves others.
    async fn ask<T: Send + 'static>(
        &self,
        (site, zone): (SiteNumber, &TimeZone),
        days: Days,
        answer: impl FnOnce(&Question<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (inner, zone) = (Arc::clone(&self.0), zone.clone());
        let answer = move || {
            let snapshot = inner.store.snapshot()?;
            let question = Question {
                horizon: horizon::of(&snapshot, site)?,
                snapshot: &snapshot,
                site,
                zone: &zone,
                days,
                today: Span::at(&zone, inner.clock.now().as_millisecond()).day,
            };
            answer(&question)
        };
        self.0.blocking.run(answer).await
    }

    /// Counts every day of a site anew from its events, and puts right what differs.
    pub(crate) async fn rebuild(
        &self,
        site: SiteNumber,
        zone: &TimeZone,
    ) -> Result<Rebuilt, Error> {
        let zone = zone.clone();
        self.carry(|inner| inner.rebuild(site, zone)).await
    }

    /// What is left of a site's events and sums.
    pub(crate) fn retained(&self, site: SiteNumber) -> Result<Retained, Error> {
        Ok(horizon::of(&self.0.store.snapshot()?, site)?.told())
    }

    /// Lets go what a site is to keep no longer; `act` makes the batch that tells of it. Gives what
    /// went, if anything did.
    pub(crate) async fn expire(
        &self,
        site: SiteNumber,
        retained: Retained,
        act: impl Fn(Expired) -> Batch + Send + 'static,
    ) -> Result<Option<Expired>, Error> {
        self.carry(|inner| inner.expire(site, retained, act)).await
    }

    /// Opens the events of some days, as they are kept.
    pub(crate) async fn read(&self, site: SiteNumber, days: Days) -> Result<Reading, Error> {
        self.carry(|inner| inner.read(site, days)).await
    }

    /// Where a visitor was, by its hash; nothing where nobody knows it.
    pub(crate) async fn find(
        &self,
        site: SiteNumber,
        visitor: u64,
    ) -> Result<Option<Erased>, Error> {
        let turn = self.0.scans.acquire().await;
        let _turn = turn.map_err(|_closed| Error::Stopped)?;
        self.carry(|inner| inner.find(site, visitor)).await
    }

    /// Takes a visitor out of all that is kept of a site; `act` makes the batch that tells of it.
    /// Nothing where nobody knows it.
    pub(crate) async fn erase(
        &self,
        site: SiteNumber,
        visitor: u64,
        act: impl Fn(&Erased) -> Batch + Clone + Send + 'static,
    ) -> Result<Option<Erased>, Error> {
        let turn = self.0.scans.acquire().await;
        let _turn = turn.map_err(|_closed| Error::Stopped)?;
        self.carry(|inner| inner.erase(site, visitor, act)).await
    }

    /// The sites that have events.
    pub(crate) fn sites(&self) -> Result<BTreeSet<SiteNumber>, Error> {
        let snapshot = self.0.store.snapshot()?;
        let heads = snapshot.scan::<Heads>(&Scan::all(usize::MAX))?.rows;
        let mut sites: BTreeSet<SiteNumber> = heads.into_iter().map(|row| row.key).collect();
        sites.extend(self.0.waiting.sites_with_days());
        Ok(sites)
    }

    /// Removes everything of a site that is deleted.
    pub(crate) async fn forget(&self, site: SiteNumber) -> Result<(), Error> {
        self.carry(|inner| inner.forget(site)).await
    }

    /// Carries work through, even when the caller goes away.
    async fn carry<T: Send + 'static, F>(
        &self,
        work: impl FnOnce(Arc<Inner>) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let outcome = self.0.tasks.carry(work(Arc::clone(&self.0))).await;
        outcome.ok_or(Error::Stopped)?
    }
}
