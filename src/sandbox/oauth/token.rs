//! The endpoint that gives tokens for a code or for a refresh token.
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{
    Desk, ask,
    grant::Grant,
    house::House,
    knobs::{Client, Knobs, seconds},
    outcome::{Refusal, given, given_by_google, pairs},
};
use crate::sandbox::{answer::Answer, incoming::Incoming};

/// A form as it was sent, each name once.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn read(house: House, body: &[u8]) -> Self {
        match house {
            House::Airtable | House::Google => Self(pairs(body)),
            House::Notion => {
                let members: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
                let texts = members.into_iter().filter_map(|(name, value)| {
                    let text = value.as_str().map(str::to_owned);
                    text.map(|text| (name, text))
                });
                Self(texts.collect())
            }
        }
    }

    pub(super) fn named(&self, name: &str) -> Option<&str> {
        let pair = self.0.iter().find(|(own, _)| own == name);
        pair.map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    fn need(&self, name: &'static str, missing: &'static str) -> Result<&str, Refusal> {
        self.named(name).ok_or(Refusal::Request(missing))
    }
}

impl Desk {
    /// Gives a pair of tokens, or says why not.
    pub(super) fn give(&mut self, incoming: &Incoming, knobs: &Knobs, now: Timestamp) -> Answer {
        let form = Form::read(self.house, &incoming.body);
        let given = client(self.house, incoming, &form, knobs).and_then(|client| {
            match form.named("grant_type") {
                Some("authorization_code") => self.exchange(client, &form, knobs, now),
                Some("refresh_token") => self.refresh(client, &form, knobs, now),
                _ => Err(Refusal::GrantType),
            }
        });
        given.unwrap_or_else(Answer::from)
    }

    /// What a client hears that does not prove who it is.
    pub(in crate::sandbox) fn stranger() -> Answer {
        Refusal::Client("the client's secret is another").into()
    }

    /// Takes back the grant whose refresh token a call shows.
    pub(in crate::sandbox) fn revoke_shown(&mut self, incoming: &Incoming) {
        let form = Form::read(self.house, &incoming.body);
        if let Some(token) = form.named("refresh_token") {
            self.revoke(token);
        }
    }

    /// A code is burnt by being shown, whatever comes of it.
    fn exchange(
        &mut self,
        client: &Client,
        form: &Form,
        knobs: &Knobs,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let code = form.need("code", "code is missing")?;
        let code = self.codes.remove(code).filter(|code| now < code.ends_at);
        let code = code.ok_or(Refusal::Grant(
            "the code is unknown, was used, or is too old",
        ))?;
        let ask = code.ask;
        if ask.client != client.id {
            return Err(Refusal::Grant("the code was given to another client"));
        }
        let address = form.need("redirect_uri", "redirect_uri is missing")?;
        if address != ask.redirect_uri {
            return Err(match self.house {
                House::Google => Refusal::Redirect,
                House::Airtable | House::Notion => {
                    Refusal::Grant("redirect_uri is not that of the authorization")
                }
            });
        }
        if let Some(challenge) = &ask.challenge {
            let verifier = form.need("code_verifier", "code_verifier is missing")?;
            if !answers(verifier, challenge) {
                return Err(Refusal::Grant(
                    "code_verifier does not match the code_challenge",
                ));
            }
        }
        // Google gives a refresh token to who asks for one, when the person was asked anew or for
        // the first time.
        let mut before = self.grants.iter();
        let is_known = before.any(|grant| grant.client == ask.client && !grant.revoked);
        let is_renewable = ask.is_offline && (ask.is_anew || !is_known);
        let pair = self.pair(knobs, now);
        self.grants.push(Grant {
            client: ask.client,
            scopes: ask.scopes,
            pair,
            elder: Vec::new(),
            before: None,
            revoked: false,
        });
        let grant = &self.grants[self.grants.len() - 1];
        Ok(match self.house {
            House::Google => given_by_google(
                (grant, is_renewable),
                knobs.google_testing && is_renewable,
                now,
            ),
            House::Airtable | House::Notion => given(self.house, grant, now),
        })
    }

    /// Puts another pair in the place of the old one, of which both tokens are void from then on.
    fn refresh(
        &mut self,
        client: &Client,
        form: &Form,
        knobs: &Knobs,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let shown = form.need("refresh_token", "refresh_token is missing")?;
        let house = self.house;
        let own = |grant: &Grant| !grant.revoked && grant.client == client.id;
        let used_up = self.grants.iter().filter(|grant| own(grant)).any(|grant| {
            let before = grant.before.as_ref();
            before.is_some_and(|(token, at)| {
                token == shown && now < *at + seconds(knobs.conflict_seconds)
            })
        });
        if used_up && house == House::Airtable {
            return Err(Refusal::JustUsed);
        }
        let place = self.grants.iter().position(|grant| {
            own(grant) && grant.pair.refresh == shown && now < grant.pair.refresh_ends_at
        });
        let place = place.ok_or(Refusal::Grant(match house {
            House::Google => "Token has been expired or revoked.",
            House::Airtable | House::Notion => "the refresh token is no good",
        }))?;
        if let Some(wanted) = form.named("scope") {
            let wanted = ask::scopes(house, wanted).ok_or(Refusal::Scope)?;
            let allowed = &self.grants[place].scopes;
            if !wanted.iter().all(|scope| allowed.contains(scope)) {
                return Err(Refusal::Scope);
            }
            self.grants[place].scopes = wanted;
        }
        let pair = self.pair(knobs, now);
        let grant = &mut self.grants[place];
        let old = std::mem::replace(&mut grant.pair, pair);
        if house != House::Google {
            grant.before = Some((old.refresh, now));
            return Ok(given(house, grant, now));
        }
        // It stays, and half a year begins anew; in "Testing" its end does not move.
        grant.pair.refresh = old.refresh;
        if knobs.google_testing {
            grant.pair.refresh_ends_at = old.refresh_ends_at;
        }
        grant.elder.retain(|(_, end)| now < *end);
        grant.elder.push((old.access, old.access_ends_at));
        Ok(given_by_google((grant, false), knobs.google_testing, now))
    }
}

/// Who asks. With a secret the client shows it in the header, or at Google in the form; without one
/// it names itself in the form, and no header is allowed.
pub(super) fn client<'a>(
    house: House,
    incoming: &Incoming,
    form: &Form,
    knobs: &'a Knobs,
) -> Result<&'a Client, Refusal> {
    let Some(header) = &incoming.authorization else {
        let id = form.need("client_id", "client_id is missing")?;
        let client = knobs
            .client(id)
            .ok_or(Refusal::Client("there is no such client"))?;
        if house == House::Google {
            let shows = form.named("client_secret").is_some_and(|shown| {
                client
                    .secret
                    .as_deref()
                    .is_some_and(|secret| secret == shown)
            });
            return if shows {
                Ok(client)
            } else {
                Err(Refusal::Client("The provided client secret is invalid."))
            };
        }
        return match client.secret {
            None if house == House::Airtable => Ok(client),
            None => Err(Refusal::Client("every client shows its secret here")),
            Some(_) => Err(Refusal::Client("this client has a secret and must show it")),
        };
    };
    let shown = basic(header).ok_or(Refusal::Client("the header Authorization cannot be read"))?;
    let (id, secret) = shown;
    let client = knobs
        .client(&id)
        .ok_or(Refusal::Client("there is no such client"))?;
    match &client.secret {
        Some(own) if *own == secret => Ok(client),
        Some(_) => Err(Refusal::Client("the client's secret is another")),
        None => Err(Refusal::Client("a client without a secret sends no header")),
    }
}

fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, rest) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// Whether a verifier is one, and the one whose SHA-256 the challenge is (RFC 7636, 4.6).
fn answers(verifier: &str, challenge: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let fits = (43..=128).contains(&verifier.len()) && verifier.bytes().all(plain);
    fits && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
}
