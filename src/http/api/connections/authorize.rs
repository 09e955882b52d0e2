//! Connections by OAuth: the way to a provider and back.

use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Password;
use poem_openapi::{Object, OpenApi};

use super::view::{ConnectionView, EndpointView, Provider};
use crate::app::App;
use crate::auth::Permission;
use crate::base::ConnectionId;
use crate::connections::{Begin, Begun, Connections, Finish, Offer, Returned};
use crate::http::api::session::secret;
use crate::http::api::{Made, Tag};
use crate::http::{ApiError, Caller, Moment};

pub(crate) struct Authorizations {
    connections: Connections,
}

/// Where connections can be made by OAuth.
#[derive(Object)]
#[oai(rename = "AuthorizationOfferList")]
struct OfferList {
    /// One for each provider and endpoint.
    items: Vec<OfferView>,
}

/// A place where connections can be made by OAuth.
#[derive(Object)]
#[oai(rename = "AuthorizationOffer")]
struct OfferView {
    /// The provider.
    provider: Provider,
    /// Where it is called.
    endpoint: EndpointView,
    /// Whether the appliance is registered there, so that it can be done.
    ready: bool,
    /// The address to register there: people are sent back to it.
    redirect_uri: String,
}

/// An authorization to begin: for a new connection, or for one that is there.
#[derive(Object)]
#[oai(deny_unknown_fields, example, skip_serializing_if_is_none)]
struct NewAuthorization {
    /// The connection that is to get another credential. Without it a new one is made.
    connection_id: Option<ConnectionId>,
    /// The provider of a new connection.
    provider: Option<Provider>,
    /// Where the provider of a new connection is called.
    endpoint: Option<EndpointView>,
    /// What people call the new connection.
    #[oai(validator(max_length = 120))]
    name: Option<String>,
}

/// An authorization that was begun.
#[derive(Object)]
#[oai(rename = "Authorization")]
struct AuthorizationView {
    /// The provider's page to open in the browser that began it. It is good once.
    address: String,
    /// Until when the person has to be back.
    expires_at: Moment,
}

/// What a person came back with: a code or an error.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct Return {
    /// The parameter `state` of the address that they came back to.
    #[oai(validator(max_length = 1024))]
    state: Password,
    /// The parameter `code`.
    #[oai(validator(max_length = 4096))]
    code: Option<Password>,
    /// The parameter `error`.
    #[oai(validator(max_length = 256))]
    error: Option<String>,
}

#[OpenApi(tag = "Tag::Connections")]
impl Authorizations {
    /// Lists where connections can be made by OAuth.
    #[oai(
        path = "/connections/authorizations",
        method = "get",
        operation_id = "listAuthorizationOffers"
    )]
    async fn offers(
        &self,
        #[oai(scope = "Permission::ConnectionRead")] caller: Caller,
    ) -> Result<Json<OfferList>, ApiError> {
        caller.owner()?;
        let items = self.connections.offers().into_iter().map(OfferView::from);
        Ok(Json(OfferList {
            items: items.collect(),
        }))
    }

    /// Begins to connect an account by OAuth.
    ///
    /// Open the address in the browser. The provider asks the person there, and sends them back to
    /// a page of the appliance, which finishes it. It is bound to the session that began it, and
    /// must be finished within ten minutes.
    #[oai(
        path = "/connections/authorizations",
        method = "post",
        operation_id = "beginAuthorization"
    )]
    async fn begin(
        &self,
        #[oai(scope = "Permission::ConnectionWrite")] caller: Caller,
        body: Json<NewAuthorization>,
    ) -> Result<Made<AuthorizationView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let begun = self.connections.begin(&scope, body.0.read()?, &by)?;
        Ok(Made::Made(Json(begun.into())))
    }

    /// Finishes to connect an account by OAuth.
    ///
    /// For the page that people are sent back to. A state is good once, whatever comes of it. The
    /// provider is asked for the tokens, which are sealed at once, and then whose account it is.
    #[oai(
        path = "/connections/authorizations/:provider/complete",
        method = "post",
        operation_id = "completeAuthorization"
    )]
    async fn complete(
        &self,
        #[oai(scope = "Permission::ConnectionWrite")] caller: Caller,
        /// The provider whose address the person came back to.
        provider: Path<String>,
        body: Json<Return>,
    ) -> Result<Json<ConnectionView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let known = provider.0.parse();
        let finish = Finish {
            provider: known.map_err(|_unknown| ApiError::not_found("provider"))?,
            state: secret(body.0.state),
            returned: match (body.0.code, body.0.error) {
                (Some(code), None) => Returned::Code(secret(code)),
                (None, Some(error)) => Returned::Error(error),
                _ => return Err(ApiError::invalid("code", "send either a code or an error")),
            },
        };
        let connection = self.connections.complete(&scope, finish, &by).await?;
        Ok(Json((&connection).into()))
    }
}

impl Authorizations {
    pub(crate) fn new(app: &App) -> Self {
        let connections = app.connections.clone();
        Self { connections }
    }
}

impl NewAuthorization {
    fn read(self) -> Result<Begin, ApiError> {
        let news = (self.provider, self.endpoint, self.name);
        match (self.connection_id, news) {
            (Some(id), (None, None, None)) => Ok(Begin::Reconnect(id)),
            (None, (Some(provider), Some(endpoint), Some(name))) => Ok(Begin::Create {
                provider: provider.into(),
                endpoint: endpoint.into(),
                name,
            }),
            _ => {
                let told = "send connection_id alone, or provider, endpoint and name";
                Err(ApiError::invalid("connection_id", told))
            }
        }
    }
}

impl poem_openapi::types::Example for NewAuthorization {
    fn example() -> Self {
        Self {
            connection_id: None,
            provider: Some(Provider::Airtable),
            endpoint: Some(EndpointView::Vendor),
            name: Some("Marketing's Airtable".to_owned()),
        }
    }
}

impl From<Offer> for OfferView {
    fn from(offer: Offer) -> Self {
        Self {
            provider: offer.provider.into(),
            endpoint: offer.endpoint.into(),
            ready: offer.ready,
            redirect_uri: offer.redirect_uri,
        }
    }
}

impl From<Begun> for AuthorizationView {
    fn from(begun: Begun) -> Self {
        Self {
            address: begun.address.into(),
            expires_at: begun.ends_at.into(),
        }
    }
}
