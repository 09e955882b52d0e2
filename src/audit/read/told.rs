//! Reads what a line tells, as far as it can be asked for.

use std::borrow::Cow;

use serde::Deserialize;

use super::filter::Filter;

/// A line's members that a filter may ask for; a line that lacks some has them empty.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Told<'a> {
    status_id: u8,
    #[serde(borrow)]
    message: Cow<'a, str>,
    #[serde(borrow)]
    status_code: Cow<'a, str>,
    #[serde(borrow)]
    status_detail: Cow<'a, str>,
    #[serde(borrow)]
    comment: Cow<'a, str>,
    #[serde(borrow)]
    actor: Doer<'a>,
    #[serde(borrow)]
    user: Named<'a>,
    #[serde(borrow)]
    entity: Named<'a>,
    #[serde(borrow)]
    resources: Vec<Named<'a>>,
    #[serde(borrow)]
    src_endpoint: Place<'a>,
    #[serde(borrow)]
    metadata: Metadata<'a>,
    #[serde(borrow)]
    unmapped: Unmapped<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Doer<'a> {
    #[serde(borrow)]
    user: Named<'a>,
    #[serde(borrow)]
    session: Named<'a>,
    #[serde(borrow)]
    app_name: Cow<'a, str>,
    #[serde(borrow)]
    app_uid: Cow<'a, str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Named<'a> {
    #[serde(borrow)]
    uid: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    credential_uid: Cow<'a, str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Place<'a> {
    #[serde(borrow)]
    ip: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Metadata<'a> {
    #[serde(borrow)]
    event_code: Cow<'a, str>,
    #[serde(borrow)]
    labels: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    correlation_uid: Cow<'a, str>,
}

/// What the line's class has no place for.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Unmapped<'a> {
    #[serde(borrow)]
    actor: Doer<'a>,
    #[serde(borrow)]
    src_endpoint: Place<'a>,
    #[serde(borrow)]
    user: Named<'a>,
    #[serde(borrow)]
    on_behalf_of: Named<'a>,
    #[serde(borrow)]
    resources: Vec<Named<'a>>,
    #[serde(borrow)]
    comment: Cow<'a, str>,
}

impl<'a> Told<'a> {
    /// `None` when the line is not JSON as the log writes it.
    pub(super) fn read(line: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }

    /// Whether it is all that `filter` asks but for its time, its number and its words.
    pub(super) fn fits(&self, filter: &Filter) -> bool {
        let asked = |wanted: Option<&str>, fits: &dyn Fn(&str) -> bool| wanted.is_none_or(fits);
        let codes = &filter.codes;
        (codes.is_empty() || codes.iter().any(|one| one.takes(&self.metadata.event_code)))
            && filter
                .outcome
                .is_none_or(|outcome| outcome.status() == self.status_id)
            && asked(filter.actor.as_deref(), &|actor| self.is_by(actor))
            && self.is_about(filter.object.as_deref(), filter.object_type.as_deref())
            && filter
                .request
                .is_none_or(|request| request.to_string() == *self.metadata.correlation_uid)
            && filter.address.is_none_or(|address| {
                let address = address.to_canonical().to_string();
                let places = [&self.src_endpoint, &self.unmapped.src_endpoint];
                places.iter().any(|place| *place.ip == *address)
            })
    }

    fn is_by(&self, actor: &str) -> bool {
        let doers = [&self.actor, &self.unmapped.actor];
        let behind = &self.unmapped.on_behalf_of;
        doers.iter().any(|doer| {
            let ids = [&doer.session.uid, &doer.app_uid, &doer.user.credential_uid];
            doer.user.is_called(actor) || ids.iter().any(|id| **id == *actor)
        }) || behind.is_called(actor)
    }

    fn is_about(&self, id: Option<&str>, kind: Option<&str>) -> bool {
        if id.is_none() && kind.is_none() {
            return true;
        }
        let is_kind = |thing: &Named<'_>, usual: &str| {
            let own = if thing.kind.is_empty() {
                usual
            } else {
                &*thing.kind
            };
            kind.is_none_or(|kind| kind == own) && thing.is_there()
        };
        let fits = |thing: &Named<'_>, usual: &str| {
            id.is_none_or(|id| *thing.uid == *id) && is_kind(thing, usual)
        };
        let users = [&self.user, &self.unmapped.user];
        self.things().any(|thing| fits(thing, "")) || users.iter().any(|user| fits(user, "user"))
    }

    fn things(&self) -> impl Iterator<Item = &Named<'a>> {
        let more = self.resources.iter().chain(&self.unmapped.resources);
        std::iter::once(&self.entity).chain(more)
    }

    /// Whether each of `words`, in small letters, stands in what the line tells people.
    pub(super) fn has_words(&self, words: &[String]) -> bool {
        if words.is_empty() {
            return true;
        }
        let mut text = String::with_capacity(256);
        let doers = [&self.actor, &self.unmapped.actor];
        let doers = doers
            .iter()
            .flat_map(|doer| [&doer.user.name, &doer.app_name]);
        let users = [&self.user, &self.unmapped.user, &self.unmapped.on_behalf_of];
        let named = self.things().chain(users);
        let named = named.flat_map(|named| [&named.kind, &named.name]);
        let places = [&self.src_endpoint, &self.unmapped.src_endpoint];
        let places = places.iter().flat_map(|place| [&place.ip, &place.name]);
        let own = [
            &self.message,
            &self.status_code,
            &self.status_detail,
            &self.comment,
            &self.unmapped.comment,
            &self.metadata.event_code,
        ];
        let all = own.into_iter().chain(&self.metadata.labels);
        for part in all.chain(doers).chain(named).chain(places) {
            text.push_str(part);
            text.push('\n');
        }
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    }
}

impl Named<'_> {
    fn is_there(&self) -> bool {
        !self.uid.is_empty() || !self.name.is_empty()
    }

    /// Whether this is the id, or in any case of letters the name.
    fn is_called(&self, wanted: &str) -> bool {
        self.is_there() && (*self.uid == *wanted || self.name.eq_ignore_ascii_case(wanted))
    }
}
