//! What can be done with connections.

use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;

use super::remote::{BaseList, BaseView, TableList, TableView};
use super::view::{
    ConnectionChange, ConnectionList, ConnectionView, NewConnection, NewCredential, TestView,
};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{ConnectionId, Precondition, Scope};
use crate::connections::{Connection, Connections, New};
use crate::http::api::session::secret;
use crate::http::api::{DependentList, Done, Made, Tag};
use crate::http::page::Pages;
use crate::http::tag::{self, Tagged};
use crate::http::{ApiError, Caller};

pub(crate) struct Resource {
    connections: Connections,
    pages: Pages,
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
        #[oai(scope = "Permission::ConnectionRead")] caller: Caller,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<ConnectionList>, ApiError> {
        let (by, scope) = caller.owner()?;
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
        #[oai(scope = "Permission::ConnectionWrite")] caller: Caller,
        body: Json<NewConnection>,
    ) -> Result<Made<ConnectionView>, ApiError> {
        let (by, scope) = caller.owner()?;
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
        #[oai(scope = "Permission::ConnectionRead")] caller: Caller,
        id: Path<ConnectionId>,
    ) -> Result<Tagged<Json<ConnectionView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let connection = self.connections.open(&scope, id.0)?;
        connection.note_read(&by);
        Ok(tagged(&connection))
    }

    /// Renames a connection.
    #[oai(
        path = "/connections/:id",
        method = "patch",
        operation_id = "updateConnection"
    )]
    async fn update(
        &self,
        #[oai(scope = "Permission::ConnectionWrite")] caller: Caller,
        id: Path<ConnectionId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<ConnectionChange>,
    ) -> Result<Tagged<Json<ConnectionView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let connection = self.wanted(&scope, id.0, if_match.0.as_deref())?;
        Ok(tagged(&connection.rename(&body.0.name, &by).await?))
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
        #[oai(scope = "Permission::ConnectionWrite")] caller: Caller,
        id: Path<ConnectionId>,
        /// Whether everything that depends on the connection is deleted with it.
        cascade: Query<Option<bool>>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let connection = self.wanted(&scope, id.0, if_match.0.as_deref())?;
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
        #[oai(scope = "Permission::ConnectionRead")] caller: Caller,
        id: Path<ConnectionId>,
    ) -> Result<Json<DependentList>, ApiError> {
        let (by, scope) = caller.owner()?;
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
        #[oai(scope = "Permission::ConnectionWrite")] caller: Caller,
        id: Path<ConnectionId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<NewCredential>,
    ) -> Result<Tagged<Json<ConnectionView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let connection = self.wanted(&scope, id.0, if_match.0.as_deref())?;
        let token = secret(body.0.token);
        Ok(tagged(&connection.replace_token(&token, &by).await?))
    }

    /// Asks the provider whose token it is.
    ///
    /// The answer is kept as the connection's status. A hook of Zapier's can be asked nothing: it is
    /// sent a delivery whose `change` is `test`, upon which its Zap runs.
    #[oai(
        path = "/connections/:id/test",
        method = "post",
        operation_id = "testConnection"
    )]
    async fn test(
        &self,
        #[oai(scope = "Permission::ConnectionWrite")] caller: Caller,
        id: Path<ConnectionId>,
    ) -> Result<Json<TestView>, ApiError> {
        let (by, scope) = caller.owner()?;
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
        #[oai(scope = "Permission::ConnectionRead")] caller: Caller,
        id: Path<ConnectionId>,
    ) -> Result<Json<BaseList>, ApiError> {
        let (by, scope) = caller.owner()?;
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
        #[oai(scope = "Permission::ConnectionRead")] caller: Caller,
        id: Path<ConnectionId>,
        /// The provider's id of the base.
        base: Path<String>,
    ) -> Result<Json<TableList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let connection = self.connections.open(&scope, id.0)?;
        let tables = connection.tables(&by, &base.0).await?;
        let items = tables.into_iter().map(TableView::from).collect();
        Ok(Json(TableList { items }))
    }
}

impl Resource {
    pub(crate) fn new(app: &App, pages: Pages) -> Self {
        let connections = app.connections.clone();
        Self { connections, pages }
    }

    /// The connection, when it is in the state that `If-Match` asks for.
    fn wanted(
        &self,
        scope: &Scope,
        id: ConnectionId,
        if_match: Option<&str>,
    ) -> Result<Connection, ApiError> {
        let connection = self.connections.open(scope, id)?;
        match tag::if_match(if_match) {
            Precondition::None => Ok(connection),
            asked => {
                tag::demand(&asked, connection.version().0)?;
                Ok(connection.held())
            }
        }
    }
}

fn tagged(connection: &Connection) -> Tagged<Json<ConnectionView>> {
    Tagged::at(connection.version().0, Json(connection.into()))
}
