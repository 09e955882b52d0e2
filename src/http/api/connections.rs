//! Accounts at providers.

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::Password;
use poem_openapi::{Enum, Object, OpenApi};

use super::session::secret;
use super::{DependentList, Done, Made, Tag};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{ConnectionId, chain};
use crate::connections::{
    Account, AccountName, Base, Connection, Connections, Endpoint, Kind, New, RemoteField,
    RemoteTable, Status, Test,
};
use crate::http::page::Pages;
use crate::http::{ApiError, Caller, Moment};

pub(super) struct Resource {
    connections: Connections,
    pages: Pages,
}

/// A provider.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case")]
enum Provider {
    /// Airtable.
    Airtable,
}

/// Where a provider is called.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "ConnectionEndpoint", rename_all = "snake_case")]
enum EndpointView {
    /// The vendor itself.
    Vendor,
    /// The sandbox on the appliance's machine.
    Sandbox,
}

/// Whether a connection can be used.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "ConnectionStatus", rename_all = "snake_case")]
enum StatusView {
    /// Nobody has tried it with this token.
    Untested,
    /// It worked when it was tried last.
    Active,
    /// It did not work when it was tried last; that may pass.
    Failing,
    /// The provider does not accept the token: replace it.
    Reconnect,
}

/// A connection to an account at a provider.
#[derive(Object)]
#[oai(rename = "Connection", skip_serializing_if_is_none)]
struct ConnectionView {
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
    /// Whose account it is; known once a test went well.
    account: Option<AccountView>,
    /// The first three characters of the token and its last four.
    token_hint: String,
    /// When it was tested last.
    last_tested_at: Option<Moment>,
    /// What the last trouble was; absent when the last call went well.
    last_problem: Option<String>,
    /// When it was made.
    created_at: Moment,
}

/// An account at a provider.
#[derive(Object)]
#[oai(rename = "Account", skip_serializing_if_is_none)]
struct AccountView {
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
struct ConnectionList {
    /// In the order in which they were made.
    items: Vec<ConnectionView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// A connection to be made.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewConnection {
    /// The provider.
    provider: Provider,
    /// What people call it; none of the owner's other connections may be called so.
    #[oai(validator(max_length = 120))]
    name: String,
    /// A personal access token. It is sealed, and never shown again.
    #[oai(validator(max_length = 500))]
    token: Password,
    /// Where the provider is called.
    endpoint: EndpointView,
}

/// What is to be changed.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct ConnectionChange {
    /// What people call it.
    #[oai(validator(max_length = 120))]
    name: String,
}

/// Another credential.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewCredential {
    /// The token that takes the old one's place.
    #[oai(validator(max_length = 500))]
    token: Password,
}

/// What a test of a connection brought.
#[derive(Object)]
#[oai(rename = "ConnectionTest", skip_serializing_if_is_none)]
struct TestView {
    /// Whether the provider accepts the token.
    ok: bool,
    /// Whose account it is.
    account: Option<AccountView>,
    /// How long the provider took, in milliseconds.
    latency_ms: u64,
    /// What went wrong.
    problem: Option<String>,
}

/// The bases that an account may see.
#[derive(Object)]
struct BaseList {
    /// In the provider's order.
    items: Vec<BaseView>,
}

/// A base: it holds tables.
#[derive(Object)]
#[oai(rename = "Base")]
struct BaseView {
    /// The provider's id of it.
    id: String,
    /// What people call it.
    name: String,
    /// What the account may do there, in the provider's word.
    permission: String,
}

/// The tables of a base.
#[derive(Object)]
struct TableList {
    /// In the provider's order.
    items: Vec<TableView>,
}

/// A table of a base.
#[derive(Object)]
#[oai(rename = "RemoteTable")]
struct TableView {
    /// The provider's id of it.
    id: String,
    /// What people call it.
    name: String,
    /// The field by which people know its records.
    primary_field_id: String,
    /// Its fields, in the provider's order.
    fields: Vec<FieldView>,
}

/// A field of a remote table.
#[derive(Object)]
#[oai(rename = "RemoteField", skip_serializing_if_is_none)]
struct FieldView {
    /// The provider's id of it, which stays when it is renamed.
    id: String,
    /// What people call it.
    name: String,
    /// The provider's word for its type.
    #[oai(rename = "type")]
    kind: String,
    /// Whether it can be written; computed fields cannot.
    writable: bool,
    /// What it is for, in its maker's words.
    description: Option<String>,
    /// What a select field offers.
    options: Option<Vec<String>>,
}

#[OpenApi(tag = "Tag::Connections")]
impl Resource {
    /// Lists the caller's connections.
    #[oai(
        path = "/connections",
        method = "get",
        operation_id = "listConnections"
    )]
    async fn list(
        &self,
        caller: Caller,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<ConnectionList>, ApiError> {
        let (by, scope) = caller.require(Permission::ConnectionRead)?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let after = page.after.as_ref();
        let (connections, next) = self.connections.list(&scope, page.limit, after, &by)?;
        Ok(Json(ConnectionList {
            items: connections.iter().map(ConnectionView::from).collect(),
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Makes a connection.
    ///
    /// The token is sealed at once; the provider is not called. Test the connection to see whether
    /// it works.
    #[oai(
        path = "/connections",
        method = "post",
        operation_id = "createConnection"
    )]
    async fn create(
        &self,
        caller: Caller,
        body: Json<NewConnection>,
    ) -> Result<Made<ConnectionView>, ApiError> {
        let (by, scope) = caller.require(Permission::ConnectionWrite)?;
        let new = New {
            provider: body.0.provider.into(),
            name: body.0.name,
            token: secret(body.0.token),
            endpoint: body.0.endpoint.into(),
        };
        let connection = self.connections.create(&scope, new, &by).await?;
        Ok(Made::Made(Json((&connection).into())))
    }

    /// Shows a connection.
    #[oai(
        path = "/connections/:id",
        method = "get",
        operation_id = "getConnection"
    )]
    async fn get(
        &self,
        caller: Caller,
        id: Path<ConnectionId>,
    ) -> Result<Json<ConnectionView>, ApiError> {
        let (by, scope) = caller.require(Permission::ConnectionRead)?;
        let connection = self.connections.open(&scope, id.0)?;
        connection.note_read(&by);
        Ok(Json((&connection).into()))
    }

    /// Renames a connection.
    #[oai(
        path = "/connections/:id",
        method = "patch",
        operation_id = "updateConnection"
    )]
    async fn update(
        &self,
        caller: Caller,
        id: Path<ConnectionId>,
        body: Json<ConnectionChange>,
    ) -> Result<Json<ConnectionView>, ApiError> {
        let (by, scope) = caller.require(Permission::ConnectionWrite)?;
        let connection = self.connections.open(&scope, id.0)?;
        let renamed = connection.rename(&body.0.name, &by).await?;
        Ok(Json((&renamed).into()))
    }

    /// Deletes a connection with its token.
    ///
    /// Refused while syncs use it, unless `cascade` says that they go too.
    #[oai(
        path = "/connections/:id",
        method = "delete",
        operation_id = "deleteConnection"
    )]
    async fn delete(
        &self,
        caller: Caller,
        id: Path<ConnectionId>,
        /// Whether everything that depends on the connection is deleted with it.
        cascade: Query<Option<bool>>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.require(Permission::ConnectionWrite)?;
        let connection = self.connections.open(&scope, id.0)?;
        match cascade.0 {
            Some(true) => connection.delete_with_dependents(&by).await?,
            _ => connection.delete(&by).await?,
        }
        Ok(Done::Done)
    }

    /// Lists what depends on a connection.
    #[oai(
        path = "/connections/:id/dependents",
        method = "get",
        operation_id = "listConnectionDependents"
    )]
    async fn dependents(
        &self,
        caller: Caller,
        id: Path<ConnectionId>,
    ) -> Result<Json<DependentList>, ApiError> {
        let (by, scope) = caller.require(Permission::ConnectionRead)?;
        let connection = self.connections.open(&scope, id.0)?;
        Ok(Json(connection.dependents(&by)?.iter().collect()))
    }

    /// Replaces a connection's token.
    ///
    /// The old one is gone at once. The provider is not called.
    #[oai(
        path = "/connections/:id/credential",
        method = "put",
        operation_id = "replaceConnectionCredential"
    )]
    async fn replace_credential(
        &self,
        caller: Caller,
        id: Path<ConnectionId>,
        body: Json<NewCredential>,
    ) -> Result<Json<ConnectionView>, ApiError> {
        let (by, scope) = caller.require(Permission::ConnectionWrite)?;
        let connection = self.connections.open(&scope, id.0)?;
        let token = secret(body.0.token);
        Ok(Json((&connection.replace_token(&token, &by).await?).into()))
    }

    /// Asks the provider whose token it is.
    ///
    /// The answer is kept as the connection's status.
    #[oai(
        path = "/connections/:id/test",
        method = "post",
        operation_id = "testConnection"
    )]
    async fn test(
        &self,
        caller: Caller,
        id: Path<ConnectionId>,
    ) -> Result<Json<TestView>, ApiError> {
        let (by, scope) = caller.require(Permission::ConnectionWrite)?;
        let connection = self.connections.open(&scope, id.0)?;
        Ok(Json(connection.test(&by).await?.into()))
    }

    /// Lists the bases that a connection's account may see.
    #[oai(
        path = "/connections/:id/bases",
        method = "get",
        operation_id = "listBases"
    )]
    async fn bases(
        &self,
        caller: Caller,
        id: Path<ConnectionId>,
    ) -> Result<Json<BaseList>, ApiError> {
        let (by, scope) = caller.require(Permission::ConnectionRead)?;
        let connection = self.connections.open(&scope, id.0)?;
        let bases = connection.bases(&by).await?;
        let items = bases.into_iter().map(BaseView::from).collect();
        Ok(Json(BaseList { items }))
    }

    /// Lists the tables of a base with their fields.
    #[oai(
        path = "/connections/:id/bases/:base/tables",
        method = "get",
        operation_id = "listTables"
    )]
    async fn tables(
        &self,
        caller: Caller,
        id: Path<ConnectionId>,
        /// The provider's id of the base.
        base: Path<String>,
    ) -> Result<Json<TableList>, ApiError> {
        let (by, scope) = caller.require(Permission::ConnectionRead)?;
        let connection = self.connections.open(&scope, id.0)?;
        let tables = connection.tables(&by, &base.0).await?;
        let items = tables.into_iter().map(TableView::from).collect();
        Ok(Json(TableList { items }))
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        let connections = app.connections.clone();
        Self { connections, pages }
    }
}

impl From<Provider> for Kind {
    fn from(provider: Provider) -> Self {
        match provider {
            Provider::Airtable => Self::Airtable,
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

impl From<&Connection> for ConnectionView {
    fn from(connection: &Connection) -> Self {
        let health = connection.health();
        Self {
            id: connection.id(),
            provider: match connection.provider() {
                Kind::Airtable => Provider::Airtable,
            },
            name: connection.name().to_owned(),
            endpoint: match connection.endpoint() {
                Endpoint::Vendor => EndpointView::Vendor,
                Endpoint::Sandbox => EndpointView::Sandbox,
            },
            status: match health.status {
                Status::Untested => StatusView::Untested,
                Status::Active => StatusView::Active,
                Status::Failing => StatusView::Failing,
                Status::Reconnect => StatusView::Reconnect,
            },
            account: health.account.clone().map(AccountView::from),
            token_hint: connection.token_hint().to_owned(),
            last_tested_at: health.last_tested_at.map(Moment),
            last_problem: health.last_problem.clone(),
            created_at: connection.created_at().into(),
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
            problem: test
                .outcome
                .as_ref()
                .err()
                .map(|error| chain(error).to_string()),
            account: test.outcome.ok().map(AccountView::from),
            latency_ms: u64::try_from(test.took.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl From<Base> for BaseView {
    fn from(base: Base) -> Self {
        Self {
            id: base.id,
            name: base.name,
            permission: base.permission,
        }
    }
}

impl From<RemoteTable> for TableView {
    fn from(table: RemoteTable) -> Self {
        Self {
            id: table.id,
            name: table.name,
            primary_field_id: table.primary_field_id,
            fields: table.fields.into_iter().map(FieldView::from).collect(),
        }
    }
}

impl From<RemoteField> for FieldView {
    fn from(field: RemoteField) -> Self {
        Self {
            id: field.id,
            name: field.name,
            kind: field.kind,
            writable: field.writable,
            description: field.description,
            options: (!field.options.is_empty()).then_some(field.options),
        }
    }
}
