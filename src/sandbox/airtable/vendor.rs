//! The vendor's state, and the one place where a call is carried out.
use jiff::Timestamp;

use super::{
    base::{Base, TableAt},
    call::{Call, Place},
    id::Ids,
    listing::Listings,
    query::Query,
    quota::{Admission, Quotas},
    refusal::Refusal,
    table::Author,
};
use crate::sandbox::{answer::Answer, incoming::Incoming, settings::Knobs};

pub(crate) struct Airtable {
    pub(super) bases: Vec<Base>,
    pub(super) ids: Ids,
    pub(super) listings: Listings,
    pub(super) quotas: Quotas,
}

/// The circumstances of a call: when, by whom, and how the knobs stand.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) now: Timestamp,
    pub(crate) by: Author,
    pub(crate) knobs: &'a Knobs,
}

impl Airtable {
    /// A vendor without bases, which makes the same ids for the same seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            bases: Vec::new(),
            ids: Ids::seeded(seed),
            listings: Listings::default(),
            quotas: Quotas::default(),
        }
    }

    /// Whether a call may be carried out at all: its token, the month's calls, the second's calls.
    pub(crate) fn admit(
        &mut self,
        call: &Call,
        incoming: &Incoming,
        knobs: &Knobs,
    ) -> Result<(), Refusal> {
        let token = incoming
            .token
            .as_deref()
            .filter(|token| knobs.tokens.accept(token));
        let token = token.ok_or_else(Refusal::unauthorized)?;
        let admission = self
            .quotas
            .admit(&knobs.limits, call.base(), token, incoming.at);
        if admission == Admission::Refused {
            return Err(Refusal::rate_limited());
        }
        // Only the data is closed when the month's calls are used up; a connection test still works.
        if knobs.billing_limit_reached && !call.is_meta() {
            return Err(Refusal::billing_limit());
        }
        Ok(())
    }

    /// Closes a base for the length of the penalty.
    pub(crate) fn punish(&mut self, call: &Call, knobs: &Knobs, now: Timestamp) {
        if let Some(base) = call.base() {
            self.quotas.punish(&knobs.limits, base, now);
        }
    }

    pub(crate) fn carry_out(
        &mut self,
        call: &Call,
        incoming: &Incoming,
        moment: Moment<'_>,
    ) -> Result<Answer, Refusal> {
        let body = &incoming.body;
        match call {
            Call::WhoAmI => Ok(self.who_am_i()),
            Call::Bases => Ok(self.list_bases()),
            Call::Schema(base) => self.schema(base, incoming),
            Call::CreateTable(base) => self.create_table(base, body, moment),
            Call::ChangeTable(place) => self.change_table(place, body),
            Call::CreateField(place) => self.create_field(place, body),
            Call::ChangeField(place, field) => self.change_field(place, field, body),
            Call::List(place) => self.list(place, &Query::from_pairs(&incoming.query), moment),
            Call::ListByPost(place) => {
                self.list(place, &Query::from_body(body, &incoming.query)?, moment)
            }
            Call::Get(place, record) => self.get(place, record, incoming),
            Call::Create(place) => self.create(place, body, moment),
            Call::UpdateMany(place, mode) => self.update_many(place, *mode, body, moment),
            Call::UpdateOne(place, record, mode) => {
                self.update_one((place, record), *mode, body, moment)
            }
            Call::DeleteMany(place) => self.delete_many(place, incoming, moment),
            Call::DeleteOne(place, record) => self.delete_one(place, record),
        }
    }

    /// The most calls that a base saw within one second.
    pub(crate) fn greatest_rate(&self) -> u32 {
        self.quotas.greatest_rate()
    }

    pub(crate) fn forget_listings(&mut self) {
        self.listings.forget();
    }

    pub(crate) fn bases(&self) -> &[Base] {
        &self.bases
    }

    pub(crate) fn base(&self, id: &str) -> Option<&Base> {
        self.bases.iter().find(|base| base.id == id)
    }

    pub(super) fn base_mut(&mut self, id: &str) -> Option<&mut Base> {
        self.bases.iter_mut().find(|base| base.id == id)
    }

    /// Finds a base and one of its tables, or refuses as the data calls do.
    pub(crate) fn place(&self, place: &Place) -> Result<(&Base, TableAt), Refusal> {
        let base = self.base(&place.base).ok_or_else(Refusal::not_found)?;
        Ok((base, base.known(&place.table)?))
    }

    pub(super) fn place_mut(&mut self, place: &Place) -> Result<(&mut Base, TableAt), Refusal> {
        let base = self.base_mut(&place.base).ok_or_else(Refusal::not_found)?;
        let table = base.known(&place.table)?;
        Ok((base, table))
    }
}
