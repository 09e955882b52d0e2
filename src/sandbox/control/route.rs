//! Which control call a method and a path mean.
use http::Method;

use crate::sandbox::airtable::{Call, Mode, Place};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    Statistics,
    Log,
    Knobs,
    TurnKnobs,
    Faults,
    AddFault,
    ClearFaults,
    RemoveFault(u32),
    Reset,
    Bases,
    SeedBase,
    SeedTable(String),
    Records(Place),
    /// A write by a colleague at the vendor's own page.
    Edit(Place, Call),
    Dump,
}

impl Route {
    /// Reads method and path. Bases and tables are named by id here, records too.
    pub(super) fn parse(method: &Method, path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.strip_prefix(super::ROOT)?.split('/').collect();
        let route = match (method, segments.as_slice()) {
            (&Method::GET, ["statistics"]) => Self::Statistics,
            (&Method::GET, ["log"]) => Self::Log,
            (&Method::GET, ["knobs"]) => Self::Knobs,
            (&Method::PATCH, ["knobs"]) => Self::TurnKnobs,
            (&Method::GET, ["faults"]) => Self::Faults,
            (&Method::POST, ["faults"]) => Self::AddFault,
            (&Method::DELETE, ["faults"]) => Self::ClearFaults,
            (&Method::DELETE, ["faults", id]) => Self::RemoveFault(id.parse().ok()?),
            (&Method::POST, ["reset"]) => Self::Reset,
            (&Method::GET, ["bases"]) => Self::Bases,
            (&Method::POST, ["bases"]) => Self::SeedBase,
            (&Method::POST, ["bases", base, "tables"]) => Self::SeedTable((*base).into()),
            (&Method::GET, ["dump"]) => Self::Dump,
            (method, ["bases", base, "tables", table, "records", rest @ ..]) => {
                records(method, Place::new(base, table), rest)?
            }
            _ => return None,
        };
        Some(route)
    }
}

fn records(method: &Method, place: Place, rest: &[&str]) -> Option<Route> {
    let call = match (method, rest) {
        (&Method::GET, []) => return Some(Route::Records(place)),
        (&Method::POST, []) => Call::Create(place.clone()),
        (&Method::PATCH, [record]) => Call::UpdateOne(place.clone(), (*record).into(), Mode::Merge),
        (&Method::DELETE, [record]) => Call::DeleteOne(place.clone(), (*record).into()),
        _ => return None,
    };
    Some(Route::Edit(place, call))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_its_call() {
        let parse = |method, path| Route::parse(&method, path);
        assert_eq!(
            parse(Method::DELETE, "/_sandbox/faults/3"),
            Some(Route::RemoveFault(3))
        );
        assert_eq!(parse(Method::DELETE, "/_sandbox/faults/x"), None);
        assert_eq!(
            parse(Method::GET, "/_sandbox/bases/app1/tables/tbl1/records"),
            Some(Route::Records(Place::new("app1", "tbl1")))
        );
        assert_eq!(parse(Method::PUT, "/_sandbox/knobs"), None);
    }
}
