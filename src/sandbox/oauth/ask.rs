//! Reads what an integration sends a person for, and refuses what the vendor would.
use reqwest::Url;

use super::{house::House, knobs::Knobs};
use crate::sandbox::incoming::Incoming;

/// Everything that an integration may ask for at Airtable.
const AIRTABLE: [&str; 8] = [
    "data.records:read",
    "data.records:write",
    "data.recordComments:read",
    "data.recordComments:write",
    "schema.bases:read",
    "schema.bases:write",
    "user.email:read",
    "webhook:manage",
];

/// And at Google, as far as it is played: who somebody is, which nobody can untick, and the rest.
const SIGN_IN: [&str; 3] = [
    "openid",
    "https://www.googleapis.com/auth/userinfo.email",
    "https://www.googleapis.com/auth/userinfo.profile",
];
const GOOGLE: [&str; 6] = [
    "https://www.googleapis.com/auth/adwords",
    "https://www.googleapis.com/auth/analytics.readonly",
    "https://www.googleapis.com/auth/analytics.edit",
    "https://www.googleapis.com/auth/business.manage",
    "https://www.googleapis.com/auth/datamanager",
    "https://www.googleapis.com/auth/webmasters.readonly",
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
    /// Whether a token is wanted that renews the others.
    pub(super) is_offline: bool,
    /// Whether the person is to be asked anew, whatever they have allowed before.
    pub(super) is_anew: bool,
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
        let redirect_uri = redirect_uri.ok_or(Refused::Here(match house {
            House::Google => {
                "Error 400: redirect_uri_mismatch. It is not one that was registered for this client."
            }
            House::Airtable | House::Notion => {
                "The redirect_uri is not one that was registered for this integration."
            }
        }))?;
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
            House::Google => free(&named, &back)?,
        };
        let is_offline = house != House::Google || named("access_type") == Some("offline");
        let prompts = named("prompt").unwrap_or_default();
        Ok(Self {
            client: client.id.clone(),
            redirect_uri: redirect_uri.to_owned(),
            scopes,
            state: state.to_owned(),
            challenge: challenge.map(str::to_owned),
            is_offline,
            is_anew: prompts.split(' ').any(|prompt| prompt == "consent"),
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
    let scopes = named("scope").and_then(|text| scopes(House::Airtable, text));
    let scopes = scopes.ok_or_else(|| {
        back(
            "invalid_scope",
            "scope names none, or one that is not known",
        )
    })?;
    Ok((state, Some(challenge), scopes))
}

/// The same at Google, which demands scopes alone. One that it does not know it tells the person.
fn free<'a>(
    named: &impl Fn(&str) -> Option<&'a str>,
    back: &impl Fn(&'static str, &'static str) -> Refused,
) -> Result<Bound<'a>, Refused> {
    let challenge = named("code_challenge");
    let is_plain = named("code_challenge_method") != Some("S256");
    if challenge.is_some_and(|challenge| is_plain || challenge.len() != 43) {
        return Err(back(
            "invalid_request",
            "code_challenge_method must be S256 here",
        ));
    }
    let scopes = named("scope").and_then(|text| scopes(House::Google, text));
    let scopes = scopes.ok_or(Refused::Here(
        "Error 400: invalid_scope. It names none, or one that is not known.",
    ))?;
    Ok((named("state").unwrap_or_default(), challenge, scopes))
}

fn is_state(state: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (16..=1024).contains(&state.len()) && state.bytes().all(plain)
}

/// Scopes with spaces between them; none when one of them is not known.
pub(super) fn scopes(house: House, text: &str) -> Option<Vec<String>> {
    let known: &[&[&str]] = match house {
        House::Airtable => &[&AIRTABLE],
        House::Notion => &[],
        House::Google => &[&SIGN_IN, &GOOGLE],
    };
    let known = known.concat();
    let long = |scope| match scope {
        "email" if house == House::Google => SIGN_IN[1],
        "profile" if house == House::Google => SIGN_IN[2],
        scope => scope,
    };
    let scopes: Vec<String> = text
        .split_whitespace()
        .map(long)
        .map(str::to_owned)
        .collect();
    let is_known = scopes.iter().all(|scope| known.contains(&scope.as_str()));
    (is_known && !scopes.is_empty()).then_some(scopes)
}

/// Whether a person who allows anything at all allows this.
pub(super) fn goes_without_saying(scope: &str) -> bool {
    SIGN_IN.contains(&scope)
}
