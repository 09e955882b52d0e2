//! The vendors that are played, each in its own words.

use std::time::Duration;

use poem::http::Method;
use serde_json::{Map, Number, Value, json};
use weighbridge::connections::Kind;
use weighbridge::sandbox::{Limits, NotionLimits, Settings, ZapierKnobs};
use weighbridge::sync::Policy;

use super::delivered;
use super::dice::Dice;
use super::table::{BASE, Cells, FIELDS, KINDS, TABLE, base};
use super::vendor::Fault;

/// A vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Far {
    Airtable,
    Notion,
    /// A hook: it takes records and shows none.
    Zapier,
}

const LONGEST_LAG_SECONDS: u64 = 50;
const DATABASE: &str = "d0000000-0000-4000-8000-0000000051a1";
pub(super) const SOURCE: &str = "50000000-0000-4000-8000-0000000051a1";

const FAULTS: [Fault; 10] = [
    Fault::Told("rate_limited"),
    Fault::Told("server_error"),
    Fault::Told("unavailable"),
    Fault::Told("bad_gateway"),
    Fault::Told("listing_expired"),
    Fault::Slow,
    Fault::Unreachable,
    Fault::Cut,
    Fault::Truncated,
    Fault::Lost,
];
/// What only Notion answers.
const NOTIONS: [Fault; 4] = [
    Fault::TimedOut,
    Fault::Told("conflict"),
    Fault::Told("overloaded"),
    Fault::Told("edge_refused"),
];
/// What a hook does not do, since it lists nothing.
const LISTS: Fault = Fault::Told("listing_expired");

impl Far {
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Airtable => Kind::Airtable,
            Self::Notion => Kind::Notion,
            Self::Zapier => Kind::Zapier,
        }
    }

    pub(super) fn token(self) -> &'static str {
        match self {
            Self::Airtable => "patSIMULATION00.0123456789abcdef",
            Self::Notion => "ntn_SIMULATION000123456789abcdef",
            Self::Zapier => delivered::ADDRESS,
        }
    }

    /// The base and the table.
    pub(super) fn table(self) -> (&'static str, &'static str) {
        match self {
            Self::Airtable => (BASE, TABLE),
            Self::Notion => (DATABASE, SOURCE),
            Self::Zapier => delivered::PLACE,
        }
    }

    /// After so long its lists show everything that was made.
    pub(super) fn lag(self) -> Duration {
        match self {
            Self::Airtable | Self::Zapier => Duration::ZERO,
            Self::Notion => Duration::from_secs(LONGEST_LAG_SECONDS),
        }
    }

    /// What can become of records that are deleted here.
    pub(super) fn letting_go(self) -> Policy {
        match self {
            Self::Airtable => Policy::Delete,
            Self::Notion => Policy::Archive,
            Self::Zapier => Policy::Ignore,
        }
    }

    pub(super) fn faults(self) -> impl Iterator<Item = Fault> {
        let own: &[Fault] = match self {
            Self::Airtable => &[],
            Self::Notion => &NOTIONS,
            Self::Zapier => &[Fault::TimedOut],
        };
        let all = FAULTS.into_iter().chain(own.iter().copied());
        all.filter(move |fault| self != Self::Zapier || *fault != LISTS)
    }

    /// Whether others work in the same place.
    pub(super) fn has_colleagues(self) -> bool {
        self != Self::Zapier
    }

    /// A sandbox under moods of the seed's own.
    pub(super) fn settings(self, dice: &mut Dice) -> Settings {
        let mut settings = Settings {
            bases: Vec::new(),
            databases: Vec::new(),
            seed: dice.below(u64::MAX),
            ..Settings::default()
        };
        let unlimited = dice.chance(0.5);
        match self {
            Self::Airtable => {
                settings.bases = vec![serde_json::from_value(base()).unwrap()];
                if unlimited {
                    settings.knobs.limits = Limits::off();
                }
            }
            Self::Notion => {
                settings.databases = vec![serde_json::from_value(database()).unwrap()];
                let knobs = &mut settings.knobs.notion;
                if unlimited {
                    knobs.limits = NotionLimits::off();
                }
                // Less than the appliance waits: what it does when lists lag longer than that,
                // others test.
                let lags = dice.chance(0.5);
                let lag = if lags {
                    dice.below(LONGEST_LAG_SECONDS)
                } else {
                    0
                };
                knobs.query_lag_seconds = u32::try_from(lag).unwrap();
            }
            Self::Zapier => {
                if unlimited {
                    settings.knobs.zapier = ZapierKnobs::off();
                }
            }
        }
        settings
    }

    /// What only a sandbox can do for a colleague: method, path and body of creating a record, or
    /// of editing the one with this id.
    pub(super) fn edit(self, id: Option<&str>, fields: &Value) -> (Method, String, Value) {
        let method = if id.is_some() {
            Method::PATCH
        } else {
            Method::POST
        };
        let id = id.map(|id| format!("/{id}")).unwrap_or_default();
        match self {
            Self::Airtable => {
                let path = format!("bases/{BASE}/tables/{TABLE}/records{id}");
                (method, path, json!({ "fields": fields }))
            }
            Self::Notion => {
                let fields = fields.as_object().unwrap().iter();
                let written = fields.map(|(name, value)| (name.clone(), property(name, value)));
                let mut body = json!({ "properties": written.collect::<Map<_, _>>() });
                if method == Method::POST {
                    body["parent"] = json!({ "data_source_id": SOURCE });
                }
                (method, format!("notion/pages{id}"), body)
            }
            Self::Zapier => unreachable!("a hook has no colleagues"),
        }
    }
}

/// The database, in the vendor's own words.
fn database() -> Value {
    let options = KINDS.map(|kind| json!({ "name": kind }));
    let kinds = [
        json!({ "title": {} }),
        json!({ "rich_text": {} }),
        json!({ "number": {} }),
        json!({ "select": { "options": options } }),
    ];
    let named = FIELDS.iter().zip(kinds);
    let properties: Map<String, Value> = named
        .map(|((_, name, _), kind)| ((*name).to_owned(), kind))
        .collect();
    json!({
        "id": DATABASE, "title": "Simulation",
        "data_sources": [{ "id": SOURCE, "name": "Records", "properties": properties }],
    })
}

fn property(name: &str, value: &Value) -> Value {
    match name {
        "Size" => json!({ "number": value }),
        "Kind" => json!({ "select": { "name": value } }),
        "Code" => json!({ "title": [{ "text": { "content": value } }] }),
        _ => json!({ "rich_text": [{ "text": { "content": value } }] }),
    }
}

/// The cells of a page; empty ones are absent.
pub(super) fn cells(page: &Value) -> Cells {
    let mut cells = Cells::new();
    for (name, property) in page["properties"].as_object().unwrap() {
        let held = &property[property["type"].as_str().unwrap()];
        let plain = match held {
            Value::Array(pieces) => {
                let words = |piece: &Value| piece["plain_text"].as_str().unwrap().to_owned();
                Value::String(pieces.iter().map(words).collect())
            }
            Value::Object(option) => option["name"].clone(),
            Value::Number(number) => whole(number),
            other => other.clone(),
        };
        if !plain.is_null() && plain != "" {
            cells.insert(name.clone(), plain);
        }
    }
    cells
}

/// `5` for `5.0`.
#[expect(clippy::cast_possible_truncation, reason = "sizes are below a million")]
fn whole(number: &Number) -> Value {
    match number.as_f64() {
        Some(size) if size.fract() == 0.0 => (size as i64).into(),
        _ => number.clone().into(),
    }
}
