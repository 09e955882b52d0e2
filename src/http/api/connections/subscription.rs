//! Subscriptions: how a provider is had to tell of changes by hand.

use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object, OpenApi};

use crate::app::App;
use crate::auth::Permission;
use crate::base::ConnectionId;
use crate::connections::{Connections, Drawn, Step, SubscriptionView as Subscribed};
use crate::http::api::{Done, Made, Tag};
use crate::http::{ApiError, Caller, Moment};

pub(crate) struct Subscriptions {
    connections: Connections,
}

/// How far a subscription has come.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "SubscriptionState", rename_all = "snake_case")]
enum StateView {
    /// There is nothing to be set up by hand: the provider is asked by itself, or tells of nothing.
    NotByHand,
    /// Nobody has begun: there is no address.
    None,
    /// The provider is to send its verification token to the address.
    Waiting,
    /// No token came in time: draw another address.
    Expired,
    /// The token has come, and is to be pasted at the provider.
    Verifying,
    /// The provider tells of changes: something came that it has signed.
    Active,
}

/// How a provider is had to tell of changes that is set up by hand.
#[derive(Object)]
#[oai(rename = "Subscription", example, skip_serializing_if_is_none)]
struct SubscriptionView {
    /// How far it has come.
    state: StateView,
    /// How the secret part of the address begins.
    hint: Option<String>,
    /// When the address was drawn.
    drawn_at: Option<Moment>,
    /// Until when the address waits for the token; the first one that comes is taken.
    waits_until: Option<Moment>,
    /// When the token came.
    token_came_at: Option<Moment>,
    /// Whether the token can be shown: once, while it is still to be pasted. Having the provider
    /// send the token again has it shown again.
    token_ready: bool,
    /// When the first event came that the provider has signed.
    active_since: Option<Moment>,
    /// When the last one came, to the minute.
    last_event_at: Option<Moment>,
    /// When something came last that was refused, to the minute: not signed with the token that
    /// came here.
    last_refused_at: Option<Moment>,
}

/// An address that was drawn just now.
#[derive(Object)]
#[oai(rename = "DrawnSubscription", example)]
struct DrawnView {
    /// What to give the provider as the URL of a webhook; shown this once.
    #[oai(validator(max_length = 2048))]
    address: String,
    /// The subscription.
    subscription: SubscriptionView,
}

/// What a provider has sent to prove an address.
#[derive(Object)]
#[oai(rename = "VerificationToken", example)]
struct TokenView {
    /// What to paste at the provider; shown this once. The provider signs with it from then on.
    #[oai(validator(max_length = 500))]
    verification_token: String,
}

#[OpenApi(tag = "Tag::Connections")]
impl Subscriptions {
    /// Shows how a connection's provider is had to tell of changes by hand.
    ///
    /// Of the providers Notion is one whose webhooks a person makes in the settings of the
    /// integration; Airtable is asked by itself.
    #[oai(
        path = "/connections/:id/subscription",
        method = "get",
        operation_id = "getConnectionSubscription"
    )]
    async fn get(
        &self,
        #[oai(scope = "Permission::ConnectionRead")] caller: Caller,
        id: Path<ConnectionId>,
    ) -> Result<Json<SubscriptionView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let connection = self.connections.open(&scope, id.0)?;
        let subscription = connection.subscription(&by)?;
        let begun = subscription.map(SubscriptionView::from);
        let state = if connection.is_told_by_hand() {
            StateView::None
        } else {
            StateView::NotByHand
        };
        Ok(Json(begun.unwrap_or_else(|| not_begun(state))))
    }

    /// Draws an address for a provider to tell of changes.
    ///
    /// It waits an hour for the provider's verification token. The address before it, if there is
    /// one, leads nowhere at once, and its token is forgotten. The address is in this answer and
    /// nowhere else.
    #[oai(
        path = "/connections/:id/subscription",
        method = "post",
        operation_id = "drawConnectionSubscription"
    )]
    async fn draw(
        &self,
        #[oai(scope = "Permission::ConnectionWrite")] caller: Caller,
        id: Path<ConnectionId>,
    ) -> Result<Made<DrawnView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let connection = self.connections.open(&scope, id.0)?;
        let drawn = connection.subscribe(&by).await?;
        Ok(Made::Made(Json(drawn.into())))
    }

    /// Shows the verification token that a provider has sent, once.
    ///
    /// Refused with `conflict` while none came, once it was shown, and once the provider has signed
    /// something with it.
    #[oai(
        path = "/connections/:id/subscription/token",
        method = "post",
        operation_id = "showSubscriptionToken"
    )]
    async fn token(
        &self,
        #[oai(scope = "Permission::ConnectionWrite")] caller: Caller,
        id: Path<ConnectionId>,
    ) -> Result<Json<TokenView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let connection = self.connections.open(&scope, id.0)?;
        let token = connection.show_token(&by).await?;
        let verification_token = token.expose().to_owned();
        Ok(Json(TokenView { verification_token }))
    }

    /// Ends a subscription: its address leads nowhere any more.
    ///
    /// At the provider it is ended by hand.
    #[oai(
        path = "/connections/:id/subscription",
        method = "delete",
        operation_id = "endConnectionSubscription"
    )]
    async fn end(
        &self,
        #[oai(scope = "Permission::ConnectionWrite")] caller: Caller,
        id: Path<ConnectionId>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let connection = self.connections.open(&scope, id.0)?;
        connection.unsubscribe(&by).await?;
        Ok(Done::Done)
    }
}

impl Subscriptions {
    pub(crate) fn new(app: &App) -> Self {
        let connections = app.connections.clone();
        Self { connections }
    }
}

/// What is shown while nobody has begun.
fn not_begun(state: StateView) -> SubscriptionView {
    SubscriptionView {
        state,
        hint: None,
        drawn_at: None,
        waits_until: None,
        token_came_at: None,
        token_ready: false,
        active_since: None,
        last_event_at: None,
        last_refused_at: None,
    }
}

impl From<Subscribed> for SubscriptionView {
    fn from(subscribed: Subscribed) -> Self {
        let step = subscribed.step;
        Self {
            state: match step {
                Step::Waiting => StateView::Waiting,
                Step::Expired => StateView::Expired,
                Step::Verifying => StateView::Verifying,
                Step::Active => StateView::Active,
            },
            hint: Some(subscribed.hint),
            drawn_at: Some(subscribed.drawn_at.into()),
            waits_until: (step == Step::Waiting).then_some(Moment(subscribed.waits_until)),
            token_came_at: subscribed.token_came_at.map(Moment),
            token_ready: step == Step::Verifying && !subscribed.is_token_shown,
            active_since: subscribed.active_since.map(Moment),
            last_event_at: subscribed.last_event_at.map(Moment),
            last_refused_at: subscribed.last_refused_at.map(Moment),
        }
    }
}

impl From<Drawn> for DrawnView {
    fn from(drawn: Drawn) -> Self {
        Self {
            address: drawn.address.expose().to_owned(),
            subscription: drawn.view.into(),
        }
    }
}

impl Example for SubscriptionView {
    fn example() -> Self {
        let moment =
            |minute: i64| Moment(jiff::Timestamp::constant(1_795_773_600 + 60 * minute, 0));
        Self {
            state: StateView::Active,
            hint: Some("4f1c…".to_owned()),
            drawn_at: Some(moment(0)),
            waits_until: None,
            token_came_at: Some(moment(1)),
            token_ready: false,
            active_since: Some(moment(3)),
            last_event_at: Some(moment(47)),
            last_refused_at: None,
        }
    }
}

impl Example for DrawnView {
    fn example() -> Self {
        Self {
            address: "https://weighbridge.example.org/pings/4f1c…".to_owned(),
            subscription: SubscriptionView {
                hint: Some("4f1c…".to_owned()),
                drawn_at: Some(Moment(jiff::Timestamp::constant(1_795_773_600, 0))),
                waits_until: Some(Moment(jiff::Timestamp::constant(1_795_777_200, 0))),
                ..not_begun(StateView::Waiting)
            },
        }
    }
}

impl Example for TokenView {
    fn example() -> Self {
        Self {
            verification_token: "secret_…".to_owned(),
        }
    }
}
