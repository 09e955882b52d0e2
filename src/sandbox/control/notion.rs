//! What only a sandbox can do with Notion's workspace: see and seed all of it, share it or not, and
//! write as somebody at the vendor's own page.
use std::io;

use futures_util::{StreamExt, stream};
use http::{Method, StatusCode, header};
use jiff::Timestamp;
use poem::{Body, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Error, read, webhooks};
use crate::sandbox::{
    Sandbox,
    answer::Answer,
    incoming::Incoming,
    notion::{Call, Lens, Moment, Notion, PageAt},
    world::World,
};

/// The pages of one answer, and the most that may be asked for.
const PAGE: usize = 50;
const LARGEST_PAGE: usize = 500;
/// How many pages are written while the sandbox is held.
const STRETCH: usize = 500;

/// A control call about the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    Databases,
    Seed,
    Share(Uuid),
    Pages(Uuid),
    /// A write by a colleague at the vendor's own page.
    Edit(Call),
    /// Deletes a page for good, as people can and the vendor's API cannot.
    Delete(Uuid),
    /// What a person does on the page of the integration's webhooks.
    Webhooks(webhooks::Route),
}

/// Whether the integration may see a database.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sharing {
    shared: bool,
}

impl Route {
    /// Reads method and path below `notion`.
    pub(super) fn parse(method: &Method, segments: &[&str]) -> Option<Self> {
        let id = |text: &str| Uuid::parse_str(text).ok();
        let route = match (method, segments) {
            (&Method::GET, ["databases"]) => Self::Databases,
            (&Method::POST, ["databases"]) => Self::Seed,
            (&Method::PATCH, ["databases", one]) => Self::Share(id(one)?),
            (&Method::GET, ["data_sources", one, "pages"]) => Self::Pages(id(one)?),
            (&Method::POST, ["pages"]) => Self::Edit(Call::CreatePage),
            (&Method::PATCH, ["pages", one]) => Self::Edit(Call::ChangePage((*one).into())),
            (&Method::DELETE, ["pages", one]) => Self::Delete(id(one)?),
            (method, ["webhooks", rest @ ..]) => {
                Self::Webhooks(webhooks::Route::parse(method, rest)?)
            }
            _ => return None,
        };
        Some(route)
    }

    fn is_written(&self) -> bool {
        match self {
            Self::Seed | Self::Share(_) | Self::Edit(_) => true,
            Self::Webhooks(route) => route.is_written(),
            Self::Databases | Self::Pages(_) | Self::Delete(_) => false,
        }
    }
}

/// Answers a control call about the workspace.
pub(super) fn answer(
    sandbox: &Sandbox,
    incoming: &Incoming,
    route: &Route,
) -> Result<Answer, Error> {
    if route.is_written() && !incoming.is_json {
        return Err(Error::NotJson);
    }
    act(&mut sandbox.world(), incoming, route)
}

fn act(world: &mut World, incoming: &Incoming, route: &Route) -> Result<Answer, Error> {
    let World { notion, knobs, .. } = world;
    let moment = Moment::of_colleague(incoming.at, &knobs.notion);
    match route {
        Route::Databases => Ok(databases(notion)),
        Route::Pages(source) => pages(notion, *source, incoming, moment),
        Route::Seed => {
            let id = notion.seed(read(&incoming.body)?, moment)?;
            Ok(Answer::json(StatusCode::CREATED, &json!({ "id": id })))
        }
        Route::Share(id) => {
            let Sharing { shared } = read(&incoming.body)?;
            let at = notion
                .find_database(*id)
                .ok_or(Error::Missing("the database"))?;
            notion.database_mut(at).is_shared = shared;
            Ok(Answer::empty(StatusCode::NO_CONTENT))
        }
        Route::Edit(call) => {
            let answer = notion.answer(call, incoming, moment);
            notion.publish(moment.by, moment.now, &knobs.pings);
            Ok(answer)
        }
        Route::Webhooks(route) => webhooks::answer(notion, incoming, route),
        Route::Delete(id) => {
            let at = notion.find_page(*id).ok_or(Error::Missing("the page"))?;
            notion.delete_page(at, moment, &knobs.pings);
            Ok(Answer::empty(StatusCode::NO_CONTENT))
        }
    }
}

/// All databases with their data sources, properties and numbers of pages, shared or not.
fn databases(notion: &Notion) -> Answer {
    let items: Vec<Value> = notion
        .databases()
        .map(|(_, database)| {
            let sources = database.sources.iter().map(|at| {
                let source = notion.source(*at);
                let properties = source.properties().map(|(_, property)| {
                    json!({ "id": property.id, "name": property.name, "type": property.kind.name() })
                });
                json!({
                    "id": source.id,
                    "name": source.name,
                    "pages": there(notion, *at).count(),
                    "properties": properties.collect::<Vec<_>>(),
                })
            });
            json!({
                "id": database.id,
                "title": database.title,
                "shared": database.is_shared,
                "data_sources": sources.collect::<Vec<_>>(),
            })
        })
        .collect();
    Answer::ok(&json!({ "items": items }))
}

/// A page of a data source's pages, those in the trash too, oldest first.
fn pages(
    notion: &Notion,
    source: Uuid,
    incoming: &Incoming,
    moment: Moment<'_>,
) -> Result<Answer, Error> {
    let at = notion
        .find_source(source)
        .ok_or(Error::Missing("the data source"))?;
    let number = |name| {
        let text = incoming.parameter(name);
        text.and_then(|text| text.parse::<usize>().ok())
    };
    let limit = number("limit").unwrap_or(PAGE).min(LARGEST_PAGE);
    let lens = Lens::whole(notion, moment);
    let shown = there(notion, at)
        .skip(number("offset").unwrap_or(0))
        .take(limit);
    let shown: Vec<_> = shown.map(|at| lens.page(notion.page(at))).collect();
    let total = there(notion, at).count();
    Ok(Answer::ok(&json!({ "total": total, "pages": shown })))
}

/// The pages that were not deleted for good.
fn there(notion: &Notion, at: crate::sandbox::notion::SourceAt) -> impl Iterator<Item = PageAt> {
    let pages = notion.source(at).pages.iter().copied();
    pages.filter(|at| notion.page_if_there(*at).is_some())
}

/// Streams the pages of a data source, whole, one a line.
///
/// Which pages and in which order is settled at once; calls go on between two stretches.
pub(super) fn dump(sandbox: &Sandbox, source: &str, now: Timestamp) -> Result<Response, Error> {
    let id = Uuid::parse_str(source).ok();
    let all: Vec<PageAt> = {
        let world = sandbox.world();
        let at = id.and_then(|id| world.notion.find_source(id));
        let at = at.ok_or(Error::Missing("the data source"))?;
        there(&world.notion, at).collect()
    };
    let stretches: Vec<Vec<PageAt>> = all.chunks(STRETCH).map(<[PageAt]>::to_vec).collect();
    let sandbox = sandbox.clone();
    let lines = stream::iter(stretches).map(move |stretch| {
        let world = sandbox.world();
        let moment = Moment::of_colleague(now, &world.knobs.notion);
        Ok::<_, io::Error>(lines(&world.notion, moment, &stretch))
    });
    Ok(Response::builder()
        .status(StatusCode::OK)
        .header(header::CONTENT_TYPE, "application/x-ndjson")
        .body(Body::from_bytes_stream(lines)))
}

fn lines(notion: &Notion, moment: Moment<'_>, stretch: &[PageAt]) -> Vec<u8> {
    let lens = Lens::whole(notion, moment);
    let mut lines = Vec::new();
    for page in stretch.iter().filter_map(|at| notion.page_if_there(*at)) {
        serde_json::to_writer(&mut lines, &lens.page(page)).expect("a page has text for keys");
        lines.push(b'\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_its_call() {
        let id = Uuid::nil();
        let text = id.to_string();
        let parse = |method, segments: &[&str]| Route::parse(&method, segments);
        assert_eq!(
            parse(Method::DELETE, &["pages", &text]),
            Some(Route::Delete(id))
        );
        assert_eq!(parse(Method::DELETE, &["pages", "x"]), None);
        assert_eq!(
            parse(Method::GET, &["data_sources", &text, "pages"]),
            Some(Route::Pages(id))
        );
        assert_eq!(parse(Method::PUT, &["databases"]), None);
    }
}
