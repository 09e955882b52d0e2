//! What only a sandbox can do: faults, knobs, seeds, statistics, and a look at every record.
//!
//! Not counted against any limit. Writes must come as JSON, so that no page of another origin can
//! make one unasked.
mod dump;
mod google;
mod meta;
mod notion;
mod route;
mod tables;
mod webhooks;
mod zapier;

use http::{Method, StatusCode};
use poem::Response;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::route::{Change, Look, Route};
use super::{
    Sandbox,
    airtable::{Author, Leave, Moment, Refusal},
    answer::{Answer, Delivery},
    fault::Order,
    incoming::Incoming,
    settings::Knobs,
    world::World,
};

/// Where all of it lies.
pub(super) const ROOT: &str = "/_sandbox/";

/// The calls of the log that are shown unless more are asked for.
const LOG: usize = 100;

/// Why a control call is not carried out.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("there is nothing at this path")]
    NoRoute,
    #[error("{0} does not exist")]
    Missing(&'static str),
    #[error("send application/json")]
    NotJson,
    #[error("{0}")]
    Bad(String),
    #[error("the vendor would refuse this")]
    Refused(Refusal),
    #[error("the vendor would refuse this")]
    RefusedByNotion(super::notion::Refusal),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<super::notion::Refusal> for Error {
    fn from(refusal: super::notion::Refusal) -> Self {
        Self::RefusedByNotion(refusal)
    }
}

impl From<Error> for Answer {
    fn from(error: Error) -> Self {
        let status = match &error {
            Error::NoRoute | Error::Missing(_) => StatusCode::NOT_FOUND,
            Error::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Error::Bad(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Refused(refusal) => return refusal.clone().into(),
            // No call of the vendor's own, so it has no id either.
            Error::RefusedByNotion(refusal) => return refusal.answer(uuid::Uuid::nil()),
        };
        Self::json(status, &json!({ "error": error.to_string() }))
    }
}

/// Answers a call under [`ROOT`].
pub(super) fn answer(sandbox: &Sandbox, incoming: &Incoming) -> Response {
    let answered = match Route::parse(&incoming.method, &incoming.path) {
        None => Err(Error::NoRoute),
        Some(Route::Look(what)) => look(&sandbox.world(), incoming, &what),
        Some(Route::Change(what)) => change(&mut sandbox.world(), incoming, &what),
        Some(Route::Zapier(route)) => zapier::answer(sandbox, incoming, &route),
        Some(Route::Google(route)) => google::answer(sandbox, incoming, route),
        Some(Route::Meta(route)) => meta::answer(sandbox, incoming, route),
        Some(Route::Notion(route)) => notion::answer(sandbox, incoming, &route),
        Some(Route::Dump) => match dump::dump(sandbox, incoming) {
            Ok(response) => return response,
            Err(error) => Err(error),
        },
    };
    answered
        .unwrap_or_else(Answer::from)
        .deliver(Delivery::Whole)
}

fn look(world: &World, incoming: &Incoming, what: &Look) -> Result<Answer, Error> {
    let answer = match what {
        Look::Statistics => {
            let tables = world.airtable.greatest_rate();
            let others = world.notion.greatest_rate();
            let others = others.max(world.zapier.greatest_rate());
            Answer::ok(&world.journal.statistics(tables.max(others)))
        }
        Look::Log => {
            let limit = incoming
                .parameter("limit")
                .and_then(|limit| limit.parse().ok());
            Answer::ok(&json!({ "items": world.journal.last(limit.unwrap_or(LOG)) }))
        }
        Look::Knobs => Answer::ok(&world.knobs),
        Look::Faults => Answer::ok(&json!({ "items": world.faults.rules() })),
        Look::Pings => Answer::ok(&json!({ "items": world.sents.all() })),
        Look::Bases => tables::bases(&world.airtable),
        Look::Records(place) => tables::records(&world.airtable, place, incoming)?,
    };
    Ok(answer)
}

fn change(world: &mut World, incoming: &Incoming, what: &Change) -> Result<Answer, Error> {
    if incoming.method != Method::DELETE && !incoming.is_json {
        return Err(Error::NotJson);
    }
    let moment = Moment {
        now: incoming.at,
        by: Author::Colleague,
        leave: &Leave::All,
        knobs: &world.knobs,
    };
    match what {
        Change::TurnKnobs => {
            world.knobs = turned(&world.knobs, read(&incoming.body)?)?;
            return Ok(Answer::ok(&world.knobs));
        }
        Change::AddFault => {
            let order: Order = read(&incoming.body)?;
            let rule = world
                .faults
                .add(order)
                .map_err(|bad| Error::Bad(bad.to_string()))?;
            return Ok(Answer::json(StatusCode::CREATED, rule));
        }
        Change::SeedBase => world.airtable.seed(read(&incoming.body)?, moment)?,
        Change::SeedTable(base) => {
            world
                .airtable
                .seed_table(base, read(&incoming.body)?, moment)?;
        }
        Change::DropField(place, field) => world.airtable.drop_field(place, field)?,
        Change::Edit(place, call) => {
            return tables::edit(&mut world.airtable, (place, call), incoming, moment);
        }
        Change::ClearFaults => world.faults.clear(),
        Change::RemoveFault(id) => world.faults.remove(*id).ok_or(Error::Missing("the rule"))?,
        Change::Reset => {
            world
                .reset(incoming.at)
                .map_err(|bad| Error::Bad(bad.to_string()))?;
        }
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| Error::Bad(error.to_string()))
}

/// The knobs with those changed that `change` names.
fn turned(knobs: &Knobs, change: Value) -> Result<Knobs, Error> {
    let mut turned = json!(knobs);
    merge(&mut turned, change);
    serde_json::from_value(turned).map_err(|error| Error::Bad(error.to_string()))
}

fn merge(into: &mut Value, change: Value) {
    match (into, change) {
        (Value::Object(into), Value::Object(change)) => {
            for (name, value) in change {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, change) => *into = change,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turning_one_knob_leaves_the_others() {
        let turned = turned(&Knobs::default(), json!({ "limits": { "per_base": 50 } })).unwrap();
        assert_eq!(turned.limits.per_base, 50);
        assert_eq!(turned.limits.penalty_seconds, 30);
        assert_eq!(turned.listing_idle_seconds, 300);
    }

    #[test]
    fn a_knob_that_does_not_exist_is_refused() {
        assert!(turned(&Knobs::default(), json!({ "volume": 11 })).is_err());
    }
}
