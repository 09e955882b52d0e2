//! One's own tokens, with which programs sign in.

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::{Done, Made, Tag};
use crate::app::App;
use crate::auth::{NewToken, Permission, Token, TokenState, Tokens};
use crate::base::TokenId;
use crate::http::caller::Person;
use crate::http::page::Pages;
use crate::http::{ApiError, Moment};

pub(super) struct Resource {
    tokens: Tokens,
    pages: Pages,
}

/// A personal token, without its text.
#[derive(Object)]
#[oai(rename = "Token", skip_serializing_if_is_none)]
struct TokenView {
    /// The token's id, as in the audit log.
    id: TokenId,
    /// What its owner calls it.
    name: String,
    /// What it may be used for, as far as its owner may do it at the time.
    scopes: Vec<Permission>,
    /// Whether it can be used.
    state: TokenState,
    /// When it was made.
    created_at: Moment,
    /// When it ends by itself.
    expires_at: Moment,
    /// When it was last used, to the minute; absent while it never was.
    last_used_at: Option<Moment>,
}

/// One part of the user's tokens.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct TokenList {
    /// In the order in which they were made.
    items: Vec<TokenView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// A token to be made.
#[derive(Object)]
#[oai(rename = "NewToken", deny_unknown_fields)]
struct NewView {
    /// What to call it: 1 to 120 characters.
    #[oai(validator(max_length = 200))]
    name: String,
    /// What it may be used for: at least one, and none that its owner may not do.
    #[oai(validator(max_items = 20))]
    scopes: Vec<Permission>,
    /// When it ends by itself: 366 days ahead at most.
    expires_at: Moment,
}

/// A token just made.
#[derive(Object)]
#[oai(rename = "MadeToken")]
struct MadeView {
    /// The text to be sent in the header `Authorization`, after `Bearer `. It begins with `wb_`
    /// and is shown this once.
    #[oai(validator(max_length = 64))]
    secret: String,
    /// The token.
    token: TokenView,
}

#[OpenApi(tag = "Tag::Tokens")]
impl Resource {
    /// Lists one's own tokens.
    #[oai(path = "/tokens", method = "get", operation_id = "listTokens")]
    async fn list(
        &self,
        person: Person,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<TokenList>, ApiError> {
        let (by, scope) = person.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let (tokens, next) = self
            .tokens
            .page(&scope, page.limit, page.after.as_ref(), &by)?;
        Ok(Json(TokenList {
            items: tokens.into_iter().map(TokenView::from).collect(),
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Makes a token for one's own programs.
    ///
    /// Its text is in this answer and nowhere else. It ends at its date, when it is revoked, and
    /// when the password, the roles or the state of the account change.
    #[oai(path = "/tokens", method = "post", operation_id = "createToken")]
    async fn create(
        &self,
        person: Person,
        body: Json<NewView>,
    ) -> Result<Made<MadeView>, ApiError> {
        let (by, scope) = person.owner()?;
        let new = NewToken {
            name: body.0.name,
            scopes: body.0.scopes.into_iter().collect(),
            expires_at: body.0.expires_at.0,
        };
        let (token, secret) = self.tokens.create(&scope, new, &by).await?;
        Ok(Made::Made(Json(MadeView {
            secret: secret.expose().to_owned(),
            token: token.into(),
        })))
    }

    /// Revokes one of one's own tokens; it ends at once.
    #[oai(path = "/tokens/:id", method = "delete", operation_id = "revokeToken")]
    async fn revoke(&self, person: Person, id: Path<TokenId>) -> Result<Done, ApiError> {
        let (by, scope) = person.owner()?;
        self.tokens.revoke(&scope, id.0, &by).await?;
        Ok(Done::Done)
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        let tokens = app.auth.tokens.clone();
        Self { tokens, pages }
    }
}

impl From<Token> for TokenView {
    fn from(token: Token) -> Self {
        Self {
            id: token.id,
            name: token.name,
            scopes: token.scopes.into_iter().collect(),
            state: token.state,
            created_at: token.created_at.into(),
            expires_at: token.expires_at.into(),
            last_used_at: token.used_at.map(Moment),
        }
    }
}
