//! How connections are shown and made.

use poem_openapi::types::Password;
use poem_openapi::{Enum, Object};

use crate::base::ConnectionId;
use crate::connections::{
    Account, AccountName, Connection, Endpoint, GrantView, Kind, ProviderError, Removal, Status,
    Test,
};
use crate::http::Moment;

/// A provider.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case")]
pub(super) enum Provider {
    /// Airtable.
    Airtable,
    /// Notion.
    Notion,
    /// Zapier: a catch hook, to which records are delivered.
    Zapier,
    /// Meta: the advertising of Facebook and Instagram, of which figures are read.
    Meta,
    /// Google: figures of Google Ads are read. It is connected by OAuth alone.
    Google,
}

/// Where a provider is called.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "ConnectionEndpoint", rename_all = "snake_case")]
pub(super) enum EndpointView {
    /// The vendor itself.
    Vendor,
    /// The sandbox on the appliance's machine.
    Sandbox,
}

/// Whether a connection can be used.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "ConnectionStatus", rename_all = "snake_case")]
pub(super) enum StatusView {
    /// Nobody has tried it with this token.
    Untested,
    /// It worked when it was tried last.
    Active,
    /// It did not work when it was tried last; that may pass.
    Failing,
    /// The provider does not accept the token: replace it, or connect anew.
    Reconnect,
}

/// A connection to an account at a provider.
#[derive(Object)]
#[oai(rename = "Connection", skip_serializing_if_is_none)]
pub(super) struct ConnectionView {
    /// The connection's id.
    id: ConnectionId,
    /// The provider.
    provider: Provider,
    /// What people call it.
    name: String,
    /// Where the provider is called.
    endpoint: EndpointView,
    /// Whether it can be used, as far as is known.
    status: StatusView,
    /// In which ways records can be removed there.
    removals: Vec<RemovalView>,
    /// Whose account it is; known once a test went well.
    account: Option<AccountView>,
    /// The first three characters of the token and its last four; of a hook the account and how it
    /// begins.
    token_hint: String,
    /// When the token ends, as the provider told at the last test; absent when it does not say.
    credential_ends_at: Option<Moment>,
    /// What was allowed by OAuth; absent when somebody pasted the token.
    oauth: Option<GrantedView>,
    /// When it was tested last.
    last_tested_at: Option<Moment>,
    /// When the provider accepted a call last, by a test or in a run that was carried through;
    /// looking at bases and tables is not counted.
    last_accepted_at: Option<Moment>,
    /// What the last trouble was; absent when the last call went well.
    last_problem: Option<String>,
    /// When it was made.
    created_at: Moment,
    /// Rises with every change, one of its status included; in quotes it is the `ETag`.
    version: u64,
}

/// What a person has allowed by OAuth.
#[derive(Object)]
#[oai(rename = "OAuthGrant", skip_serializing_if_is_none)]
pub(super) struct GrantedView {
    /// What was allowed, in the provider's words; empty when it does not say.
    scopes: Vec<String>,
    /// When the access token ends. It is renewed by itself before that, when it is used.
    expires_at: Option<Moment>,
    /// Until when it can be renewed. Every renewal moves this on, but at Google, which tells it where
    /// it ends what was allowed after a week.
    renewable_until: Option<Moment>,
}

/// How a record can be removed at a provider.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "Removal", rename_all = "snake_case")]
enum RemovalView {
    /// It lies where the provider can bring it back from.
    Archive,
    /// It is deleted.
    Delete,
}

/// An account at a provider.
#[derive(Object)]
#[oai(rename = "Account", skip_serializing_if_is_none)]
pub(super) struct AccountView {
    /// The provider's id of it.
    id: String,
    /// Its e-mail address, if the token may read it.
    email: Option<String>,
    /// What the token allows, if the provider says so.
    scopes: Option<Vec<String>>,
}

/// One part of the list of connections.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct ConnectionList {
    /// In the order in which they were made.
    pub(super) items: Vec<ConnectionView>,
    /// Where the next part begins; absent at the end.
    pub(super) next: Option<String>,
}

/// A connection to be made.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub(super) struct NewConnection {
    /// The provider.
    pub(super) provider: Provider,
    /// What people call it; none of the owner's other connections may be called so.
    #[oai(validator(max_length = 120))]
    pub(super) name: String,
    /// A personal access token of Airtable's, the secret of an integration of Notion's, the address
    /// of a catch hook of Zapier's, or a long-lived access token of Meta's. Google gives none: begin
    /// an authorization instead. It is sealed, and never shown again.
    #[oai(validator(max_length = 1000))]
    pub(super) token: Password,
    /// Where the provider is called.
    pub(super) endpoint: EndpointView,
}

/// What is to be changed.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub(super) struct ConnectionChange {
    /// What people call it.
    #[oai(validator(max_length = 120))]
    pub(super) name: String,
}

/// Another credential.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub(super) struct NewCredential {
    /// The token that takes the old one's place.
    #[oai(validator(max_length = 1000))]
    pub(super) token: Password,
}

/// What a test of a connection brought.
#[derive(Object)]
#[oai(rename = "ConnectionTest", skip_serializing_if_is_none)]
pub(super) struct TestView {
    /// Whether the provider accepts the token.
    ok: bool,
    /// Whose account it is.
    account: Option<AccountView>,
    /// How long the provider took, in milliseconds.
    latency_ms: u64,
    /// What went wrong.
    problem: Option<String>,
}

impl From<Provider> for Kind {
    fn from(provider: Provider) -> Self {
        match provider {
            Provider::Airtable => Self::Airtable,
            Provider::Notion => Self::Notion,
            Provider::Zapier => Self::Zapier,
            Provider::Meta => Self::Meta,
            Provider::Google => Self::Google,
        }
    }
}

impl From<EndpointView> for Endpoint {
    fn from(endpoint: EndpointView) -> Self {
        match endpoint {
            EndpointView::Vendor => Self::Vendor,
            EndpointView::Sandbox => Self::Sandbox,
        }
    }
}

impl From<Kind> for Provider {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Airtable => Self::Airtable,
            Kind::Notion => Self::Notion,
            Kind::Zapier => Self::Zapier,
            Kind::Meta => Self::Meta,
            Kind::Google => Self::Google,
        }
    }
}

impl From<Endpoint> for EndpointView {
    fn from(endpoint: Endpoint) -> Self {
        match endpoint {
            Endpoint::Vendor => Self::Vendor,
            Endpoint::Sandbox => Self::Sandbox,
        }
    }
}

impl From<GrantView> for GrantedView {
    fn from(grant: GrantView) -> Self {
        Self {
            scopes: grant.scopes,
            expires_at: grant.ends_at.map(Moment),
            renewable_until: grant.renewable_until.map(Moment),
        }
    }
}

impl From<&Connection> for ConnectionView {
    fn from(connection: &Connection) -> Self {
        let health = connection.health();
        Self {
            id: connection.id(),
            provider: connection.provider().into(),
            name: connection.name().to_owned(),
            endpoint: connection.endpoint().into(),
            status: health.status.into(),
            removals: connection
                .provider()
                .removals()
                .iter()
                .map(|removal| match removal {
                    Removal::Archive => RemovalView::Archive,
                    Removal::Delete => RemovalView::Delete,
                })
                .collect(),
            account: health.account.clone().map(AccountView::from),
            token_hint: connection.token_hint().to_owned(),
            credential_ends_at: health.credential_ends_at.map(Moment),
            oauth: connection.grant().map(GrantedView::from),
            last_tested_at: health.last_tested_at.map(Moment),
            last_accepted_at: health.last_accepted_at.map(Moment),
            last_problem: health.last_problem.clone(),
            created_at: connection.created_at().into(),
            version: connection.version().0,
        }
    }
}

impl From<Status> for StatusView {
    fn from(status: Status) -> Self {
        match status {
            Status::Untested => Self::Untested,
            Status::Active => Self::Active,
            Status::Failing => Self::Failing,
            Status::Reconnect => Self::Reconnect,
        }
    }
}

impl From<AccountName> for AccountView {
    fn from(account: AccountName) -> Self {
        Self {
            id: account.id,
            email: account.email,
            scopes: None,
        }
    }
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        Self {
            id: account.id,
            email: account.email,
            scopes: account.scopes,
        }
    }
}

impl From<Test> for TestView {
    fn from(test: Test) -> Self {
        Self {
            ok: test.outcome.is_ok(),
            problem: test.outcome.as_ref().err().map(ProviderError::sentence),
            account: test.outcome.ok().map(AccountView::from),
            latency_ms: u64::try_from(test.took.as_millis()).unwrap_or(u64::MAX),
        }
    }
}
