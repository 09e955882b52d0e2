//! Notes: what somebody wants to be known of some days when their figures are looked at.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::kind::Kind;
use crate::analytics::Error;
use crate::analytics::period::Period;
use crate::analytics::question::BadQuestion;
use crate::analytics::site::Site;
use crate::audit::Event;
use crate::base::KeptId;
use crate::store::Index;

/// A note has so many characters at most.
const MOST_CHARS: usize = 200;
/// It is about so many days at most.
const MOST_DAYS: i64 = 366;

/// What is to be known of some days.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) text: String,
    /// The first of the days.
    pub(crate) from: Date,
    /// The last of them.
    pub(crate) to: Date,
}

impl Kind for Note {
    const COLLECTION: &'static str = "site_note";
    const INDEXES: &'static [&'static Index] = &[];
    const MOST: usize = 500;
    const WORD: &'static str = "note";

    fn name(&self) -> &str {
        &self.text
    }

    fn checked(self, _site: &Site) -> Result<Self, Error> {
        let text = self.text.trim();
        let fits = (1..=MOST_CHARS).contains(&text.chars().count());
        if !fits || text.chars().any(char::is_control) {
            return Err(BadQuestion::BadNote.into());
        }
        let days = Period {
            first: self.from,
            last: self.to,
        };
        if !(1..=MOST_DAYS).contains(&days.days()) {
            return Err(BadQuestion::BadNoteDays.into());
        }
        let text = text.to_owned();
        Ok(Self { text, ..self })
    }

    fn noted(event: Event, id: KeptId, name: &str) -> Event {
        event.entity("site_note", id, name)
    }
}
