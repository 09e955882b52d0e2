//! Notes on the days of a site.

use jiff::civil::Date;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::super::{Done, Made, Tag};
use crate::analytics::{Analytics, Item, Note};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{KeptId, SiteId};
use crate::datasets::Access;
use crate::http::page::Pages;
use crate::http::tag::{self, Tagged};
use crate::http::{ApiError, Caller, Moment};

/// What is to be known of some days when their figures are looked at.
#[derive(Object)]
#[oai(rename = "SiteNote")]
struct NoteView {
    /// The note's id.
    id: KeptId,
    /// What is to be known.
    text: String,
    /// The first of the days.
    from: String,
    /// The last of them; the same for one day.
    to: String,
    /// When it was made.
    created_at: Moment,
    /// When it was last changed.
    updated_at: Moment,
    /// Rises with every change; in quotes it is the `ETag`.
    version: u64,
}

/// One part of the notes of a site.
#[derive(Object)]
#[oai(rename = "SiteNoteList", skip_serializing_if_is_none)]
struct NoteList {
    /// In the order in which they were made.
    items: Vec<NoteView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// A note to be made.
#[derive(Object)]
#[oai(rename = "NewSiteNote", deny_unknown_fields)]
struct NewNote {
    /// What is to be known: 1 to 200 characters.
    #[oai(validator(max_length = 400))]
    text: String,
    /// The day, or the first of several, such as `2026-11-27`.
    #[oai(validator(max_length = 40))]
    from: String,
    /// The last of them, at most 366 days; the first without it.
    #[oai(validator(max_length = 40))]
    to: Option<String>,
}

/// What is to be changed; what is left away stays as it is.
#[derive(Object)]
#[oai(rename = "SiteNoteChange", deny_unknown_fields)]
struct NoteChange {
    /// Another text.
    #[oai(validator(max_length = 400))]
    text: Option<String>,
    /// Another first day.
    #[oai(validator(max_length = 40))]
    from: Option<String>,
    /// Another last day.
    #[oai(validator(max_length = 40))]
    to: Option<String>,
}

pub(in crate::http::api) struct Notes {
    sites: Analytics,
    pages: Pages,
}

#[OpenApi(tag = "Tag::Analytics")]
impl Notes {
    /// Lists the notes on the days of a site.
    #[oai(
        path = "/sites/:id/notes",
        method = "get",
        operation_id = "listSiteNotes"
    )]
    async fn list(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<NoteList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let part = (page.limit, page.after.as_ref());
        let (notes, next) = self.sites.open(&scope, id.0)?.list_kept(part, &by)?;
        Ok(Json(NoteList {
            items: notes.iter().map(NoteView::from).collect(),
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Makes a note on a day of a site, or on several.
    #[oai(
        path = "/sites/:id/notes",
        method = "post",
        operation_id = "createSiteNote"
    )]
    async fn create(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        body: Json<NewNote>,
    ) -> Result<Made<NoteView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let made = site.keep(body.0.read()?, &by).await?;
        Ok(Made::Made(Json(NoteView::from(&made))))
    }

    /// Shows a note.
    #[oai(
        path = "/sites/:id/notes/:note",
        method = "get",
        operation_id = "getSiteNote"
    )]
    async fn show(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        note: Path<KeptId>,
    ) -> Result<Tagged<Json<NoteView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let found = site.find_kept::<Note>(note.0)?;
        site.note_kept_read(&found, &by);
        Ok(tagged(&found))
    }

    /// Changes a note.
    #[oai(
        path = "/sites/:id/notes/:note",
        method = "patch",
        operation_id = "updateSiteNote"
    )]
    async fn update(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        note: Path<KeptId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<NoteChange>,
    ) -> Result<Tagged<Json<NoteView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let found = site.find_kept::<Note>(note.0)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), found.version().0)?;
        let next = body.0.applied(found.what())?;
        Ok(tagged(&site.change_kept(found, next, &by).await?))
    }

    /// Deletes a note.
    #[oai(
        path = "/sites/:id/notes/:note",
        method = "delete",
        operation_id = "deleteSiteNote"
    )]
    async fn delete(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        note: Path<KeptId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let found = site.find_kept::<Note>(note.0)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), found.version().0)?;
        site.drop_kept(&found, &by).await?;
        Ok(Done::Done)
    }
}

impl Notes {
    pub(in crate::http::api) fn new(app: &App, pages: Pages) -> Self {
        let sites = app.analytics.clone();
        Self { sites, pages }
    }
}

fn tagged(item: &Item<Note>) -> Tagged<Json<NoteView>> {
    Tagged::at(item.version().0, Json(NoteView::from(item)))
}

impl From<&Item<Note>> for NoteView {
    fn from(item: &Item<Note>) -> Self {
        let note = item.what();
        Self {
            id: item.id(),
            text: note.text.clone(),
            from: note.from.to_string(),
            to: note.to.to_string(),
            created_at: item.created_at().into(),
            updated_at: item.updated_at().into(),
            version: item.version().0,
        }
    }
}

impl NewNote {
    fn read(self) -> Result<Note, ApiError> {
        let from = day("from", &self.from)?;
        let to = self.to.map(|to| day("to", &to)).transpose()?;
        Ok(Note {
            text: self.text,
            from,
            to: to.unwrap_or(from),
        })
    }
}

impl NoteChange {
    fn applied(self, now: &Note) -> Result<Note, ApiError> {
        let from = self.from.map(|from| day("from", &from)).transpose()?;
        let to = self.to.map(|to| day("to", &to)).transpose()?;
        Ok(Note {
            text: self.text.unwrap_or_else(|| now.text.clone()),
            from: from.unwrap_or(now.from),
            to: to.unwrap_or(now.to),
        })
    }
}

/// A day; one day has one spelling.
fn day(member: &str, given: &str) -> Result<Date, ApiError> {
    let day = given.parse::<Date>().ok();
    let day = day.filter(|day| day.to_string() == given);
    day.ok_or_else(|| ApiError::invalid(member, "it is no day; one is written 2026-11-27"))
}
