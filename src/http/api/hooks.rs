//! Addresses that are told what becomes of a dataset's records.

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};

use super::{Done, Made, Tag};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{DatasetId, HookId, Secret};
use crate::datasets::Deed;
use crate::hooks::{DeadLetter, Hook, Hooks, New, Opened, State};
use crate::http::page::Pages;
use crate::http::{ApiError, Caller, Moment};

/// Waiting news is counted no further.
const MOST_WAITING: usize = 1_000;

pub(super) struct Resource {
    hooks: Hooks,
    pages: Pages,
}

/// What becomes of a record.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "HookEvent", rename_all = "snake_case")]
enum DeedView {
    /// It is new.
    Created,
    /// Its values have changed.
    Changed,
    /// It is gone.
    Deleted,
}

/// How a hook stands.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "HookState", rename_all = "snake_case")]
enum StateView {
    /// It is told everything.
    Active,
    /// It takes nothing now, and is tried again.
    Failing,
    /// It has failed for three days or fallen too far behind, and is told nothing any more.
    /// Subscribing again starts it anew.
    Stopped,
}

/// An address that is told what becomes of a dataset's records; the address itself is shown to
/// nobody.
#[derive(Object)]
#[oai(rename = "Hook", skip_serializing_if_is_none)]
struct HookView {
    /// The hook's id, as in the audit log.
    id: HookId,
    /// What its maker calls it; absent when they call it nothing.
    name: Option<String>,
    /// The dataset that it is told of.
    dataset_id: DatasetId,
    /// What it is told of.
    event: DeedView,
    /// The host of its address.
    host: String,
    /// How it stands.
    state: StateView,
    /// When it was made.
    created_at: Moment,
    /// How much it took.
    delivered: u64,
    /// When it took something last; absent while it did not.
    delivered_at: Option<Moment>,
    /// How much waits to be told to it, counted up to 1,000; with what it refused and is sent
    /// again.
    waiting: u64,
    /// How many dead letters it has: what it refused each time, and is not sent any more.
    dead_letters: u64,
    /// Since when it takes nothing; absent while it does.
    failing_since: Option<Moment>,
    /// What came of the last try; absent while it takes what it is sent.
    reason: Option<String>,
    /// When it is tried again; absent while it takes what it is sent, and when it is stopped.
    next_try_at: Option<Moment>,
    /// Since when it is told nothing any more.
    stopped_at: Option<Moment>,
}

/// A delivery that a hook refused each time, and that is not sent any more.
#[derive(Object)]
#[oai(rename = "HookDeadLetter")]
struct LetterView {
    /// The record's key.
    key: String,
    /// The id of the delivery, the same however often it is sent.
    delivery_id: String,
    /// What the hook answered the last time.
    reason: String,
    /// How often it was sent.
    attempts: u32,
    /// When it was refused first.
    first_at: Moment,
    /// When it was refused last.
    last_at: Moment,
}

/// One part of a hook's dead letters.
#[derive(Object)]
#[oai(rename = "HookDeadLetterList", skip_serializing_if_is_none)]
struct LetterList {
    /// In the order in which they were given up.
    items: Vec<LetterView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// One part of the hooks.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct HookList {
    /// In the order in which they were made.
    items: Vec<HookView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// An address that wants to be told.
#[derive(Object)]
#[oai(rename = "NewHook", deny_unknown_fields)]
struct NewView {
    /// The dataset that it is told of; one of one's own.
    dataset_id: DatasetId,
    /// What it is told of.
    event: DeedView,
    /// Where it is told by `POST`: an `https` address of the public internet.
    #[oai(validator(max_length = 2000))]
    url: String,
    /// What to call it, such as the name of a Zap: 120 characters at most.
    #[oai(validator(max_length = 200), default)]
    name: String,
}

/// A hook that was made just now.
#[derive(Object)]
#[oai(rename = "MadeHook")]
struct MadeView {
    /// The hook's id, by which it is removed.
    id: HookId,
    /// What deliveries are signed with (Standard Webhooks, `whsec_`); shown this once.
    #[oai(validator(max_length = 64))]
    signing_key: String,
    /// The hook.
    hook: HookView,
}

#[OpenApi(tag = "Tag::Datasets")]
impl Resource {
    /// Lists one's own hooks, and how each stands.
    #[oai(path = "/hooks", method = "get", operation_id = "listHooks")]
    async fn list(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<HookList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let part = (page.limit, page.after.as_ref());
        let (hooks, next) = self.hooks.list(&scope, part, &by)?;
        let items = hooks.iter().map(HookView::of).collect::<Result<_, _>>()?;
        Ok(Json(HookList {
            items,
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Has an address told of every event of a dataset's records from now on.
    ///
    /// Each is sent by `POST` as one JSON object, signed, one after the other, at least once and
    /// under an id that stays the same. One that is refused (4xx) waits by itself while others go
    /// on, and is a dead letter after 20 tries. An address that is told of it already keeps its id and what
    /// waits for it, gets another signing key, and is started anew if it was stopped. An answer of
    /// 410 to a delivery removes the hook.
    #[oai(path = "/hooks", method = "post", operation_id = "subscribeHook")]
    async fn subscribe(
        &self,
        #[oai(scope = "Permission::DatasetShare")] caller: Caller,
        body: Json<NewView>,
    ) -> Result<Made<MadeView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let new = New {
            name: body.0.name,
            dataset: body.0.dataset_id,
            deed: body.0.event.into(),
            address: Secret::new(body.0.url),
        };
        let opened = self.hooks.subscribe(&scope, new, &by).await?;
        Ok(Made::Made(Json(MadeView::of(&opened)?)))
    }

    /// Removes a hook: its address is told nothing any more, nor what waits for it.
    #[oai(
        path = "/hooks/:id",
        method = "delete",
        operation_id = "unsubscribeHook"
    )]
    async fn unsubscribe(
        &self,
        #[oai(scope = "Permission::DatasetShare")] caller: Caller,
        id: Path<HookId>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        self.hooks.open(&scope, id.0)?.remove(&by).await?;
        Ok(Done::Done)
    }

    /// Lists a hook's dead letters.
    ///
    /// They are deliveries that it refused each of 20 times. Each disappears when more becomes of
    /// its record and is taken. A hook keeps the newest 1,000 of them.
    #[oai(
        path = "/hooks/:id/dead-letters",
        method = "get",
        operation_id = "listHookDeadLetters"
    )]
    async fn dead_letters(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<HookId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<LetterList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let hook = self.hooks.open(&scope, id.0)?;
        let part = (page.limit, page.after.as_ref());
        let (letters, next) = hook.dead_letters(part, &by)?;
        Ok(Json(LetterList {
            items: letters.into_iter().map(LetterView::from).collect(),
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Discards all dead letters of a hook: what they tell of is told no more.
    #[oai(
        path = "/hooks/:id/dead-letters",
        method = "delete",
        operation_id = "discardHookDeadLetters"
    )]
    async fn discard_all(
        &self,
        #[oai(scope = "Permission::DatasetShare")] caller: Caller,
        id: Path<HookId>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        self.hooks.open(&scope, id.0)?.discard_all(&by).await?;
        Ok(Done::Done)
    }

    /// Discards one dead letter of a hook: what it tells of is told no more.
    #[oai(
        path = "/hooks/:id/dead-letters/:key",
        method = "delete",
        operation_id = "discardHookDeadLetter"
    )]
    async fn discard(
        &self,
        #[oai(scope = "Permission::DatasetShare")] caller: Caller,
        id: Path<HookId>,
        /// The record's key.
        key: Path<String>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        self.hooks.open(&scope, id.0)?.discard(&key.0, &by).await?;
        Ok(Done::Done)
    }

    /// Sends a dead letter of a hook again.
    ///
    /// It goes out at once, with the record as it is then and under its id, and is tried as often
    /// as what is new. Refused while the hook is stopped.
    #[oai(
        path = "/hooks/:id/dead-letters/:key/resend",
        method = "post",
        operation_id = "resendHookDeadLetter"
    )]
    async fn resend(
        &self,
        #[oai(scope = "Permission::DatasetShare")] caller: Caller,
        id: Path<HookId>,
        /// The record's key.
        key: Path<String>,
    ) -> Result<Json<LetterView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let hook = self.hooks.open(&scope, id.0)?;
        Ok(Json(hook.resend(&key.0, &by).await?.into()))
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        let hooks = app.hooks.clone();
        Self { hooks, pages }
    }
}

impl HookView {
    fn of(hook: &Hook) -> Result<Self, ApiError> {
        let trouble = hook.trouble();
        let state = hook.state();
        let name = hook.name();
        Ok(Self {
            id: hook.id(),
            name: (!name.is_empty()).then(|| name.to_owned()),
            dataset_id: hook.dataset(),
            event: hook.deed().into(),
            host: hook.host().to_owned(),
            state: state.into(),
            created_at: hook.created_at().into(),
            delivered: hook.delivered(),
            delivered_at: hook.delivered_at().map(Moment),
            waiting: hook.waiting(MOST_WAITING)? as u64,
            dead_letters: hook.count_dead_letters()? as u64,
            failing_since: trouble.map(|trouble| Moment(trouble.since)),
            reason: trouble.map(|trouble| trouble.told.clone()),
            next_try_at: trouble
                .filter(|_| state == State::Failing)
                .map(|trouble| Moment(trouble.next_at)),
            stopped_at: hook.stopped_at().map(Moment),
        })
    }
}

impl MadeView {
    fn of(opened: &Opened) -> Result<Self, ApiError> {
        Ok(Self {
            id: opened.hook.id(),
            signing_key: opened.signing_key.expose().to_owned(),
            hook: HookView::of(&opened.hook)?,
        })
    }
}

impl From<DeadLetter> for LetterView {
    fn from(letter: DeadLetter) -> Self {
        Self {
            key: letter.key,
            delivery_id: letter.id,
            reason: letter.reason,
            attempts: letter.attempts,
            first_at: letter.first_at.into(),
            last_at: letter.last_at.into(),
        }
    }
}

impl From<Deed> for DeedView {
    fn from(deed: Deed) -> Self {
        match deed {
            Deed::Created => Self::Created,
            Deed::Changed => Self::Changed,
            Deed::Deleted => Self::Deleted,
        }
    }
}

impl From<DeedView> for Deed {
    fn from(deed: DeedView) -> Self {
        match deed {
            DeedView::Created => Self::Created,
            DeedView::Changed => Self::Changed,
            DeedView::Deleted => Self::Deleted,
        }
    }
}

impl From<State> for StateView {
    fn from(state: State) -> Self {
        match state {
            State::Active => Self::Active,
            State::Failing => Self::Failing,
            State::Stopped => Self::Stopped,
        }
    }
}
