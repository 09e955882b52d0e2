//! One seed's world: lives of the appliance one after another, until everything has ended well.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::stream;
use jiff::SignedDuration;
use weighbridge::base::{Clock, DatasetId, PlanId, RunId, Secret, SyncId, chain};
use weighbridge::connections::{Connection, Endpoint, New as NewConnection, RemoteTable};
use weighbridge::datasets::{Format, New as NewDataset, Options};
use weighbridge::fields::{Field, FieldType};
use weighbridge::sync::{
    Approval, Deletes, Direction, Extent, MeetingChange, New as NewSync, Priority, PullingChange,
    Resend, Target, Ways, Wish,
};

use super::dice::Dice;
use super::far::Far;
use super::machine::{Appliance, Idle, Machine};
use super::people::{Ask, People, Told};
use super::table::{FIELDS, NOTE};
use super::trace::Trace;
use super::trouble::Trouble;
use super::vendor::Vendor;
use super::{both, check, colleague, delivered, pulled};
use crate::support::NOON;

/// What is synced.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) dataset: DatasetId,
    pub(super) sync: SyncId,
}

/// Everything that there is under a seed.
pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) trace: Trace,
    pub(super) machine: Machine,
    pub(super) vendor: Vendor,
    pub(super) people: People,
    pub(super) trouble: Trouble,
    pub(super) place: Option<Place>,
    /// Which way records go.
    pub(super) direction: Direction,
    /// The run that was asked for last, as far as anybody was told.
    pub(super) last_run: Option<RunId>,
    last_plan: Option<PlanId>,
    /// How often nobody was asleep and nothing was on its way.
    still: u32,
    /// How many records there were in the beginning.
    pub(super) records: u64,
    /// What becomes of remote records that are deleted here.
    pub(super) deletes: Deletes,
    /// What becomes of deliveries without an answer.
    pub(super) resend: Resend,
    /// How often somebody has asked for what was refused or in doubt to be sent again.
    pub(super) retries: usize,
    /// How often the process has died.
    pub(super) deaths: usize,
    /// So many hours what is gone on one side waits before it is removed on the other.
    waits: u32,
    /// What people have written, where both sides are edited.
    pub(super) written: both::Written,
}

/// What is to be done before the next episode.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Begin(Want),
    Planned(Option<PlanId>),
    Asked,
    Over,
}

#[derive(Clone, Copy, Debug)]
enum Want {
    Push,
    Plan,
    Retry,
    /// The last run is taken back.
    Undo,
}

/// How a life ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Died,
    Stopped,
}

/// Each tidying up may bring to light one more record that resembles ours.
const MOST_TIDYING: u32 = 6;

/// The clock is not moved by others more often than this.
const MOST_STILL: u32 = 100;

/// A life of more steps than this has got stuck: each passes half a second at most.
const LONGEST_LIFE: u32 = 20_000;

/// The vendor, and which way records go.
pub(super) type Course = (Far, Direction);

/// Lives a seed to its end and checks it; panics with what is wrong. Gives the trace's digest.
pub(super) fn live((far, direction): Course, seed: u64, aloud: bool) -> (u64, String) {
    let clock = Clock::seeded(NOON, seed);
    let trace = Trace::new(&clock, aloud);
    let mut dice = Dice::of(seed);
    let machine = Machine::new(&clock, &trace);
    let mut world = World {
        vendor: Vendor::new(far, &mut dice, &trace),
        people: People::new(&machine),
        direction,
        trouble: Trouble::of(&mut dice),
        records: dice.between(3, 45),
        deletes: deletes(far, &mut dice),
        waits: waits((far, direction), seed),
        resend: resend(far, seed),
        retries: 0,
        deaths: 0,
        written: both::Written::new(direction == Direction::TwoWay && dice.chance(0.5)),
        place: None,
        last_run: None,
        last_plan: None,
        still: 0,
        trace: trace.clone(),
        machine,
        dice,
    };
    world.set_up();
    // Dice of their own leave the story of a seed as it was that undoes nothing.
    let mut undoing = Dice::of(seed.rotate_left(17));
    let undoes = may_undo((far, direction)) && undoing.chance(0.5);
    for _ in 0..world.dice.between(1, 4) {
        world.episode();
        if undoes && undoing.chance(0.5) {
            world.undoing();
        }
    }
    world.finish();
    trace.digest()
}

impl World {
    /// Makes what is to be synced, while nothing goes wrong.
    fn set_up(&mut self) {
        self.trouble.calm = true;
        let idle = Idle::default();
        idle.runtime().block_on(async {
            let appliance = Appliance::open(&self.machine, &self.vendor.posts)
                .await
                .unwrap();
            let file = self.people.file(&mut self.dice, self.records);
            let (by, scope) = (self.people.by.clone(), self.people.scope);
            let usual = MeetingChange::default();
            let (pulling, meeting, deletes) = match self.direction {
                Direction::Push => (PullingChange::default(), usual, self.deletes),
                Direction::Pull => (pulled::rules(&mut self.dice), usual, Deletes::default()),
                Direction::TwoWay => {
                    let (pulling, meeting) = both::rules(&mut self.dice);
                    (pulling, meeting, self.deletes)
                }
            };
            let waits = (self.waits, self.resend);
            let rules = (self.direction, pulling, meeting, deletes, waits);
            let making = make(&appliance, (file, rules), self.vendor.far, (&scope, &by));
            let place = Box::pin(self.drive(&idle, making))
                .await
                .expect("nobody dies");
            self.place = Some(place);
            if !self.written.apart && self.vendor.far.has_colleagues() {
                colleague::begin(&mut self.vendor, &mut self.dice, self.records).await;
            }
            if self.direction == Direction::Pull {
                pulled::fill(&mut self.vendor, &mut self.dice, self.records).await;
            }
            self.stop(&idle, &appliance).await;
        });
    }

    /// One run or plan that somebody asks for, with everything that comes between.
    fn episode(&mut self) {
        let wants: &[Want] = match self.direction {
            Direction::Push | Direction::Pull => {
                &[Want::Push, Want::Push, Want::Plan, Want::Plan, Want::Retry]
            }
            Direction::TwoWay => &[Want::Push, Want::Push, Want::Retry],
        };
        self.trouble.begin(&mut self.dice);
        let want = *self.dice.one(wants);
        self.live_through(want);
    }

    /// The last run is asked to be taken back, with everything that comes between.
    fn undoing(&mut self) {
        self.trouble.begin(&mut self.dice);
        self.live_through(Want::Undo);
    }

    fn live_through(&mut self, want: Want) {
        let mut stage = Stage::Begin(want);
        while !matches!(stage, Stage::Over) {
            self.life(&mut stage);
        }
    }

    /// One life of the process.
    fn life(&mut self, stage: &mut Stage) {
        let idle = Idle::default();
        let runtime = idle.runtime();
        let end = runtime.block_on(self.try_life(&idle, stage));
        self.trace.note(format_args!("the process has {end:?}"));
        if end == End::Died {
            self.deaths += 1;
            self.machine.power.cut();
            runtime.block_on(self.vendor.outlive(&mut self.dice));
            drop(runtime);
            self.machine.lose_unsynced(&mut self.dice.0);
            self.trouble.after_death(&self.machine, &mut self.dice);
        }
        self.people.give_up();
    }

    async fn try_life(&mut self, idle: &Idle, stage: &mut Stage) -> End {
        let life = self.machine.power.life();
        let appliance = match Appliance::open(&self.machine, &self.vendor.posts).await {
            Ok(appliance) => appliance,
            Err(error) => {
                self.trace
                    .note(format_args!("the process does not start: {error}"));
                return End::Died;
            }
        };
        for _ in 0..LONGEST_LIFE {
            idle.reached().await;
            if self.machine.power.life() != life {
                return End::Died;
            }
            self.hear(stage);
            if !self.go_on(&appliance, stage) || self.trouble.wants_stop(&mut self.dice) {
                self.machine.mend();
                return self.stop(idle, &appliance).await;
            }
            self.trouble_comes(&appliance).await;
            self.pass_time().await;
        }
        let (active, waiting) = (appliance.syncs.active(), self.people.waiting);
        panic!("a life without end: {stage:?}, {waiting} asks wait, {active:?}")
    }

    fn hear(&mut self, stage: &mut Stage) {
        for answered in self.people.hear() {
            let (ask, told) = (answered.ask, answered.told);
            self.trace
                .note(format_args!("{ask:?} is answered {told:?}"));
            if told.is_ok() {
                self.written.made(&ask);
            }
            match told {
                Ok(Told::Plan(id)) => {
                    self.last_plan = Some(id);
                    if matches!(stage, Stage::Planned(None)) {
                        *stage = Stage::Planned(Some(id));
                    }
                }
                Ok(Told::Run(id)) => self.last_run = Some(id),
                Ok(Told::Done) | Err(_) => {}
            }
        }
    }

    /// Asks for what is wanted next once nothing is under way; `false` when nothing is.
    fn go_on(&mut self, appliance: &Appliance, stage: &mut Stage) -> bool {
        let Ok(active) = appliance.syncs.active() else {
            return true; // the disk fails just now
        };
        if self.people.waiting > 0 || !active.is_empty() {
            return true;
        }
        let place = self.place.unwrap();
        let ask = match *stage {
            Stage::Begin(Want::Push) => Some((Ask::Push, Stage::Asked)),
            Stage::Begin(Want::Plan) => {
                let read_first = self.dice.chance(0.5);
                Some((Ask::Plan { read_first }, Stage::Planned(None)))
            }
            Stage::Begin(Want::Retry) => self.last_run.map(|run| {
                self.retries += 1;
                (Ask::Retry(run), Stage::Asked)
            }),
            Stage::Begin(Want::Undo) => self
                .last_run
                .map(|run| (Ask::Undo(run), Stage::Planned(None))),
            Stage::Planned(Some(plan)) => Some((Ask::Approve(plan), Stage::Asked)),
            Stage::Planned(None) | Stage::Asked | Stage::Over => None,
        };
        let Some((ask, next)) = ask else {
            *stage = Stage::Over;
            return false;
        };
        *stage = next;
        self.people.ask(appliance, place, ask);
        true
    }

    /// What goes wrong, and what others do, just now.
    async fn trouble_comes(&mut self, appliance: &Appliance) {
        let place = self.place.unwrap();
        self.vendor.collect(&mut self.dice, self.trouble.calm);
        if self.trouble.local(&mut self.dice)
            && let Some(ask) = self.local_change()
        {
            let ask = if self.written.apart {
                self.people.instead(ask, |ask| self.written.divided(ask))
            } else {
                Some(ask)
            };
            if let Some(ask) = ask {
                self.people.ask(appliance, place, ask);
            }
        }
        if self.trouble.colleague(&mut self.dice) && self.vendor.far.has_colleagues() {
            if self.written.apart {
                both::act_apart(&mut self.vendor, &mut self.dice).await;
            } else {
                colleague::act(&mut self.vendor, &mut self.dice, self.records).await;
            }
        }
        if self.direction == Direction::TwoWay
            && !self.written.apart
            && self.trouble.pester(&mut self.dice)
        {
            let ask = both::verdict(&mut self.dice);
            self.people.ask(appliance, place, ask);
        }
        if self.trouble.pester(&mut self.dice) {
            self.pester(appliance, place);
        }
        self.trouble
            .strike(&self.machine, &mut self.dice, &self.trace);
        if let Some(span) = self.trouble.leap(&mut self.dice) {
            self.trace.note(format_args!("time leaps by {span:?}"));
            self.advance(span);
        }
    }

    /// What somebody here does about a record: of a pull's, about those that it brings as well.
    fn local_change(&mut self) -> Option<Ask> {
        match self.direction {
            Direction::Push | Direction::TwoWay => self.people.change(&mut self.dice, self.records),
            Direction::Pull => pulled::change(self),
        }
    }

    /// Somebody asks for what may not be possible just now.
    fn pester(&mut self, appliance: &Appliance, place: Place) {
        let active = appliance.syncs.active().unwrap_or_default();
        let ask = match (self.dice.below(6), active.first(), self.last_plan) {
            (0, _, _) => Ask::Push,
            (1, _, Some(plan)) => Ask::Approve(plan),
            (2, _, _) => Ask::Plan { read_first: false },
            (_, Some(run), _) => Ask::Cancel(run.run),
            (_, None, _) => return,
        };
        self.people.ask(appliance, place, ask);
    }

    /// Lets the next thing happen that is to happen at all.
    async fn pass_time(&mut self) {
        let clock = &self.machine.clock;
        let wake = clock.next_wake().map(|at| at.duration_since(clock.now()));
        let wake = wake.map(|span: SignedDuration| Duration::try_from(span).unwrap_or_default());
        let far = self.vendor.next();
        let far = far.map(|at| at.saturating_sub(self.vendor.elapsed()));
        match wake.into_iter().chain(far).min() {
            Some(span) => self.advance(span),
            // The clock was moved, and those who were woken have not had their turn yet.
            None => self.still += 1,
        }
        assert!(self.still < MOST_STILL, "nothing will ever happen again");
        self.vendor.happen(&mut self.dice).await;
    }

    pub(super) fn advance(&self, span: Duration) {
        self.machine.clock.advance(span);
        self.vendor.advance(span);
    }

    /// Lets time pass until something is done; `None` when the process dies before.
    async fn drive<T>(&mut self, idle: &Idle, doing: impl Future<Output = T>) -> Option<T> {
        let life = self.machine.power.life();
        let mut doing = pin!(doing);
        loop {
            match select(doing.as_mut(), pin!(idle.reached())).await {
                Either::Left((done, _)) => return Some(done),
                Either::Right(((), _)) if self.machine.power.life() != life => return None,
                Either::Right(((), _)) => {}
            }
            self.vendor.collect(&mut self.dice, self.trouble.calm);
            self.pass_time().await;
        }
    }

    /// Ends a life in order.
    async fn stop(&mut self, idle: &Idle, appliance: &Appliance) -> End {
        let tasks = appliance.tasks.clone();
        if self.drive(idle, tasks.stop()).await.is_none() {
            return End::Died;
        }
        self.people.hear();
        if let Err(error) = appliance.log.close() {
            self.trace
                .note(format_args!("the log is not closed: {}", chain(&error)));
        }
        End::Stopped
    }

    /// The last lives, in which nothing goes wrong any more: whatever was left open must end well.
    fn finish(&mut self) {
        self.trouble.calm = true;
        self.machine.mend();
        self.advance(self.vendor.far.lag());
        if self.direction == Direction::Pull {
            self.follow();
        }
        for _ in 0..MOST_TIDYING {
            if self.direction == Direction::Pull {
                pulled::wait_until_all_is_read(self);
            }
            let mut stage = Stage::Begin(Want::Push);
            self.life(&mut stage);
            let idle = Idle::default();
            let unknown = idle.runtime().block_on(async {
                let appliance = self.look(&idle).await;
                match self.direction {
                    Direction::Push if self.vendor.far == Far::Zapier => {
                        delivered::in_doubt(self, &appliance)
                    }
                    Direction::Push => check::tidy(self, &appliance).await,
                    // A row may have waited for a key that another one has given up since.
                    Direction::Pull => pulled::unsettled(self, &appliance),
                    Direction::TwoWay => {
                        let unknown = check::tidy(self, &appliance).await;
                        unknown || both::unsettled(self, &appliance)
                    }
                }
            });
            if !unknown {
                break;
            }
            if self.vendor.far == Far::Zapier {
                self.life(&mut Stage::Begin(Want::Retry));
            }
        }
        let idle = Idle::default();
        idle.runtime().block_on(async {
            let appliance = self.look(&idle).await;
            check::all(self, &appliance).await;
        });
    }

    /// One run more, which may read nothing but what has changed.
    fn follow(&mut self) {
        self.life(&mut Stage::Begin(Want::Push));
        let idle = Idle::default();
        idle.runtime().block_on(async {
            let appliance = self.look(&idle).await;
            pulled::check_changes(self, &appliance);
        });
    }

    /// A life for a look at what there is, in which no task does anything.
    async fn look(&mut self, idle: &Idle) -> Appliance {
        let opened = Appliance::open(&self.machine, &self.vendor.posts).await;
        let appliance = opened.expect("the appliance opens when nothing is wrong");
        self.stop(idle, &appliance).await;
        appliance
    }
}

/// They stay, all of them go, or those that the sync has made go while they are few.
fn deletes(far: Far, dice: &mut Dice) -> Deletes {
    if far == Far::Zapier {
        return Deletes::default(); // a hook has no way back
    }
    let all = Deletes {
        policy: far.letting_go(),
        matched: true,
        most_records: 1_000,
        most_percent: 100,
    };
    let few = Deletes {
        matched: false,
        most_records: 2,
        ..all
    };
    *dice.one(&[Deletes::default(), all, few])
}

/// By what rules records are synced.
/// What is gone waits under some seeds. Dice of their own leave the story of a seed as it was.
fn waits((far, direction): Course, seed: u64) -> u32 {
    match direction {
        Direction::Push if far == Far::Zapier => 0,
        Direction::Push | Direction::Pull => *Dice::of(seed.rotate_left(32)).one(&[0, 0, 1, 24]),
        Direction::TwoWay => 0,
    }
}

/// Whether runs are taken back: what a hook was sent cannot be, and of a pull other tests tell.
fn may_undo((far, direction): Course) -> bool {
    far.has_colleagues() && direction != Direction::Pull
}

/// Under half of the seeds everything is to arrive, and under the other half nothing twice.
fn resend(far: Far, seed: u64) -> Resend {
    if far == Far::Zapier && Dice::of(seed.rotate_left(32)).chance(0.5) {
        Resend::Always
    } else {
        Resend::Never
    }
}

type Rules = (
    Direction,
    PullingChange,
    MeetingChange,
    Deletes,
    (u32, Resend),
);

/// A dataset with records, a connection, and the sync between them.
async fn make(
    appliance: &Appliance,
    (file, (direction, pulling, meeting, deletes, (quarantine_hours, resend))): (String, Rules),
    far: Far,
    (scope, by): (&weighbridge::base::Scope, &weighbridge::base::Actor),
) -> Place {
    let kinds = [
        FieldType::Text,
        FieldType::Text,
        FieldType::Integer,
        FieldType::Choice,
    ];
    let fields = FIELDS.iter().zip(kinds);
    let mut fields: Vec<Field> = fields
        .map(|((name, _, _), kind)| Field::new(*name, kind))
        .collect();
    if direction == Direction::Pull {
        fields.push(Field::new(NOTE, FieldType::Text));
    }
    let dataset = NewDataset {
        name: "Records".into(),
        key_field: FIELDS[0].0.into(),
        fields,
    };
    let dataset = appliance.datasets.create(scope, dataset, by).await.unwrap();
    let file = stream::iter([Ok(bytes::Bytes::from(file))]);
    let options = Options {
        format: Format::Ndjson,
        strict: false,
        file_name: None,
    };
    let import = dataset.import(file, options, by).await.unwrap();
    assert_eq!(import.refused, 0);
    let connection = connect(appliance, far, scope, by).await;
    let (base, table) = far.table();
    let tables = connection.tables(by, base).await.unwrap();
    let remote = tables.iter().find(|one| one.id == table).unwrap();
    let sync = NewSync {
        quarantine_hours,
        resend: (far == Far::Zapier).then_some(resend),
        run_on_change: false,
        priority: Priority::Normal,
        name: "Records".into(),
        direction,
        pulling,
        target: Target {
            dataset: dataset.id(),
            connection: connection.id(),
            base: base.into(),
            table: table.into(),
        },
        wish: wish(remote),
        meeting,
        typecast: false,
        approval: Approval::Never,
        scope: Extent::All,
        deletes,
        drift: weighbridge::sync::Drift::default(),
    };
    let sync = appliance.syncs.create(scope, sync, by).await.unwrap();
    Place {
        dataset: dataset.id(),
        sync: sync.id(),
    }
}

async fn connect(
    appliance: &Appliance,
    far: Far,
    scope: &weighbridge::base::Scope,
    by: &weighbridge::base::Actor,
) -> Connection {
    let connection = NewConnection {
        provider: far.kind(),
        name: "Simulation".into(),
        token: Secret::new(far.token()),
        endpoint: Endpoint::Vendor,
    };
    let made = appliance.connections.create(scope, connection, by).await;
    made.unwrap()
}

/// Each field of the dataset goes with the one that the vendor calls so.
fn wish(table: &RemoteTable) -> Wish {
    let remote_id = |name: &str| {
        let named = table.fields.iter().find(|to| to.name == name);
        // What takes any name takes the vendor's.
        named.map_or_else(|| name.to_owned(), |named| named.id.clone())
    };
    let pairs = FIELDS.iter().skip(1);
    Wish {
        pairs: pairs
            .map(|(name, there, _)| ((*name).into(), remote_id(there)))
            .collect(),
        remote_key_field_id: remote_id(FIELDS[0].1),
        ways: Ways::new(),
    }
}
