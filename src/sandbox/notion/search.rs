//! The search by title, which learns of new things late and tells of no more than titles.
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    body::only,
    cell::Cell,
    page::{Page, PageAt},
    paging::Wanted,
    refusal::Refusal,
    rich,
    source::SourceAt,
    vendor::{Moment, Notion, bytes},
    version::Version,
    view::Lens,
};

/// What the cursors of the search belong to.
const LIST: Uuid = Uuid::from_u128(0x5ea2_c400_0000_4000_8000_0000_0000_0001);

#[derive(Clone, Copy)]
enum Found {
    Source(SourceAt),
    Page(PageAt),
}

impl Notion {
    pub(super) fn search(
        &self,
        body: &Map<String, Value>,
        moment: Moment<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        only(
            body,
            &["query", "filter", "sort", "start_cursor", "page_size"],
        )?;
        let wanted = Wanted::of_body(body)?;
        let has_sources = moment.version.has_sources();
        let table = if has_sources {
            "data_source"
        } else {
            "database"
        };
        let kind = body.get("filter").and_then(|filter| filter.get("value"));
        let kind = match kind {
            None => None,
            Some(Value::String(kind)) if kind == "page" || kind == table => Some(kind.as_str()),
            Some(other) => {
                let should = format!("`\"page\"` or `\"{table}\"`");
                return Err(Refusal::expected("filter.value", &should, other));
            }
        };
        let words = body
            .get("query")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let mut found = self.find(&words.to_lowercase(), kind, moment);
        let direction = body.get("sort").and_then(|sort| sort.get("direction"));
        if direction == Some(&json!("ascending")) {
            found.sort_by_key(|(edited, _)| *edited);
        } else {
            found.sort_by_key(|(edited, _)| std::cmp::Reverse(*edited));
        }
        let (part, next) = wanted.part(LIST, found.len())?;
        let results: Vec<Value> = found[part]
            .iter()
            .map(|(_, one)| self.found_json(*one, moment))
            .collect();
        let kind = if has_sources {
            "page_or_data_source"
        } else {
            "page_or_database"
        };
        let mut shown = json!({
            "object": "list",
            "results": results,
            "next_cursor": next,
            "has_more": next.is_some(),
            "type": kind,
        });
        shown[kind] = json!({});
        Ok(bytes(&shown))
    }

    /// What is called so and was made long enough ago; pages, tables, or both.
    fn find(&self, words: &str, kind: Option<&str>, moment: Moment<'_>) -> Vec<(Timestamp, Found)> {
        let is_known = |made: Timestamp| made + moment.knobs.search_lag() <= moment.now;
        let mut found = Vec::new();
        if kind != Some("page") {
            let tables = self.tables(words, moment.version);
            let tables = tables.filter(|(made, ..)| is_known(*made));
            found.extend(tables.map(|(_, edited, table)| (edited, table)));
        }
        if kind.is_none_or(|kind| kind == "page") {
            let pages = self
                .titled(words)
                .filter(|(_, page)| is_known(page.created));
            found.extend(pages.map(|(at, page)| (page.edited(), Found::Page(at))));
        }
        found
    }

    /// Tables by their titles: when each was made and edited. The first edition knows no database
    /// of several data sources.
    fn tables<'a>(
        &'a self,
        words: &'a str,
        version: Version,
    ) -> impl Iterator<Item = (Timestamp, Timestamp, Found)> + 'a {
        let databases = self.databases().map(|(_, database)| database);
        let databases = databases.filter(move |database| {
            database.is_shared && (version.has_sources() || database.sources.len() == 1)
        });
        let sources = databases.flat_map(|database| database.sources.iter().copied());
        sources.filter_map(move |at| {
            let source = self.source(at);
            let title = format!("{} {}", source.name, self.database(source.database).title);
            let fits = !source.in_trash && title.to_lowercase().contains(words);
            fits.then_some((source.created, source.edited, Found::Source(at)))
        })
    }

    fn titled<'a>(&'a self, words: &'a str) -> impl Iterator<Item = (PageAt, &'a Page)> + 'a {
        let pages = (0..).map(PageAt).zip(&self.pages);
        let pages = pages.filter_map(|(at, page)| Some((at, page.as_ref()?)));
        pages.filter(move |(_, page)| {
            !page.in_trash
                && self.is_shared(page.source)
                && (words.is_empty() || self.title(page).to_lowercase().contains(words))
        })
    }

    /// A page's title, its words alone.
    pub(crate) fn title(&self, page: &Page) -> String {
        let column = self.source(page.source).title();
        match column.and_then(|column| page.cell(column)) {
            Some(Cell::Words(runs)) => rich::words(runs),
            _ => String::new(),
        }
    }

    fn found_json(&self, one: Found, moment: Moment<'_>) -> Value {
        match one {
            Found::Page(at) => json!(Lens::new(self, moment).page(self.page(at))),
            Found::Source(at) if moment.version.has_sources() => {
                self.source_json(at, moment.version)
            }
            Found::Source(at) => self.database_json(self.source(at).database, moment.version),
        }
    }
}
