//! Compares a mapping with the table as it is now, and decides what a run makes of it.

use std::collections::HashSet;

use super::super::definition::Definition;
use super::super::mapping::{self, Way, Wish};
use super::super::proposal::{Reason, propose};
use super::{Drift, Findings, Lost, Offer};
use crate::fields::Schema;
use crate::jobs::Failure;
use crate::providers::RemoteTable;

/// The dataset's schema and its key field.
pub(super) type Own<'a> = (&'a Schema, &'a str);

/// What a job works with once it has seen the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// The sync as it is.
    AsItIs,
    /// The sync without what is lost; it is kept as it is.
    Without(Box<Definition>),
    /// The sync with another mapping, which a run keeps.
    Changed(Box<Definition>),
    /// Nothing.
    Stopped(Failure),
}

impl Findings {
    /// What differs between `sync` and `table`. A field of the dataset that is gone is none of it:
    /// who took it away has a mapping to mend.
    pub(super) fn at(sync: &Definition, own: Own<'_>, table: &RemoteTable) -> Self {
        let (schema, key_field) = own;
        let key = &sync.remote_key_field_id;
        let key = mapping::key_pair(key, schema, key_field, table, sync.direction).err();
        let values = sync.mapping.iter().filter(|pair| pair.field != key_field);
        let lost: Vec<Lost> = values
            .filter_map(|pair| {
                let id = &pair.remote_field_id;
                let goes = sync.meeting.ways.get(&pair.field).copied();
                let ways = (way(sync), goes.unwrap_or_default());
                match mapping::fit(&pair.field, id, (schema, table), ways) {
                    Err((mapping::REMOTE, reason)) => Some(Lost {
                        field: pair.field.clone(),
                        remote_field_id: id.clone(),
                        remote_field_name: pair.remote_field_name.clone(),
                        reason,
                    }),
                    _ => None,
                }
            })
            .collect();
        let offers = match sync.drift {
            Drift::Propose | Drift::Apply => offers(sync, &lost, own, table),
            Drift::Ignore | Drift::Pause => Vec::new(),
        };
        Self { key, lost, offers }
    }

    /// Whether nothing has changed.
    pub(super) fn is_nothing(&self) -> bool {
        self.key.is_none() && self.lost.is_empty() && self.offers.is_empty()
    }

    /// The mapping without what is lost, and with what is offered if that is wanted too: as the
    /// pairs that somebody might wish for.
    pub(super) fn pairs(&self, sync: &Definition, with_offers: bool) -> Vec<(String, String)> {
        let is_lost = |field: &str| self.lost.iter().any(|lost| lost.field == field);
        let kept = sync.mapping.iter().filter(|pair| !is_lost(&pair.field));
        let kept = kept.map(|pair| (pair.field.clone(), pair.remote_field_id.clone()));
        let offers = self.offers.iter().filter(|_| with_offers);
        let offers = offers.map(|offer| (offer.field.clone(), offer.remote_field_id.clone()));
        kept.chain(offers).collect()
    }

    /// The fields of the table that a mapping without what is lost knows.
    fn known(&self, table: &RemoteTable) -> Vec<String> {
        let is_lost = |id: &String| self.lost.iter().any(|lost| lost.remote_field_id == *id);
        let mut known = table.field_ids();
        known.retain(|id| !is_lost(id));
        known
    }

    /// What a job works with.
    pub(super) fn met(&self, sync: &Definition, own: Own<'_>, table: &RemoteTable) -> Met {
        if let Some(reason) = &self.key {
            return Met::Stopped(moved(reason));
        }
        let remapped = |with_offers: bool| {
            let wish = Wish {
                pairs: self.pairs(sync, with_offers),
                remote_key_field_id: sync.remote_key_field_id.clone(),
                ways: sync.meeting.ways.clone(),
            };
            let mapping = mapping::check(&wish, own.0, own.1, table, way(sync));
            mapping.map(|mapping| {
                let mut left = Definition {
                    mapping,
                    // What is lost may come back, and is then offered.
                    known_fields: Some(self.known(table)),
                    ..sync.clone()
                };
                // Both sides have agreed under it.
                left.remember(&sync.mapping);
                Box::new(left)
            })
        };
        let met = match sync.drift {
            Drift::Apply if !self.is_nothing() => remapped(true).map(Met::Changed),
            _ if self.lost.is_empty() => return Met::AsItIs,
            Drift::Pause => return Met::Stopped(moved(&told(&self.lost))),
            Drift::Ignore | Drift::Propose | Drift::Apply => remapped(false).map(Met::Without),
        };
        // What is left may not be enough: a pull has to fill what the dataset requires.
        met.unwrap_or_else(|faults| {
            let faults: Vec<String> = faults.into_iter().map(|fault| fault.message).collect();
            Met::Stopped(moved(&faults.join("; ")))
        })
    }
}

fn way(sync: &Definition) -> Way {
    Way {
        direction: sync.direction,
        typecast: sync.typecast,
    }
}

fn told(lost: &[Lost]) -> String {
    let reasons: Vec<&str> = lost.iter().map(|lost| lost.reason.as_str()).collect();
    reasons.join("; ")
}

/// The failure of a job whose table no longer fits.
pub(in crate::sync) fn moved(reason: &str) -> Failure {
    Failure {
        code: "mapping_moved".into(),
        message: format!(
            "The mapping no longer fits: {reason}. Nothing was written; look through the mapping and \
             save it."
        ),
    }
}

/// What is new in the table since the mapping was saved and is called like a field that is free.
fn offers(
    sync: &Definition,
    lost: &[Lost],
    (schema, key_field): Own<'_>,
    table: &RemoteTable,
) -> Vec<Offer> {
    // A hook takes any name: none of them is new there.
    if table.any_names {
        return Vec::new();
    }
    // Of a mapping from before this was kept, nobody knows what its maker has left out on purpose.
    let Some(known) = &sync.known_fields else {
        return Vec::new();
    };
    let lost: HashSet<&str> = lost.iter().map(|lost| lost.field.as_str()).collect();
    let mapped = |field: &str| sync.mapping.iter().any(|pair| pair.field == field);
    let named = |reason: Reason| matches!(reason, Reason::SameName | Reason::LikeName);
    propose(schema, key_field, table, sync.direction)
        .pairs
        .into_iter()
        .filter(|pair| named(pair.reason) && pair.field != key_field)
        .filter(|pair| !known.contains(&pair.remote_field_id))
        .filter(|pair| !mapped(&pair.field) || lost.contains(pair.field.as_str()))
        .filter_map(|pair| {
            let id = pair.remote_field_id;
            let to = table.fields.iter().find(|to| to.id == id)?;
            Some(Offer {
                field: pair.field,
                remote_field_id: id,
                remote_field_name: to.name.clone(),
            })
        })
        .collect()
}
