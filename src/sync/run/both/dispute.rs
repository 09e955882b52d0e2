//! Puts into words what both sides have changed, and finds what somebody has decided about it.

use super::super::super::conflict::{Choice, Clash, Conflict, Disputed, Solution};
use super::super::super::error::Error;
use super::super::super::meeting::{FieldWay, Policy};
use super::super::decide::in_words;
use super::base::{Cells, UNSEEN};
use super::judge::{Judge, Sides, Taken};
use super::merge::{Merged, Side, Times, rule};
use crate::base::Hex;
use crate::fields::{content_hash, parse};

impl Judge<'_> {
    /// What was decided about a record as it is now on both sides.
    pub(super) fn solution(&self, key: &str, sides: &Sides) -> Result<Option<Solution>, Error> {
        let Some(kept) = self.hall.inbox.get(self.moment, key)? else {
            return Ok(None);
        };
        let same = kept.stamp == stamp(Some(&sides.here.cells), Some(&sides.there.cells));
        Ok(kept.solution.filter(|_| same))
    }

    /// The side that was decided upon where one of them is gone.
    pub(super) fn solved_side(
        &self,
        key: &str,
        (here, there): (Option<&Cells>, Option<&Cells>),
    ) -> Result<Option<Side>, Error> {
        let kept = self.hall.inbox.get(self.moment, key)?;
        let same = kept.filter(|kept| kept.stamp == stamp(here, there));
        let side = same.and_then(|kept| kept.solution?.side);
        Ok(match side {
            Some(Choice::Local) => Some(Side::Here),
            Some(Choice::Remote) => Some(Side::There),
            Some(Choice::Value(_)) | None => None,
        })
    }

    /// Who is right about the fields that both sides have changed, in words; none where they have
    /// not.
    pub(super) fn settled(&self, sides: &Sides) -> Option<String> {
        let clashes = sides.merged.iter().enumerate();
        let clashes = clashes.filter(|(_, merged)| **merged == Merged::Clash);
        let names: Vec<String> = clashes
            .map(|(at, _)| format!("{:?}", self.fit.name(at)))
            .collect();
        if names.is_empty() {
            return None;
        }
        let policy = self.hall.rules.meeting.policy;
        let why = ruled(policy, rule(policy, sides.times));
        Some(format!(
            "both sides have changed {}: {why}",
            names.join(", ")
        ))
    }

    /// What a choice comes to for a column; none if the field does not take the value any more.
    pub(super) fn chosen(&self, choice: &Choice, column: usize) -> Option<Taken> {
        let field = &self.hall.dataset.schema().fields()[self.fit.place(column)];
        match choice {
            Choice::Local => Some(Taken::Here),
            Choice::Remote => Some(Taken::There),
            Choice::Value(text) => parse(field, text).ok().map(Taken::Own),
        }
    }

    /// A record of which both sides have changed the same.
    pub(super) fn conflict(&self, remote_id: &str, sides: &Sides) -> Conflict {
        let disputed = |at: usize| sides.merged[at] == Merged::Clash;
        let base = sides.base.as_ref();
        let fields = self.disputed(
            |at| base.map(|base| (&base.here[at], &base.there[at])),
            |at| Some(&sides.here.cells[at]),
            |at| Some(&sides.there.cells[at]),
            disputed,
        );
        let stamp = stamp(Some(&sides.here.cells), Some(&sides.there.cells));
        self.found((remote_id, Clash::Changed), fields, (stamp, sides.times))
    }

    /// A record that one side has changed and the other has deleted.
    pub(super) fn parted(
        &self,
        (remote_id, kind): (&str, Clash),
        (here, there): (Option<&Cells>, Option<&Cells>),
        base: Option<&Cells>,
        times: Times,
    ) -> Conflict {
        let fields = self.disputed(
            |at| base.map(|base| (&base[at], &base[at])),
            |at| here.map(|cells| &cells[at]),
            |at| there.map(|cells| &cells[at]),
            |_| false,
        );
        self.found((remote_id, kind), fields, (stamp(here, there), times))
    }

    fn found(
        &self,
        (remote_id, kind): (&str, Clash),
        fields: Vec<Disputed>,
        (stamp, times): (String, Times),
    ) -> Conflict {
        Conflict {
            remote_id: remote_id.to_owned(),
            kind,
            fields,
            local_changed_at: times.here,
            remote_changed_at: times.there.map(|changed| changed.to),
            newer: times.newer().map(|side| match side {
                Side::Here => Choice::Local,
                Side::There => Choice::Remote,
            }),
            found_at: self.now,
            run: self.hall.run,
            solution: None,
            reopened: false,
            stamp,
        }
    }

    /// All mapped fields in the order of the mapping.
    fn disputed<'c>(
        &self,
        base: impl Fn(usize) -> Option<(&'c Vec<u8>, &'c Vec<u8>)>,
        here: impl Fn(usize) -> Option<&'c Vec<u8>>,
        there: impl Fn(usize) -> Option<&'c Vec<u8>>,
        disputed: impl Fn(usize) -> bool,
    ) -> Vec<Disputed> {
        let columns = self.fit.columns().into_iter().enumerate();
        let mut fields: Vec<(usize, Disputed)> = columns
            .map(|(at, column)| {
                let known = base(at).and_then(|(here, there)| last_known(here, there));
                let field = Disputed {
                    field: column.field,
                    remote_field_id: column.remote_field_id,
                    remote_field_name: column.remote_field_name,
                    disputed: disputed(at) && self.fit.way(at) == FieldWay::Both,
                    base_known: known.is_some(),
                    base: known.and_then(|cell| in_words(cell)),
                    local: here(at).and_then(|cell| in_words(cell)),
                    remote: there(at).and_then(|cell| in_words(cell)),
                };
                (column.place, field)
            })
            .collect();
        fields.sort_by_key(|(place, _)| *place);
        fields.into_iter().map(|(_, field)| field).collect()
    }
}

/// Why one side is right: by a rule, or because somebody has said so.
pub(super) fn ruled(policy: Policy, by_rule: Option<Side>) -> &'static str {
    match (policy, by_rule) {
        (Policy::Ask, _) | (_, None) => "as somebody has decided in the inbox of conflicts",
        (Policy::Local, Some(_)) => "what is here is right, by the sync's rule \"local\"",
        (Policy::Remote, Some(_)) => "what is there is right, by the sync's rule \"remote\"",
        (Policy::Newest, Some(Side::Here)) => {
            "the change here is the newer one, and right by the sync's rule \"newest\""
        }
        (Policy::Newest, Some(Side::There)) => {
            "the change there is the newer one, and right by the sync's rule \"newest\""
        }
    }
}

impl Conflict {
    /// The same after `earlier`: found then, and solved as it was if both sides are as they were.
    pub(super) fn following(mut self, earlier: &Self) -> Self {
        self.found_at = earlier.found_at;
        let same = self.stamp == earlier.stamp && self.kind == earlier.kind;
        if same {
            self.run = earlier.run;
            self.solution.clone_from(&earlier.solution);
            self.reopened = earlier.reopened;
        } else {
            self.reopened = earlier.reopened || earlier.solution.is_some();
        }
        self
    }
}

/// The fingerprint of what both sides hold.
fn stamp(here: Option<&Cells>, there: Option<&Cells>) -> String {
    let mut bytes = Vec::new();
    for side in [here, there] {
        bytes.push(u8::from(side.is_some()));
        for cell in side.into_iter().flatten() {
            bytes.extend_from_slice(cell);
            bytes.push(0);
        }
        bytes.push(1);
    }
    Hex(&content_hash(&bytes).0).to_string()
}

/// What both last agreed on in the words of this side, or of the other where that is pending; none of a
/// column that was not mapped then.
fn last_known<'c>(here: &'c Vec<u8>, there: &'c Vec<u8>) -> Option<&'c Vec<u8>> {
    [here, there]
        .into_iter()
        .find(|cell| ![super::PENDING, UNSEEN].contains(&cell.as_slice()))
}
