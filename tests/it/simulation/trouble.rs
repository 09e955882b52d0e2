//! What goes wrong at this side under a seed, and how often people come between.

use std::io::ErrorKind;
use std::time::Duration;

use jiff::SignedDuration;

use super::dice::Dice;
use super::machine::Machine;
use super::trace::Trace;
use crate::store::disk;

/// How likely each kind of trouble is at each step; some kinds are absent under each seed, so that
/// the others get further.
pub(super) struct Trouble {
    /// Nothing goes wrong any more.
    pub(super) calm: bool,
    /// So many more things happen in this episode.
    left: u32,
    local: f64,
    colleague: f64,
    pester: f64,
    stop: f64,
    die: f64,
    disk: f64,
    clock: f64,
    /// By how much our clock has been set wrong.
    wrong: i64,
}

/// Our clock goes wrong by no more than this.
const MOST_WRONG: i64 = 45;

impl Trouble {
    pub(super) fn of(dice: &mut Dice) -> Self {
        let mut some = |often: f64| {
            let weight = *dice.one(&[0.0, 0.3, 1.0, 3.0]);
            often * weight
        };
        Self {
            calm: true,
            left: 0,
            local: some(0.06),
            colleague: some(0.05),
            pester: some(0.03),
            stop: some(0.01),
            die: some(0.04),
            disk: some(0.03),
            clock: some(0.01),
            wrong: 0,
        }
    }

    /// A new episode, in which things may go wrong for a while.
    pub(super) fn begin(&mut self, dice: &mut Dice) {
        self.left = u32::try_from(dice.below(16)).unwrap();
        self.calm = self.left == 0;
    }

    fn happens(&mut self, dice: &mut Dice, probability: f64) -> bool {
        let happens = !self.calm && dice.chance(probability);
        if happens {
            self.left -= 1;
            self.calm = self.left == 0;
        }
        happens
    }

    pub(super) fn local(&mut self, dice: &mut Dice) -> bool {
        self.happens(dice, self.local)
    }

    pub(super) fn colleague(&mut self, dice: &mut Dice) -> bool {
        self.happens(dice, self.colleague)
    }

    /// Whether somebody asks for something out of turn.
    pub(super) fn pester(&mut self, dice: &mut Dice) -> bool {
        self.happens(dice, self.pester)
    }

    /// Whether the process is stopped in order just now.
    pub(super) fn wants_stop(&mut self, dice: &mut Dice) -> bool {
        self.happens(dice, self.stop)
    }

    /// How far time leaps, as it does for a machine that was suspended.
    pub(super) fn leap(&mut self, dice: &mut Dice) -> Option<Duration> {
        let leaps = self.happens(dice, self.clock / 2.0);
        leaps.then(|| Duration::from_secs(*dice.one(&[50, 700, 30_000, 100_000])))
    }

    /// Lets the power fail at once or at a later step of a disk, a disk fail for a while, or the
    /// clock be set.
    pub(super) fn strike(&mut self, machine: &Machine, dice: &mut Dice, trace: &Trace) {
        if self.calm {
            machine.mend();
            return;
        }
        if dice.chance(0.1) {
            machine.mend();
        }
        if self.happens(dice, self.die) {
            let after = (!dice.chance(0.2)).then(|| dice.below(40));
            trace.note(format_args!(
                "the power fails after {after:?} steps of a disk"
            ));
            match after {
                Some(calls) => arm(machine, dice, calls, disk::Trouble::Dies),
                None => machine.power.cut(),
            }
        }
        if self.happens(dice, self.disk) {
            let kind = *dice.one(&[ErrorKind::Other, ErrorKind::StorageFull]);
            let after = dice.below(25);
            trace.note(format_args!("a disk fails after {after} steps: {kind}"));
            arm(machine, dice, after, disk::Trouble::Fails(kind));
        }
        if self.happens(dice, self.clock) {
            let wrong = i64::try_from(dice.below(90)).unwrap() - MOST_WRONG;
            let by = wrong - std::mem::replace(&mut self.wrong, wrong);
            trace.note(format_args!("the clock is set by {by} s"));
            machine.clock.step(SignedDuration::from_secs(by));
        }
    }

    /// A machine that has just lost its power may lose it again while the process starts.
    pub(super) fn after_death(&mut self, machine: &Machine, dice: &mut Dice) {
        if self.happens(dice, self.die * 2.0) {
            let after = dice.below(30);
            arm(machine, dice, after, disk::Trouble::Dies);
        }
    }
}

fn arm(machine: &Machine, dice: &mut Dice, after: u64, trouble: disk::Trouble) {
    let device = dice.one(&machine.devices);
    device.after(u32::try_from(after).unwrap(), trouble);
}
