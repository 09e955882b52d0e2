//! Queries of a data source.
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    body::{in_trash, only},
    cursors::Cursor,
    filter::{self, Filter, Readers},
    page::{Page, PageAt},
    paging::Wanted,
    refusal::Refusal,
    sort::{self, Sort},
    source::SourceAt,
    vendor::{Moment, Notion, bytes},
    version::Version,
    view::{Lens, PageView},
};
use crate::sandbox::incoming::Incoming;

/// Which pages are wanted, and in which order.
struct Selection {
    filter: Option<Filter>,
    sorts: Vec<Sort>,
    in_trash: bool,
}

/// A list of pages. The vendor names its type by a member of that name.
#[derive(Serialize)]
struct Listed<'a> {
    object: &'static str,
    results: Vec<PageView<'a>>,
    next_cursor: Option<Uuid>,
    has_more: bool,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    page_or_database: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page_or_data_source: Option<Value>,
    request_status: Value,
}

impl Notion {
    pub(super) fn query(
        &mut self,
        source: SourceAt,
        body: &Map<String, Value>,
        incoming: &Incoming,
        moment: Moment<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        let selection = self.select(source, body, moment)?;
        let wanted = Wanted::of_body(body)?;
        let most = moment.knobs.query_times_out_above as usize;
        if most > 0 && wanted.size > most {
            return Err(Refusal::gateway_timeout());
        }
        let place = if let Some(cursor) = &wanted.cursor {
            let patience = (moment.now, moment.knobs.cursor_idle());
            self.cursors.find(cursor, source, patience)?
        } else {
            let filter = selection.filter.as_ref();
            let candidates = filter.and_then(|filter| self.candidates(source, filter));
            self.begin(source, candidates.as_deref(), &selection, moment)
        };
        // The lens is asked first, so that a refused query gives out no cursor.
        Lens::new(self, moment).narrowed(self.source(source), incoming)?;
        let (step, after) = place.step(wanted.size);
        let is_cut_short = after.is_none() && place.is_capped;
        let next_cursor = after.map(|after| self.cursors.keep(after, &mut self.ids, moment.now));
        let lens = Lens::new(self, moment).narrowed(self.source(source), incoming)?;
        let pages = step.iter().filter_map(|at| self.page_if_there(*at));
        let results = pages
            .filter(|page| page.in_trash == selection.in_trash)
            .map(|page| lens.page(page))
            .collect();
        Ok(bytes(&listed(
            results,
            next_cursor,
            is_cut_short,
            moment.version,
        )))
    }

    fn select(
        &self,
        source: SourceAt,
        body: &Map<String, Value>,
        moment: Moment<'_>,
    ) -> Result<Selection, Refusal> {
        let known: &[&str] = if moment.version.has_sources() {
            &[
                "filter",
                "sorts",
                "start_cursor",
                "page_size",
                "archived",
                "in_trash",
                "result_type",
            ]
        } else {
            &[
                "filter",
                "sorts",
                "start_cursor",
                "page_size",
                "archived",
                "in_trash",
            ]
        };
        only(body, known)?;
        let source = self.source(source);
        let readers = Readers {
            source,
            now: moment.now,
            fold_case: moment.knobs.fold_case,
        };
        let given = |name: &str| body.get(name).filter(|given| !given.is_null());
        Ok(Selection {
            filter: given("filter")
                .map(|filter| filter::parse(filter, &readers))
                .transpose()?,
            sorts: match given("sorts") {
                None => Vec::new(),
                Some(sorts) => sort::parse(sorts, source)?,
            },
            in_trash: in_trash(body, moment.version)?.unwrap_or(false),
        })
    }

    /// Settles what a query yields.
    fn begin(
        &self,
        source: SourceAt,
        candidates: Option<&[PageAt]>,
        selection: &Selection,
        moment: Moment<'_>,
    ) -> Cursor {
        let most = moment.knobs.query_cap as usize;
        let is_indexed = |page: &Page| page.created + moment.knobs.query_lag() <= moment.now;
        let all = candidates
            .unwrap_or(&self.source(source).pages)
            .iter()
            .copied();
        let fitting = all.filter(|at| {
            self.page_if_there(*at).is_some_and(|page| {
                page.in_trash == selection.in_trash
                    && is_indexed(page)
                    && selection
                        .filter
                        .as_ref()
                        .is_none_or(|filter| filter.keeps(self, page))
            })
        });
        // Without an order the search may end early, since the order is that of making.
        let mut pages: Vec<PageAt> = if selection.sorts.is_empty() {
            fitting.take(most + 1).collect()
        } else {
            fitting.collect()
        };
        sort::sort(self, &mut pages, &selection.sorts);
        let is_capped = pages.len() > most;
        pages.truncate(most);
        Cursor::start(source, pages, is_capped, moment.now)
    }
}

fn listed(
    results: Vec<PageView<'_>>,
    next_cursor: Option<Uuid>,
    is_cut_short: bool,
    version: Version,
) -> Listed<'_> {
    let has_sources = version.has_sources();
    Listed {
        object: "list",
        results,
        next_cursor,
        has_more: next_cursor.is_some(),
        r#type: if has_sources {
            "page_or_data_source"
        } else {
            "page_or_database"
        },
        page_or_database: (!has_sources).then(|| json!({})),
        page_or_data_source: has_sources.then(|| json!({})),
        request_status: if is_cut_short {
            json!({ "type": "incomplete", "incomplete_reason": "query_result_limit_reached" })
        } else {
            json!({ "type": "complete" })
        },
    }
}
