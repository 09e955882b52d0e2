//! What a call has changed in its base.
use jiff::Timestamp;

use super::super::{
    Airtable, Moment,
    base::{Base, TableAt},
    call::Call,
    table::RowChange,
};

/// A base as it was before a call that somebody wants to know of.
pub(in super::super) struct Watch {
    base: String,
    outline: Vec<Outline>,
}

/// A table without its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outline {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: Option<String>,
    /// Id, name and type of each field.
    pub(super) fields: Vec<(String, String, &'static str)>,
}

/// What a call has changed in one table.
pub(super) struct TableChange {
    pub(super) at: TableAt,
    /// The table as it was; none for one that is new.
    pub(super) before: Option<Outline>,
    pub(super) rows: Vec<RowChange>,
}

impl Outline {
    pub(super) fn of(base: &Base, at: TableAt) -> Self {
        let table = base.table(at);
        let fields = table.fields().iter();
        Self {
            id: table.id.clone(),
            name: table.name.clone(),
            description: table.description.clone(),
            fields: fields
                .map(|field| (field.id.clone(), field.name.clone(), field.kind.name()))
                .collect(),
        }
    }
}

impl Airtable {
    /// Begins to watch the base of a call that changes something; none when nobody wants to know.
    pub(in super::super) fn watch(&mut self, call: &Call, now: Timestamp) -> Option<Watch> {
        let id = call.base().filter(|_| call.writes())?;
        if !self.webhooks.hears(id, now) {
            return None;
        }
        let base = self.base_mut(id)?;
        let mut outline = Vec::new();
        for at in base.places() {
            base.table_mut(at).watch();
            outline.push(Outline::of(base, at));
        }
        Some(Watch {
            base: id.to_owned(),
            outline,
        })
    }

    /// Tells the webhooks of a base what has changed there.
    pub(in super::super) fn tell(&mut self, watch: &Watch, moment: Moment<'_>) {
        let Self {
            bases, webhooks, ..
        } = self;
        let Some(base) = bases.iter_mut().find(|base| base.id == watch.base) else {
            return;
        };
        let mut changes = Vec::new();
        for at in base.places() {
            let rows = base.table_mut(at).watched();
            let before = watch.outline.iter().find(|old| old.id == base.table(at).id);
            let before = before.cloned();
            if !rows.is_empty() || before.as_ref() != Some(&Outline::of(base, at)) {
                changes.push(TableChange { at, before, rows });
            }
        }
        if !changes.is_empty() {
            webhooks.take(base, &changes, moment);
        }
    }
}
