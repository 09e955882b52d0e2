//! Lists pages, whole: what a page does not show of a cell is fetched piece by piece.

use std::collections::HashMap;

use bytes::Bytes;
use http::Method;
use jiff::Timestamp;
use serde_json::Value;

use super::super::{
    Cells, Editor, Error, Held, Layout, Page, RemoteField, Sent, Sheet, Trail, kept,
};
use super::Notion;
use super::query::{self, Place};
use super::refusal::{About, is_stale};
use super::shape::varies;
use super::wire::{self, Part, Read, Unread};

/// A listing whose cursor is not taken any more on the way is begun again so often.
const LISTINGS: u32 = 3;

impl Notion {
    /// One part of all pages, or of those that were changed at `changed` or later.
    pub(super) async fn page_of(
        &self,
        layout: &Layout,
        changed: Option<Timestamp>,
        after: Option<&str>,
    ) -> Result<Page, Error> {
        let place = after.map(Place::parse).unwrap_or_default();
        match self.part(layout, "list_pages", &place.body(changed)).await {
            Ok(part) => {
                let next = place.after(&part)?;
                Ok(Page::Rows {
                    rows: self.whole(layout, part.items).await?,
                    next: next.map(|next| next.to_string()),
                })
            }
            Err(refusal) if after.is_some() && is_stale(&refusal) => Ok(Page::Forgotten),
            Err(error) => Err(error),
        }
    }

    /// The same, unread where the text of a page tells all of it.
    pub(super) async fn sheet_of(
        &self,
        layout: &Layout,
        changed: Option<Timestamp>,
        after: Option<&str>,
    ) -> Result<Sheet, Error> {
        let place = after.map(Place::parse).unwrap_or_default();
        let body = place.body(changed);
        let part = self.steadily(|| async {
            let answer = self.query(layout, "list_pages", &body).await?;
            wire::unread(layout, &answer)
        });
        let part = match part.await {
            Err(refusal) if after.is_some() && is_stale(&refusal) => return Ok(Sheet::Forgotten),
            outcome => outcome?,
        };
        let next = place.behind(&part, part.items.last().map(|page| page.created_at))?;
        let varies = layout.fields.iter().any(|field| varies(&field.kind));
        let mut rows = Vec::with_capacity(part.items.len());
        for page in part.items {
            let Some(text) = page.text.clone() else {
                continue;
            };
            if varies || Unread::may_be_cut(&text) {
                let mut read = wire::read_late(layout, page)?;
                if self.completes(layout, &mut read).await? {
                    rows.push(Sent {
                        id: read.held.id,
                        cells: Cells::Read(read.held.cells),
                    });
                }
            } else {
                rows.push(Sent {
                    id: page.id,
                    cells: Cells::Unread(text),
                });
            }
        }
        Ok(Sheet::Rows {
            rows,
            next: next.map(|next| next.to_string()),
        })
    }

    /// The pages that hold one of the keys. The first call was admitted.
    pub(super) async fn with_keys(
        &self,
        layout: &Layout,
        keys: &[String],
    ) -> Result<Vec<Held>, Error> {
        let mut found = Vec::new();
        for (at, keys) in keys.chunks(super::KEYS_PER_CALL).enumerate() {
            let mut trail = Trail::default();
            let mut cursor: Option<String> = None;
            loop {
                if at > 0 || cursor.is_some() {
                    self.turn().await?;
                }
                let body = query::keys(layout, keys, cursor.as_deref());
                let part = self.part(layout, "find_pages", &body).await?;
                if part.ends_early {
                    return Err(query::hidden("it lists no more pages with these keys"));
                }
                found.extend(part.items);
                let Some(next) = part.cursor else { break };
                trail.step(&next)?;
                cursor = Some(next);
            }
        }
        self.whole(layout, found).await
    }

    /// The pages with these ids that are rows of the table: queries lag behind, a page asked for by
    /// itself does not. The first call was admitted.
    pub(super) async fn with_ids(
        &self,
        layout: &Layout,
        ids: &[String],
    ) -> Result<Vec<Held>, Error> {
        let found = self.read_all(layout, ids).await?;
        self.whole(layout, found).await
    }

    /// The same, each with who edited it last.
    pub(super) async fn with_editors(
        &self,
        layout: &Layout,
        ids: &[String],
    ) -> Result<Vec<(Held, Editor)>, Error> {
        let found = self.read_all(layout, ids).await?;
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let bot = self.bot().await?;
        let editor = |read: &Read| match &read.edited {
            None => Editor::Untold,
            Some((id, _)) if id == bot => Editor::Account,
            Some(_) => Editor::Another,
        };
        let editors = found
            .iter()
            .map(|read| (read.held.id.clone(), editor(read)));
        let editors: HashMap<String, Editor> = editors.collect();
        let rows = self.whole(layout, found).await?.into_iter();
        let with_editor = |row: Held| {
            let editor = editors.get(&row.id).copied().unwrap_or(Editor::Untold);
            (row, editor)
        };
        Ok(rows.map(with_editor).collect())
    }

    /// The pages with these ids, as they came. The first call was admitted.
    async fn read_all(&self, layout: &Layout, ids: &[String]) -> Result<Vec<Read>, Error> {
        let mut found = Vec::with_capacity(ids.len());
        for (at, id) in ids.iter().enumerate() {
            if at > 0 {
                self.turn().await?;
            }
            match self.steadily(|| self.read(layout, id)).await {
                Ok(read) => found.push(read),
                Err(Error::RecordGone) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// The pages of our own making, made at `since` or later. The first call was admitted.
    pub(super) async fn made_since(
        &self,
        layout: &Layout,
        since: Timestamp,
    ) -> Result<Vec<Held>, Error> {
        let mut listings = 1;
        let made = loop {
            match self.list_since(layout, since, listings > 1).await {
                Err(refusal) if is_stale(&refusal) && listings < LISTINGS => listings += 1,
                outcome => break outcome?,
            }
        };
        if made.is_empty() {
            return Ok(Vec::new());
        }
        let bot = self.bot().await?;
        let ours = made.into_iter().filter(|read| read.maker == bot);
        self.whole(layout, ours.collect()).await
    }

    async fn list_since(
        &self,
        layout: &Layout,
        since: Timestamp,
        again: bool,
    ) -> Result<Vec<Read>, Error> {
        let mut made: Vec<Read> = Vec::new();
        let mut trail = Trail::default();
        let mut place = Place::since(since);
        let mut admitted = !again;
        loop {
            if !std::mem::take(&mut admitted) {
                self.turn().await?;
            }
            let part = self.part(layout, "find_pages", &place.body(None)).await?;
            let next = place.after(&part)?;
            made.extend(part.items);
            let Some(next) = next else {
                return Ok(made);
            };
            trail.step(&next.to_string())?;
            place = next;
        }
    }

    /// One part of a query's answer, without what lies in the trash.
    async fn part(
        &self,
        layout: &Layout,
        operation: &'static str,
        body: &Value,
    ) -> Result<Part<Read>, Error> {
        let part = || async { wire::pages(layout, &self.query(layout, operation, body).await?) };
        self.steadily(part).await
    }

    /// The answer to a query.
    async fn query(
        &self,
        layout: &Layout,
        operation: &'static str,
        body: &Value,
    ) -> Result<Bytes, Error> {
        let mut call = self.call(Method::POST, &["data_sources", &layout.table, "query"]);
        for field in &layout.fields {
            call = call.query("filter_properties[]", &field.id);
        }
        let mut body = body.clone();
        body["page_size"] = self.portion.size().into();
        let answer = self.answer(operation, call.json(body.to_string())).await;
        self.portion.learn(&answer);
        self.judged(About::Table, answer?)
    }

    /// Fetches what was cut, and leaves out what is not a row of the table any more.
    async fn whole(&self, layout: &Layout, pages: Vec<Read>) -> Result<Vec<Held>, Error> {
        let mut held = Vec::with_capacity(pages.len());
        for mut read in pages {
            if read.in_trash || read.table != layout.table {
                continue;
            }
            if self.completes(layout, &mut read).await? {
                held.push(read.held);
            }
        }
        Ok(held)
    }

    /// Fetches each cell of a page that is not shown whole; `false` when the page is gone since it
    /// was shown. Every call waits for its turn.
    pub(super) async fn completes(&self, layout: &Layout, read: &mut Read) -> Result<bool, Error> {
        match self.complete(layout, read).await {
            Ok(()) => Ok(true),
            // What is not found may be the property as well, and then no page is gone.
            Err(Error::RecordGone) if self.is_row(layout, &read.held.id).await? => Err(
                Error::Broken("a page is there, and one of its cells is not".to_owned()),
            ),
            Err(Error::RecordGone) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether a page is a row of the table now.
    async fn is_row(&self, layout: &Layout, id: &str) -> Result<bool, Error> {
        self.turn().await?;
        match self.steadily(|| self.read(layout, id)).await {
            Ok(read) => Ok(!read.in_trash && read.table == layout.table),
            Err(Error::RecordGone) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Fetches each cell of a page that is not shown whole. Every call waits for its turn.
    pub(super) async fn complete(&self, layout: &Layout, read: &mut Read) -> Result<(), Error> {
        for at in std::mem::take(&mut read.cut) {
            let field = &layout.fields[at];
            let mut pieces = Vec::new();
            let mut trail = Trail::default();
            let mut cursor: Option<String> = None;
            loop {
                self.turn().await?;
                let place = (&*read.held.id, cursor.as_deref());
                let part = self.steadily(|| self.pieces(field, place)).await?;
                pieces.extend(part.items);
                let Some(next) = part.cursor else { break };
                trail.step(&next)?;
                cursor = Some(next);
            }
            read.held.cells[at] = wire::joined(pieces).map(|whole| kept(&field.kind, whole));
        }
        Ok(())
    }

    /// Some of the pieces of one cell of a page.
    async fn pieces(
        &self,
        field: &RemoteField,
        (page, after): (&str, Option<&str>),
    ) -> Result<Part<wire::Pieces>, Error> {
        let mut call = self
            .call(Method::GET, &["pages", page, "properties"])
            .escaped_segment(&field.id)
            .query("page_size", &query::PAGE_SIZE.to_string());
        if let Some(after) = after {
            call = call.query("start_cursor", after);
        }
        let answer = self.send(About::Page, "read_property", call).await?;
        wire::pieces(&field.kind, &answer)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::script::{Short, Told, access};
    use super::super::wire::layout;
    use super::*;

    /// A page with a title that is shown whole, or one that may be cut.
    fn page(id: &str, pieces: usize) -> String {
        let pieces = vec![r#"{"plain_text":"a"}"#; pieces].join(",");
        format!(
            r#"{{"object":"page","id":"{id}","created_time":"2026-01-31T17:05:00.000Z",
            "created_by":{{"object":"user","id":"bot1"}},"in_trash":false,
            "parent":{{"type":"data_source_id","data_source_id":"table1"}},
            "properties":{{"Name":{{"id":"p%3A0","type":"title","title":[{pieces}]}}}}}}"#
        )
    }

    fn list(items: &[String], next: Option<&str>) -> Told {
        let list = serde_json::json!({"has_more": next.is_some(), "next_cursor": next});
        let rest = list.to_string();
        let items = items.join(",");
        (200, format!(r#"{{"results":[{items}],{}"#, &rest[1..]))
    }

    fn missing() -> Told {
        let told =
            r#"{"object":"error","code":"object_not_found","message":"Could not find page"}"#;
        (404, told.to_owned())
    }

    /// A list that led to itself was taken for whole, and one of two places was read for ever.
    #[tokio::test]
    async fn a_list_that_leads_in_a_circle_is_broken_and_never_taken_for_whole() {
        let layout = layout(&["title"]);
        for circle in [1, 2, 3] {
            let vendor = move |call: &str| {
                let at = (0..circle).find(|at| call.contains(&format!("at{at}")));
                let next = format!("at{}", at.map_or(0, |at| (at + 1) % circle));
                match call {
                    cells if cells.contains("/properties/") => list(&[], Some(&next)),
                    pages if pages.contains("/query") => list(&[page("page1", 25)], Some(&next)),
                    _ => list(&[], Some(&next)),
                }
            };
            let notion = |()| Notion::new(access(vendor).0);
            let keys = ["a".to_owned()];
            let found = notion(()).with_keys(&layout, &keys).await;
            assert!(matches!(found, Err(Error::Broken(_))), "{found:?}");
            let made = notion(()).made_since(&layout, Timestamp::UNIX_EPOCH).await;
            assert!(matches!(made, Err(Error::Broken(_))), "{made:?}");
            let bases = notion(()).all_databases().await;
            assert!(matches!(bases, Err(Error::Broken(_))), "{bases:?}");
            let cells = notion(()).page_of(&layout, None, None).await;
            assert!(matches!(cells, Err(Error::Broken(_))), "{cells:?}");
        }
    }

    /// Whoever cancelled a run waited until all pages were looked at that were asked for at once.
    #[tokio::test]
    async fn an_errand_that_ends_is_over_after_the_call_under_way() {
        let (mut access, calls) = access(|_| (200, page("page1", 1)));
        access.errand = Short::of(3);
        let ids = vec!["page1".to_owned(); 20];
        let looked = Notion::new(access)
            .with_ids(&layout(&["title"]), &ids)
            .await;
        assert!(matches!(looked, Err(Error::CalledOff)), "{looked:?}");
        assert_eq!(calls.all().len(), 3);
    }

    /// One page that somebody deleted while the others were listed ended the run, again and again
    /// in a table where people work.
    #[tokio::test]
    async fn a_page_that_vanishes_while_its_cells_are_read_is_gone_and_the_others_are_not() {
        let layout = layout(&["title"]);
        let (access, calls) = access(|call| match call {
            pages if pages.contains("/query") => list(&[page("page1", 25), page("page2", 1)], None),
            _ => missing(),
        });
        let read = Notion::new(access)
            .page_of(&layout, None, None)
            .await
            .unwrap();
        let Page::Rows { rows, next } = read else {
            panic!("{read:?}")
        };
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!((ids, next), (vec!["page2"], None));
        assert_eq!(calls.all().len(), 3, "the page itself was asked for");
    }

    #[tokio::test]
    async fn a_cell_that_is_missing_from_a_page_that_is_there_takes_no_page_away() {
        let layout = layout(&["title"]);
        let (access, _) = access(|call| match call {
            pages if pages.contains("/query") => list(&[page("page1", 25)], None),
            cells if cells.contains("/properties/") => missing(),
            _ => (200, page("page1", 25)),
        });
        let read = Notion::new(access).page_of(&layout, None, None).await;
        assert!(matches!(read, Err(Error::Broken(_))), "{read:?}");
    }
}
