//! Segments: filters that have a name.

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use crate::analytics::Error;
use crate::analytics::ledger::Filter;
use crate::analytics::question::{BadQuestion, check_filters};
use crate::analytics::service::checked_name;
use crate::analytics::site::Site;
use crate::audit::Event;
use crate::base::KeptId;
use crate::store::Index;

/// Filters that are chosen together.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Segment {
    pub(crate) name: String,
    /// Which visits are its: those that every filter picks.
    pub(crate) filters: Vec<Filter>,
}

/// A name is its site's once.
static BY_NAME: Index = Index {
    name: "site_segment.name",
    unique: true,
};

impl Kind for Segment {
    const COLLECTION: &'static str = "site_segment";
    const INDEXES: &'static [&'static Index] = &[&BY_NAME];
    const MOST: usize = 100;
    const WORD: &'static str = "segment";

    fn name(&self) -> &str {
        &self.name
    }

    fn checked(self, _site: &Site) -> Result<Self, Error> {
        if self.filters.is_empty() {
            return Err(BadQuestion::SegmentOfAll.into());
        }
        check_filters(&self.filters)?;
        Ok(Self {
            name: checked_name(&self.name)?,
            ..self
        })
    }

    fn noted(event: Event, id: KeptId, name: &str) -> Event {
        event.entity("site_segment", id, name)
    }
}

impl Site {
    /// The filters of a segment and others, all of which have to pick.
    pub(in crate::analytics) fn filters_with(
        &self,
        segment: Option<KeptId>,
        others: &[Filter],
    ) -> Result<Vec<Filter>, Error> {
        let Some(id) = segment else {
            return Ok(others.to_vec());
        };
        let found = self.find_kept::<Segment>(id).map_err(|error| match error {
            Error::UnknownKept(_) => BadQuestion::UnknownSegment(id).into(),
            other => other,
        });
        let mut filters = found?.what().filters.clone();
        filters.extend_from_slice(others);
        match check_filters(&filters) {
            Err(BadQuestion::TooManyFilters(many)) => Err(BadQuestion::TooManyInAll(many).into()),
            _ => Ok(filters),
        }
    }
}
