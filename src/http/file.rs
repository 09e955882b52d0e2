//! Takes a file of any size as a request's body.

use poem::http::header::CONTENT_TYPE;
use poem::{Body, Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use super::error::{ApiError, Code};

/// A file as the body of a request, unread; the query says how it is written.
///
/// Its media type may have parameters, such as a charset.
pub struct File(pub Body);

/// The media types that files are sent as. What counts is the query; browsers and programs do not
/// agree on them.
const TYPES: [&str; 4] = [
    "application/octet-stream",
    "text/csv",
    "application/json",
    "application/x-ndjson",
];

impl<'a> ApiExtractor<'a> for File {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(_registry: &mut Registry) {}

    fn request_meta() -> Option<MetaRequest> {
        let content = TYPES.map(|content_type| MetaMediaType {
            content_type,
            schema: MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format(
                "string", "binary",
            ))),
        });
        Some(MetaRequest {
            description: Some("The file, of any size."),
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
        if TYPES
            .iter()
            .any(|known| essence.eq_ignore_ascii_case(known))
        {
            return Ok(Self(body.take()?));
        }
        let detail = format!("{essence:?} is not one of {}.", TYPES.join(", "));
        Err(ApiError::new(Code::UnsupportedMediaType, detail).into())
    }
}
