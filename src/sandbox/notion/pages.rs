//! The calls about pages.
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    body::{flag, in_trash, members, only},
    cell::Cell,
    kind::Kind,
    page::{Looks, Page, PageAt},
    refusal::Refusal,
    source::{Column, SourceAt},
    things::Thing,
    value::{Draft, accept},
    vendor::{Moment, Notion, bytes},
    version::Version,
    view::Lens,
    webhooks::News,
};
use crate::sandbox::incoming::Incoming;

/// The most blocks in one request.
const MOST_CHILDREN: usize = 100;

/// What a write puts into properties.
pub(super) type Drafts = Vec<(Column, Draft)>;

impl Notion {
    pub(super) fn get_page(
        &self,
        id: Uuid,
        incoming: &Incoming,
        moment: Moment<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        let page = self.page(self.known_page(id)?);
        let source = self.source(page.source);
        let lens = Lens::new(self, moment).narrowed(source, incoming)?;
        Ok(bytes(&lens.page(page)))
    }

    pub(super) fn create_page(
        &mut self,
        body: &Map<String, Value>,
        moment: Moment<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        only(body, &["parent", "properties", "icon", "cover", "children"])?;
        let parent = members(body, "parent")?.ok_or_else(|| Refusal::absent("parent"))?;
        let source = self.parent(parent, moment.version)?;
        let given = members(body, "properties")?.ok_or_else(|| Refusal::absent("properties"))?;
        let drafts = self.drafts(source, given)?;
        let children = children(body)?;
        self.blocks.make(1 + children, moment.knobs, moment.now)?;
        let at = self.insert(source, drafts, moment);
        self.page_mut(at).looks = looks(body, None);
        let lens = Lens::new(self, moment);
        Ok(bytes(&lens.page(self.page(at))))
    }

    pub(super) fn change_page(
        &mut self,
        id: Uuid,
        body: &Map<String, Value>,
        moment: Moment<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        only(
            body,
            &[
                "properties",
                "icon",
                "cover",
                "in_trash",
                "archived",
                "is_locked",
            ],
        )?;
        let at = self.known_page(id)?;
        let wanted = in_trash(body, moment.version)?;
        let locked = flag(body, "is_locked")?;
        let given = members(body, "properties")?;
        if self.page(at).in_trash && wanted.is_none() {
            return Err(Refusal::invalid(
                "Can't edit block that is archived. You must unarchive the block before editing.",
            ));
        }
        let source = self.page(at).source;
        let drafts = match given {
            None => Drafts::new(),
            Some(given) => self.drafts(source, given)?,
        };
        self.write(at, drafts);
        let page = self.page_mut(at);
        let before = (page.in_trash, page.is_locked);
        page.looks = looks(body, page.looks.take());
        page.in_trash = wanted.unwrap_or(page.in_trash);
        page.is_locked = locked.unwrap_or(page.is_locked);
        let after = (page.in_trash, page.is_locked);
        page.touched = moment.now;
        page.edited_by = moment.by;
        if before.0 != after.0 {
            self.webhooks.note(News::PageTrashed(at, after.0));
        }
        if before.1 != after.1 {
            self.webhooks.note(News::PageLocked(at, after.1));
        }
        let lens = Lens::new(self, moment);
        Ok(bytes(&lens.page(self.page(at))))
    }

    /// The data source that a new page's parent names.
    fn parent(&self, parent: &Map<String, Value>, version: Version) -> Result<SourceAt, Refusal> {
        let id = |name: &str| -> Result<Option<Uuid>, Refusal> {
            let Some(given) = parent.get(name) else {
                return Ok(None);
            };
            let id = given.as_str().and_then(|id| Uuid::parse_str(id).ok());
            let place = format!("parent.{name}");
            id.map(Some)
                .ok_or_else(|| Refusal::expected(&place, "a valid uuid", given))
        };
        if version.has_sources()
            && let Some(source) = id("data_source_id")?
        {
            return self.known_source(source);
        }
        let Some(database) = id("database_id")? else {
            let member = if version.has_sources() {
                "data_source_id"
            } else {
                "database_id"
            };
            return Err(Refusal::absent(&format!("parent.{member}")));
        };
        // Later editions take the database too, as long as there is no doubt.
        self.only_source(database, Version::Databases)
    }

    /// Reads the properties of a write; nothing is changed when one of them is refused.
    pub(super) fn drafts(
        &self,
        source: SourceAt,
        given: &Map<String, Value>,
    ) -> Result<Drafts, Refusal> {
        let source = self.source(source);
        let drafts = given.iter().map(|(key, value)| {
            let column = source.known(key)?;
            Ok((column, accept(self, source.property(column), value)?))
        });
        drafts.collect()
    }

    /// Puts a page into a data source.
    pub(super) fn insert(
        &mut self,
        source: SourceAt,
        drafts: Drafts,
        moment: Moment<'_>,
    ) -> PageAt {
        let at = PageAt(u32::try_from(self.pages.len()).expect("there are fewer than 2³² pages"));
        let mut page = Page::new(self.ids.make(), source, moment.now, moment.by);
        self.by_id.insert(page.id, Thing::Page(at));
        let of = self.source_mut(source);
        of.numbered += 1;
        of.pages.push(at);
        page.number = of.numbered;
        self.pages.push(Some(page));
        self.webhooks.note(News::PageMade(at));
        self.write(at, drafts);
        at
    }

    fn write(&mut self, at: PageAt, drafts: Drafts) {
        let source = self.page(at).source;
        for (column, draft) in drafts {
            let cell = self.settle(source, column, draft);
            self.relate(at, column, cell.as_ref());
            self.lookups.learn((source, column), at, cell.as_ref());
            if self.page(at).cell(column) != cell.as_ref() {
                self.webhooks.note(News::Written(at, column));
            }
            self.page_mut(at).put((column, cell));
        }
    }

    /// Keeps the other end of a relation in step.
    fn relate(&mut self, at: PageAt, column: Column, fresh: Option<&Cell>) {
        let page = self.page(at);
        let Kind::Relation(to) = &self.source(page.source).property(column).kind else {
            return;
        };
        let target = self.source(to.source);
        let Some(back) = to.synced.as_deref().and_then(|id| target.by_id(id)) else {
            return;
        };
        let (own, before, after) = (page.id, related(page.cell(column)), related(fresh));
        for id in before.iter().filter(|id| !after.contains(id)) {
            self.turn(*id, back, |ids| ids.retain(|other| *other != own));
        }
        for id in after.iter().filter(|id| !before.contains(id)) {
            self.turn(*id, back, |ids| ids.push(own));
        }
    }

    fn turn(&mut self, page: Uuid, column: Column, change: impl FnOnce(&mut Vec<Uuid>)) {
        let Some(at) = self.find_page(page) else {
            return;
        };
        let page = self.page_mut(at);
        let mut ids = related(page.cell(column));
        change(&mut ids);
        let cell = (!ids.is_empty()).then(|| Cell::Pages(ids.into()));
        page.put((column, cell));
        self.webhooks.note(News::Written(at, column));
    }
}

fn related(cell: Option<&Cell>) -> Vec<Uuid> {
    match cell {
        Some(Cell::Pages(pages)) => pages.to_vec(),
        _ => Vec::new(),
    }
}

/// How many blocks a new page begins with.
fn children(body: &Map<String, Value>) -> Result<u64, Refusal> {
    let Some(given) = body.get("children") else {
        return Ok(0);
    };
    let children = given
        .as_array()
        .ok_or_else(|| Refusal::expected("children", "an array", given))?;
    if children.len() > MOST_CHILDREN {
        return Err(Refusal::too_many("children", MOST_CHILDREN, children.len()));
    }
    Ok(children.len() as u64)
}

/// Icon and cover, as they are told or as they were.
fn looks(body: &Map<String, Value>, before: Option<Box<Looks>>) -> Option<Box<Looks>> {
    if !body.contains_key("icon") && !body.contains_key("cover") {
        return before;
    }
    let mut looks = before.unwrap_or_default();
    if let Some(icon) = body.get("icon") {
        looks.icon = icon.clone();
    }
    if let Some(cover) = body.get("cover") {
        looks.cover = cover.clone();
    }
    Some(looks)
}
