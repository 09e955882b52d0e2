//! Reads what an integration sends a person for, and refuses what the vendor would.
use reqwest::Url;

use super::{house::House, knobs::Knobs};
use crate::sandbox::incoming::Incoming;

/// Everything that an integration may ask for.
pub(super) const SCOPES: [&str; 8] = [
    "data.records:read",
    "data.records:write",
    "data.recordComments:read",
    "data.recordComments:write",
    "schema.bases:read",
    "schema.bases:write",
    "user.email:read",
    "webhook:manage",
];

/// What a person is asked to allow.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) client: String,
    pub(super) redirect_uri: String,
    /// None where the vendor has no scopes.
    pub(super) scopes: Vec<String>,
    pub(super) state: String,
    /// The SHA-256 of a secret that only the one who asked knows, in base64 for URLs; none where
    /// the vendor does not ask for it.
    pub(super) challenge: Option<String>,
}

/// Why nobody is asked.
#[derive(Debug)]
pub(super) enum Refused {
    /// Neither client nor address can be believed: the person is told, and sent nowhere.
    Here(&'static str),
    /// The person is sent back with an error.
    Back {
        address: Box<Url>,
        state: Option<String>,
        error: &'static str,
        told: &'static str,
    },
}

impl Ask {
    pub(super) fn read(house: House, incoming: &Incoming, knobs: &Knobs) -> Result<Self, Refused> {
        let named = |name: &str| incoming.parameter(name).filter(|value| !value.is_empty());
        let client = named("client_id").and_then(|id| knobs.client(id));
        let client = client.ok_or(Refused::Here("There is no integration of this client_id."))?;
        let redirect_uri = named("redirect_uri").filter(|uri| client.takes(uri));
        let redirect_uri = redirect_uri.ok_or(Refused::Here(
            "The redirect_uri is not one that was registered for this integration.",
        ))?;
        let address = Url::parse(redirect_uri)
            .map_err(|_no_url| Refused::Here("The redirect_uri is no address."))?;
        let state = named("state").filter(|state| is_state(state));
        let back = |error, told| Refused::Back {
            address: Box::new(address.clone()),
            state: state.map(str::to_owned),
            error,
            told,
        };
        if named("response_type") != Some("code") {
            return Err(back(
                "unsupported_response_type",
                "response_type must be code",
            ));
        }
        let (state, challenge, scopes) = match house {
            House::Airtable => bound(&named, state, &back)?,
            House::Notion if named("owner") != Some("user") => {
                return Err(back("invalid_request", "owner must be user"));
            }
            House::Notion => (state.unwrap_or_default(), None, Vec::new()),
        };
        Ok(Self {
            client: client.id.clone(),
            redirect_uri: redirect_uri.to_owned(),
            scopes,
            state: state.to_owned(),
            challenge: challenge.map(str::to_owned),
        })
    }
}

type Bound<'a> = (&'a str, Option<&'a str>, Vec<String>);

/// State, challenge and scopes, all of which Airtable demands.
fn bound<'a>(
    named: &impl Fn(&str) -> Option<&'a str>,
    state: Option<&'a str>,
    back: &impl Fn(&'static str, &'static str) -> Refused,
) -> Result<Bound<'a>, Refused> {
    let state = state.ok_or_else(|| {
        back(
            "invalid_request",
            "state must have 16 to 1024 letters, digits, dots, hyphens or underscores",
        )
    })?;
    let challenge = named("code_challenge")
        .filter(|_| named("code_challenge_method") == Some("S256"))
        .filter(|challenge| challenge.len() == 43);
    let challenge = challenge.ok_or_else(|| {
        back(
            "invalid_request",
            "code_challenge with code_challenge_method S256 is required",
        )
    })?;
    let scopes = named("scope").and_then(scopes);
    let scopes = scopes.ok_or_else(|| {
        back(
            "invalid_scope",
            "scope names none, or one that is not known",
        )
    })?;
    Ok((state, Some(challenge), scopes))
}

fn is_state(state: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (16..=1024).contains(&state.len()) && state.bytes().all(plain)
}

/// Scopes with spaces between them; none when one of them is not known.
pub(super) fn scopes(text: &str) -> Option<Vec<String>> {
    let scopes: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let known = scopes.iter().all(|scope| SCOPES.contains(&scope.as_str()));
    (known && !scopes.is_empty()).then_some(scopes)
}
