//! Which control call a method and a path mean.
use http::Method;

use super::{google, meta, notion, zapier};
use crate::sandbox::airtable::{Call, Mode, Place};

/// A control call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    Look(Look),
    Change(Change),
    /// All records of a table, streamed.
    Dump,
    Google(google::Route),
    Meta(meta::Route),
    Notion(notion::Route),
    Zapier(zapier::Route),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Look {
    Statistics,
    Log,
    Knobs,
    Faults,
    /// The notifications that were sent.
    Pings,
    Bases,
    Records(Place),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    TurnKnobs,
    AddFault,
    ClearFaults,
    RemoveFault(u32),
    Reset,
    SeedBase,
    SeedTable(String),
    /// Takes a field from a table, by its id.
    DropField(Place, String),
    /// A write by a colleague at the vendor's own page.
    Edit(Place, Call),
}

impl Route {
    /// Reads method and path. Bases and tables are named by id here, records too.
    pub(super) fn parse(method: &Method, path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.strip_prefix(super::ROOT)?.split('/').collect();
        match (method, segments.as_slice()) {
            (&Method::GET, ["dump"]) => Some(Self::Dump),
            (method, ["google", rest @ ..]) => google::Route::parse(method, rest).map(Self::Google),
            (method, ["meta", rest @ ..]) => meta::Route::parse(method, rest).map(Self::Meta),
            (method, ["notion", rest @ ..]) => notion::Route::parse(method, rest).map(Self::Notion),
            (method, ["zapier", rest @ ..]) => zapier::Route::parse(method, rest).map(Self::Zapier),
            (&Method::GET, segments) => look(segments).map(Self::Look),
            (method, segments) => change(method, segments).map(Self::Change),
        }
    }
}

fn look(segments: &[&str]) -> Option<Look> {
    match segments {
        ["statistics"] => Some(Look::Statistics),
        ["log"] => Some(Look::Log),
        ["knobs"] => Some(Look::Knobs),
        ["faults"] => Some(Look::Faults),
        ["pings"] => Some(Look::Pings),
        ["bases"] => Some(Look::Bases),
        ["bases", base, "tables", table, "records"] => Some(Look::Records(Place::new(base, table))),
        _ => None,
    }
}

fn change(method: &Method, segments: &[&str]) -> Option<Change> {
    let change = match (method, segments) {
        (&Method::PATCH, ["knobs"]) => Change::TurnKnobs,
        (&Method::POST, ["faults"]) => Change::AddFault,
        (&Method::DELETE, ["faults"]) => Change::ClearFaults,
        (&Method::DELETE, ["faults", id]) => Change::RemoveFault(id.parse().ok()?),
        (&Method::POST, ["reset"]) => Change::Reset,
        (&Method::POST, ["bases"]) => Change::SeedBase,
        (&Method::POST, ["bases", base, "tables"]) => Change::SeedTable((*base).into()),
        (&Method::DELETE, ["bases", base, "tables", table, "fields", field]) => {
            Change::DropField(Place::new(base, table), (*field).into())
        }
        (method, ["bases", base, "tables", table, "records", rest @ ..]) => {
            edit(method, Place::new(base, table), rest)?
        }
        _ => return None,
    };
    Some(change)
}

fn edit(method: &Method, place: Place, rest: &[&str]) -> Option<Change> {
    let call = match (method, rest) {
        (&Method::POST, []) => Call::Create(place.clone()),
        (&Method::PATCH, [record]) => Call::UpdateOne(place.clone(), (*record).into(), Mode::Merge),
        (&Method::DELETE, [record]) => Call::DeleteOne(place.clone(), (*record).into()),
        _ => return None,
    };
    Some(Change::Edit(place, call))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_its_call() {
        let parse = |method, path| Route::parse(&method, path);
        assert_eq!(
            parse(Method::DELETE, "/_sandbox/faults/3"),
            Some(Route::Change(Change::RemoveFault(3)))
        );
        assert_eq!(parse(Method::DELETE, "/_sandbox/faults/x"), None);
        assert_eq!(
            parse(Method::GET, "/_sandbox/bases/app1/tables/tbl1/records"),
            Some(Route::Look(Look::Records(Place::new("app1", "tbl1"))))
        );
        assert_eq!(parse(Method::PUT, "/_sandbox/knobs"), None);
    }
}
