//! What happens at sites, sent by browsers and servers.
//!
//! The key is the credential, and what it allows is to add events: no session, cookie or personal
//! token counts here. Whoever tries keys that nobody has given out is counted by their address, like
//! everybody without an account.

use futures_util::StreamExt as _;
use poem::http::HeaderMap;
use poem::http::header::{CONTENT_TYPE, ORIGIN, USER_AGENT};
use poem::{Body, Request, RequestBody};
use poem_openapi::param::Query;
use poem_openapi::payload::{Json, Response};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type as _;
use poem_openapi::{ApiExtractor, ApiExtractorType, Enum, ExtractParamOptions, Object, OpenApi};

use super::Tag;
use crate::analytics::{
    Analytics, Consent, Error, Fault, Intake, Kind, Reason, Sender, Taken, Way, Written,
};
use crate::app::App;
use crate::auth::{Permission, Users, permissions};
use crate::base::{Actor, Party, Secret};
use crate::http::caller::Visitor;
use crate::http::error::Code;
use crate::http::{ApiError, bearer, meter};
use crate::limits::{Key, Limits, Policy, Standing};

pub(super) struct Resource {
    sites: Analytics,
    limits: Limits,
    users: Users,
}

/// One event.
#[derive(Object)]
#[oai(rename = "NewEvent", skip_serializing_if_is_none)]
struct NewEvent {
    /// `page_view`, `click`, `lead`, `purchase` or a word of one's own: small letters, digits and
    /// `_`, 40 at most, a letter first.
    name: String,
    /// What tells it from others, a UUID or a text of 1 to 100 bytes: what comes again under it
    /// within 8 days is not counted again. Browsers' ids are others than servers'.
    id: Option<String>,
    /// When it happened, as RFC 3339 says, at most 7 days ago; now without it. With a secret key
    /// only.
    at: Option<String>,
    /// Who did it: an id of one's own making, 1 to 100 bytes. No e-mail address.
    visitor: Option<String>,
    /// The address of the page. Its path, `utm_` parameters and click ids are counted, the rest is
    /// not kept.
    url: Option<String>,
    /// The address of the page that led here. Its host is counted, the rest is not kept.
    referrer: Option<String>,
    /// What it is worth, as a number or a text such as `"49.90"`.
    value: Option<f64>,
    /// The currency of that: the site's.
    currency: Option<String>,
    /// The address of whoever did it, from which with `user_agent` the day's visitor is hashed; it
    /// is not kept. With a secret key only.
    ip: Option<String>,
    /// What their browser calls itself. With a secret key only.
    user_agent: Option<String>,
}

/// Why an event is not counted.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "EventRefusal", rename_all = "snake_case")]
pub(super) enum ReasonView {
    /// It is no JSON.
    BadJson,
    /// A member is missing, unknown, or not what it has to be.
    Invalid,
    /// It has more than 16 KiB.
    TooLarge,
    /// It happened more than 7 days ago.
    TooOld,
    /// It is yet to happen.
    InFuture,
    /// Its page is none of the site's.
    ForeignUrl,
    /// It has personal data in it.
    PersonalData,
    /// A program did it.
    Bot,
    /// The browser says that its user does not want to be counted.
    OptedOut,
    /// It is in another currency than the site's.
    OtherCurrency,
    /// Nobody can say who did it.
    NoVisitor,
    /// Only a server may say that.
    SecretKeyOnly,
}

/// One event that is not counted.
#[derive(Object)]
#[oai(rename = "RefusedEvent")]
struct FaultView {
    /// Its place among those that were sent together, from 0.
    index: u32,
    /// Why.
    code: ReasonView,
    /// The same in a sentence.
    message: String,
}

/// What became of events that were sent together.
#[derive(Object)]
#[oai(rename = "EventsTaken")]
struct TakenView {
    /// So many are counted now; they are kept durably. For a public key, those that were counted
    /// before are among them.
    accepted: u32,
    /// So many were counted before, by their ids. For a public key 0: nobody can try out which ids
    /// there are.
    doubled: u32,
    /// Those that are not counted.
    refused: Vec<FaultView>,
}

#[OpenApi(tag = "Tag::Analytics")]
impl Resource {
    /// Takes events in.
    ///
    /// Send one event, an array of them, or one on each line as `application/x-ndjson`. Servers show
    /// a secret key in `Authorization: Bearer` and send at most 10,000 events and 10 MiB at once;
    /// browsers show a public key in `key`, from an origin that the key names, and send at most 100
    /// and 64 KiB. `text/plain` is read as JSON. Those that cannot be counted are told one
    /// by one, and the others are counted.
    #[oai(path = "/events", method = "post", operation_id = "sendEvents")]
    async fn send(
        &self,
        request: &Request,
        visitor: Visitor,
        /// A public key.
        #[oai(validator(max_length = 100))]
        key: Query<Option<String>>,
        body: Events,
    ) -> Result<Response<Json<TakenView>>, ApiError> {
        let by = &visitor.actor;
        let sender = sender(request.headers(), key.0, (by, body.written))?;
        let intake = match self.sites.admit(sender).await {
            Err(error @ (Error::NoKey | Error::NotThisWay(_))) => {
                return Err(self.count_refused(error, (Policy::OpenCalls, by)));
            }
            // Everybody who looks at a page that may not send comes here, and often from one address.
            Err(error @ Error::NotFromThere(_)) => {
                return Err(self.count_refused(error, (Policy::EventSenders, by)));
            }
            outcome => outcome?,
        };
        let standing = self.count(&intake, by)?;
        let taken = match self.take(intake, body.body, by).await {
            Ok(taken) => taken,
            Err(error) => return Err(meter::stand(&standing, error)),
        };
        let mut answer = Response::new(Json(taken.into()));
        for (name, value) in meter::fields(&standing) {
            answer = answer.header(name.as_str(), value);
        }
        Ok(answer)
    }
}

impl Resource {
    pub(super) fn new(app: &App) -> Self {
        Self {
            sites: app.analytics.clone(),
            limits: app.limits.clone(),
            users: app.auth.users.clone(),
        }
    }

    /// Counts a try with a key that is no good, or no good there.
    fn count_refused(&self, error: Error, (policy, by): (Policy, &Actor)) -> ApiError {
        let address = by.origin.as_ref().and_then(|origin| origin.ip);
        let Some(address) = address else {
            return error.into();
        };
        let (key, told) = (Key::of(address), by.unseen());
        match self.limits.take(policy, key, &told) {
            Ok(standing) => meter::stand(&standing, error.into()),
            Err(refused) => refused.into(),
        }
    }

    /// Everybody can read a public key: what one address sends with it is counted, too.
    fn count(&self, intake: &Intake, by: &Actor) -> Result<Standing, ApiError> {
        let address = by.origin.as_ref().and_then(|origin| origin.ip);
        let told = by.unseen();
        if let (Kind::Public, Some(address)) = (intake.kind(), address) {
            self.limits
                .take(Policy::EventSenders, Key::of(address), &told)?;
        }
        let key = Key::WriteKey(intake.key());
        Ok(self.limits.take(Policy::Events, key, &told)?)
    }

    async fn take(&self, mut intake: Intake, body: Body, by: &Actor) -> Result<Taken, ApiError> {
        let by = self.on_behalf(&intake, by)?;
        let mut parts = body.into_bytes_stream();
        while let Some(part) = parts.next().await {
            let part = part.map_err(|error| {
                ApiError::from(poem::Error::from(poem::error::ReadBodyError::Io(error)))
            })?;
            intake.read(&part)?;
        }
        Ok(intake.finish(&by).await?)
    }

    /// The site's owner, as far as they may change it now; without that, the key is no good. Of a
    /// visitor the book is not told from where they came.
    fn on_behalf(&self, intake: &Intake, by: &Actor) -> Result<Actor, ApiError> {
        let owner = self.users.get(intake.owner())?;
        let may = permissions(&owner.roles).contains(&Permission::SiteWrite);
        if owner.disabled || !may {
            return Err(Error::NoKey.into());
        }
        Ok(Actor {
            party: Party::User {
                id: owner.id,
                email: owner.email.to_string(),
                session: None,
                token: Some(intake.key().to_string()),
            },
            origin: if intake.comes_from_visitor() {
                by.unseen().origin
            } else {
                by.origin.clone()
            },
        })
    }
}

/// Who sends, by the headers and the address.
fn sender(
    headers: &HeaderMap,
    query: Option<String>,
    (by, written): (&Actor, Written),
) -> Result<Sender, ApiError> {
    let (key, way) = match (bearer::read(headers), query) {
        (Some(_), Some(_)) => {
            let detail = "A key is shown in Authorization and in the query; send it in one place.";
            return Err(ApiError::new(Code::BadQuery, detail));
        }
        (Some(key), None) => (key.to_owned(), Way::Header),
        (None, Some(key)) => (key, Way::Query),
        (None, None) => (String::new(), Way::Header),
    };
    let refuses = |name: &str| text(headers, name).is_some_and(|value| value.trim() == "1");
    let consent = if refuses("dnt") || refuses("sec-gpc") {
        Consent::Refused
    } else {
        Consent::Unsaid
    };
    Ok(Sender {
        key: Secret::new(key),
        way,
        origin: text(headers, ORIGIN.as_str()).map(str::to_owned),
        address: by.origin.as_ref().and_then(|origin| origin.ip),
        agent: text(headers, USER_AGENT.as_str()).map(|agent| agent.chars().take(256).collect()),
        consent,
        written,
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A body of events, unread.
struct Events {
    body: Body,
    written: Written,
}

/// The media types of events; what browsers send while a page goes is plain text.
const TYPES: [(&str, Written); 3] = [
    ("application/json", Written::Json),
    ("application/x-ndjson", Written::Lines),
    ("text/plain", Written::Json),
];

impl<'a> ApiExtractor<'a> for Events {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        NewEvent::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let text = || MetaSchemaRef::Inline(Box::new(MetaSchema::new("string")));
        let content = TYPES.map(|(content_type, written)| MetaMediaType {
            content_type,
            schema: match (content_type, written) {
                ("application/json", _) => Vec::<NewEvent>::schema_ref(),
                _ => text(),
            },
        });
        Some(MetaRequest {
            description: Some("An array of events; one alone needs no brackets."),
            content: content.into(),
            required: true,
        })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let kind = request.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        let known = TYPES
            .iter()
            .find(|(known, _)| essence.eq_ignore_ascii_case(known));
        if let Some((_, written)) = known {
            let (body, written) = (body.take()?, *written);
            return Ok(Self { body, written });
        }
        let types = TYPES.map(|(known, _)| known).join(", ");
        let detail = format!("{essence:?} is not one of {types}.");
        Err(ApiError::new(Code::UnsupportedMediaType, detail).into())
    }
}

impl From<Taken> for TakenView {
    fn from(taken: Taken) -> Self {
        Self {
            accepted: taken.accepted,
            doubled: taken.doubled,
            refused: taken.refused.into_iter().map(FaultView::from).collect(),
        }
    }
}

impl From<Fault> for FaultView {
    fn from(fault: Fault) -> Self {
        Self {
            index: u32::try_from(fault.index).unwrap_or(u32::MAX),
            code: fault.reason.into(),
            message: fault.message,
        }
    }
}

impl From<Reason> for ReasonView {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::BadJson => Self::BadJson,
            Reason::Invalid => Self::Invalid,
            Reason::TooLarge => Self::TooLarge,
            Reason::TooOld => Self::TooOld,
            Reason::InFuture => Self::InFuture,
            Reason::ForeignUrl => Self::ForeignUrl,
            Reason::PersonalData => Self::PersonalData,
            Reason::Bot => Self::Bot,
            Reason::OptedOut => Self::OptedOut,
            Reason::OtherCurrency => Self::OtherCurrency,
            Reason::NoVisitor => Self::NoVisitor,
            Reason::SecretKeyOnly => Self::SecretKeyOnly,
        }
    }
}
