//! Looks once more at what is about to be written there, and notes what the provider then holds.

use std::collections::HashMap;

use jiff::Timestamp;

use super::super::super::counts::Fate;
use super::super::super::link::Hash;
use super::super::super::memory::Was;
use super::super::Pass;
use super::super::batch::Load;
use super::super::content::{marked, reads_back};
use super::super::group::{Done, End, Idle};
use super::super::reading::Stretch;
use super::super::source::Source;
use super::PENDING;
use super::base::{Cells, Now, joined};
use crate::fields::Value;
use crate::providers::{Held, RemoteField, Row};

pub(super) const MOVED: &str = "held: it was changed at the provider while the run was under way; the next run \
                     takes it up";

/// What both sides held when it was decided to write a record there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Meeting {
    /// The cells here.
    pub(super) here: Cells,
    /// The cells there; none of a record that is to be made.
    pub(super) there: Option<Cells>,
    /// Whether it is made there for itself, without a record here that others could bring more to.
    pub(super) alone: bool,
}

impl Meeting {
    /// Whether the record is to be made there.
    pub(in super::super) fn is_first(&self) -> bool {
        self.there.is_none()
    }

    /// Takes over what is there now; of a row only that is written which differs from it.
    pub(in super::super) fn narrow(&mut self, row: &mut Row, now: &[Option<Value>]) {
        let there = Now::of(now.to_vec()).cells;
        let wanted = Now::of(row.cells.clone()).cells;
        let alike = |at: &usize| there.get(*at) == wanted.get(*at);
        let left: Vec<usize> = (0..wanted.len())
            .filter(|at| row.untouched.contains(at) || alike(at))
            .collect();
        // One that is as it was already is written all the same, to be told so.
        if left.len() < wanted.len() {
            for at in &left {
                row.cells[*at] = None;
            }
            row.untouched = left;
        }
        self.there = Some(there);
    }

    /// How a record ended that was written: what was left untouched is agreed as it was listed, not
    /// as the answer shows it, for that may be somebody's edit.
    pub(in super::super) fn kept(&self, load: &Load, held: Held, mark: &Hash) -> Done {
        let fate = match (&load.row.id, held.created) {
            (Some(_), _) => load.fate,
            (None, true) => Fate::Created,
            (None, false) => Fate::Matched,
        };
        let answered = Now::of(held.cells).cells;
        let agreed = |at: usize| match (&self.there, load.row.untouched.contains(&at)) {
            (_, false) => answered.get(at).cloned().unwrap_or_default(),
            (Some(there), true) => there.get(at).cloned().unwrap_or_default(),
            (None, true) if self.alone => answered.get(at).cloned().unwrap_or_default(),
            (None, true) => PENDING.to_vec(),
        };
        let cells = joined((0..self.here.len()).map(agreed));
        let end = End::Kept {
            echo: marked(mark, &cells),
            cells,
            here: joined(&self.here),
            remote_id: held.id,
            fate,
            sent: load.sent,
            source: load.source,
            ours: load.ours || held.created,
            was: Was {
                cells: self.there.as_ref().map(joined),
                ours: load.ours,
                ..Was::default()
            },
        };
        let key = load.key.clone();
        Done { key, end }
    }
}

impl Load {
    /// How a record ended that was found after the answer to its creation was lost: what was sent is
    /// agreed, and what differs from it by now is somebody's edit, which the next run brings. One
    /// that was there before is met by the next run.
    pub(in super::super) fn came_to_be(self, mark: &Hash) -> Done {
        let (Some(meeting), Some(id), Fate::Created) = (&self.meeting, &self.row.id, self.fate)
        else {
            return self.moved();
        };
        let held = Held {
            id: id.clone(),
            created_at: Timestamp::UNIX_EPOCH,
            changed: None,
            created: false,
            cells: self.row.cells.clone(),
        };
        meeting.kept(&self, held, mark)
    }

    /// Whether each cell there that is written holds what it did when it was judged, or what was
    /// sent since.
    fn is_as_met_or_sent(&self, row: &Held, fields: &[RemoteField]) -> bool {
        let there = self.meeting.as_ref().and_then(|met| met.there.as_ref());
        let now = Now::of(row.cells.clone());
        let sent = Now::of(self.row.cells.clone());
        let mut written = (0..sent.cells.len()).filter(|at| !self.row.untouched.contains(at));
        written.all(|at| {
            let as_met = there.is_some_and(|there| there.get(at) == now.cells.get(at));
            let (sent, held) = (sent.values[at].as_ref(), row.cells[at].as_ref());
            as_met || reads_back(sent, held) || fields[at].rounds(sent, held)
        })
    }

    /// That it is left to the next run.
    pub(in super::super) fn moved(self) -> Done {
        let end = End::Moved {
            remote_id: self.row.id.unwrap_or_default(),
            reason: MOVED.to_owned(),
        };
        Done { key: self.key, end }
    }
}

impl Pass<'_> {
    /// Takes out of a stretch what is there no longer as it was listed. `None` when the run is to
    /// stop.
    pub(in super::super) async fn look_again(&self, stretch: &mut Stretch) -> Option<()> {
        if self.reader.source != Source::Both {
            return Some(());
        }
        // What is to be removed is looked at just before it is.
        let mut keys: Vec<String> = stretch.loads.iter().map(|load| self.sought(load)).collect();
        keys.retain(|key| !key.is_empty());
        let held = self.held_under(&keys).await?;
        let rows: HashMap<&str, Cells> = held
            .values()
            .flatten()
            .map(|row| (row.id.as_str(), Now::of(row.cells.clone()).cells))
            .collect();
        // What is not written there may change as it likes.
        let same = |id: &str, there: &Cells, counts: &dyn Fn(usize) -> bool| {
            let now = rows.get(id);
            now.is_some_and(|now| {
                let mut columns = (0..there.len()).filter(|at| counts(*at));
                columns.all(|at| now.get(at) == there.get(at))
            })
        };
        for load in std::mem::take(&mut stretch.loads) {
            let there = load
                .meeting
                .as_ref()
                .and_then(|meeting| meeting.there.as_ref());
            let counts = |at: usize| !load.row.untouched.contains(&at);
            let stays = match (&load.row.id, there) {
                (Some(id), Some(there)) => same(id, there, &counts),
                // It is to be made: whatever bears its key by now is not known here.
                (None, None) => !held.contains_key(&load.key),
                (Some(_), None) | (None, Some(_)) => false,
            };
            if stays {
                stretch.loads.push(load);
            } else {
                stretch
                    .idle
                    .push(idle(load.key, load.row.id.unwrap_or_default()));
            }
        }
        Some(())
    }

    /// Before what may have arrived is sent once more: a record that somebody has changed there since
    /// it was judged is left to the next run. `None` when this run is to stop.
    pub(in super::super) async fn as_met(
        &self,
        loads: Vec<Load>,
        done: &mut Vec<Done>,
    ) -> Option<Vec<Load>> {
        let looks_at = |load: &Load| match &load.row.id {
            Some(id) if load.tried && load.meeting.is_some() => Some(id.clone()),
            _ => None,
        };
        let ids: Vec<String> = loads.iter().filter_map(looks_at).collect();
        let Some(held) = self.look(&ids).await else {
            done.extend(loads.into_iter().map(Load::left));
            return None;
        };
        let by_id: HashMap<&str, &Held> = held.iter().map(|row| (row.id.as_str(), row)).collect();
        let fields = &self.fit.layout.fields;
        let mut stay = Vec::with_capacity(loads.len());
        for load in loads {
            let row = looks_at(&load).and_then(|id| by_id.get(id.as_str()));
            if row.is_none_or(|row| load.is_as_met_or_sent(row, fields)) {
                stay.push(load);
            } else {
                done.push(load.moved());
            }
        }
        Some(stay)
    }

    /// The key under which a record is found there: somebody may have changed it.
    fn sought(&self, load: &Load) -> String {
        let there = load
            .meeting
            .as_ref()
            .and_then(|meeting| meeting.there.as_ref());
        there
            .map_or_else(|| Some(load.key.clone()), |there| self.key_in(there))
            .unwrap_or_default()
    }

    /// The key in cells that were listed.
    fn key_in(&self, cells: &Cells) -> Option<String> {
        let cell = cells.get(self.fit.layout.key)?;
        match cell.first()? {
            b'"' => serde_json::from_slice(cell).ok(),
            _ => String::from_utf8(cell.clone()).ok(),
        }
    }
}

fn idle(key: String, remote_id: String) -> Idle {
    Idle {
        key,
        fate: Fate::Held,
        remote_id,
        reason: MOVED.to_owned(),
        cells: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::link::UNKNOWN;
    use super::super::base::apart;
    use super::*;

    fn cells(texts: &[&str]) -> Cells {
        Now::of(texts.iter().map(|text| Value::text(*text)).collect()).cells
    }

    fn load() -> Load {
        Load {
            key: "k".into(),
            fate: Fate::Changed,
            sent: UNKNOWN,
            source: UNKNOWN,
            ours: true,
            announced: None,
            sought: false,
            tried: false,
            revive: false,
            expects: None,
            was: Was::default(),
            meeting: None,
            row: Row {
                id: Some("rec1".into()),
                cells: vec![Value::text("ours"), None],
                untouched: vec![1],
            },
        }
    }

    /// What is agreed of a record after a write that left the second of two cells untouched.
    fn agreed(there: Option<Cells>, answered: &[&str]) -> Cells {
        let meeting = Meeting {
            here: cells(&["ours", "x"]),
            there,
            alone: false,
        };
        let held = Held {
            id: "rec1".into(),
            created_at: Timestamp::UNIX_EPOCH,
            changed: None,
            created: false,
            cells: answered.iter().map(|text| Value::text(*text)).collect(),
        };
        match meeting.kept(&load(), held, &UNKNOWN).end {
            End::Kept { cells, here, .. } => {
                assert_eq!(apart(&here), meeting.here);
                apart(&cells)
            }
            end => panic!("{end:?}"),
        }
    }

    #[test]
    fn an_edit_that_only_the_answer_shows_is_still_to_be_brought() {
        let listed = Some(cells(&["old", "listed"]));
        let agreed = agreed(listed, &["ours, trimmed", "edited meanwhile"]);
        assert_eq!(agreed, cells(&["ours, trimmed", "listed"]));
    }

    #[test]
    fn what_a_new_record_is_not_given_is_yet_to_be_seen() {
        let agreed = agreed(None, &["ours", "a default"]);
        assert_eq!(agreed[0], cells(&["ours"])[0]);
        assert_eq!(agreed[1], PENDING);
    }

    /// Found by the simulation: a colleague edited a record before its lost answer was looked for,
    /// and it was written once more over the edit.
    #[test]
    fn what_was_sent_is_agreed_of_a_record_whose_answer_was_lost() {
        let met = Meeting {
            here: cells(&["ours", "x"]),
            there: None,
            alone: false,
        };
        let found = |fate| Load {
            fate,
            ours: false,
            meeting: Some(Box::new(met.clone())),
            ..load()
        };
        let End::Kept {
            cells: agreed,
            fate,
            ..
        } = found(Fate::Created).came_to_be(&UNKNOWN).end
        else {
            panic!("it was made");
        };
        assert_eq!(
            (&apart(&agreed)[0], fate),
            (&cells(&["ours"])[0], Fate::Created)
        );
        let before = found(Fate::Matched).came_to_be(&UNKNOWN).end;
        assert!(matches!(before, End::Moved { .. }), "{before:?}");
    }
}
