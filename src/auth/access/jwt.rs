//! Writes and reads access tokens: JSON Web Tokens (RFC 7519) of one kind alone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::base::{Secret, SecretBytes, SessionId, UserId};

/// `{"alg":"HS256","typ":"at+jwt"}`. It is not read but compared: there is no other algorithm, no
/// other type (RFC 9068) and no key that a token could name, so nothing in it can be chosen by
/// whoever sends it.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9";
const ISSUER: &str = "weighbridge";
const AUDIENCE: &str = "weighbridge-api";
/// An access token is shorter.
const LONGEST: usize = 1024;
/// A clock that was set back a little ends nothing.
const LEEWAY_SECONDS: i64 = 5;

/// What an access token says. Times are seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    iss: String,
    aud: String,
    /// Who signed in.
    pub(super) sub: UserId,
    /// Their session.
    pub(super) sid: SessionId,
    /// The token's own name.
    pub(super) jti: String,
    iat: i64,
    nbf: i64,
    pub(super) exp: i64,
}

impl Claims {
    pub(super) fn new(sub: UserId, sid: SessionId, jti: String, (now, ends): (i64, i64)) -> Self {
        Self {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            sub,
            sid,
            jti,
            iat: now,
            nbf: now,
            exp: ends,
        }
    }

    fn hold(&self, now: i64) -> bool {
        let ours = self.iss == ISSUER && self.aud == AUDIENCE;
        ours && self.nbf <= now.saturating_add(LEEWAY_SECONDS) && now < self.exp
    }
}

/// The token that says `claims`.
pub(super) fn sign(key: &SecretBytes<32>, claims: &Claims) -> Secret {
    let claims = serde_json::to_vec(claims).expect("claims have text keys and plain values");
    let signed = format!("{HEADER}.{}", URL_SAFE_NO_PAD.encode(claims));
    let signature = mac(key, &signed).finalize().into_bytes();
    Secret::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// What a token says, if it is one of ours, unaltered, and valid at `now`.
pub(super) fn verify(key: &SecretBytes<32>, token: &str, now: i64) -> Option<Claims> {
    if token.len() > LONGEST {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let claims = signed.strip_prefix(HEADER)?.strip_prefix('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    // In a time that tells nothing of the right one.
    mac(key, signed).verify_slice(&signature).ok()?;
    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    let claims: Claims = serde_json::from_slice(&claims).ok()?;
    claims.hold(now).then_some(claims)
}

fn mac(key: &SecretBytes<32>, signed: &str) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(key.expose());
    let mut mac = mac.expect("HMAC takes keys of any length");
    mac.update(signed.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn key() -> SecretBytes<32> {
        SecretBytes::new([7; 32])
    }

    fn claims() -> Claims {
        let (sub, sid) = (UserId::from_bytes([1; 16]), SessionId::from_bytes([2; 16]));
        Claims::new(sub, sid, "id".into(), (NOW, NOW + 900))
    }

    /// A token with any header and claims, rightly signed.
    fn forged(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = mac(&key(), &signed).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    #[test]
    fn the_header_says_what_it_is_held_to_say() {
        let header = URL_SAFE_NO_PAD.decode(HEADER).unwrap();
        assert_eq!(header, br#"{"alg":"HS256","typ":"at+jwt"}"#);
    }

    #[test]
    fn a_token_says_what_it_was_made_to_say_for_as_long_as_it_lives() {
        let token = sign(&key(), &claims());
        let read = |now| verify(&key(), token.expose(), now);
        assert_eq!(read(NOW), Some(claims()));
        assert_eq!(read(NOW + 899), Some(claims()));
        assert_eq!(read(NOW + 900), None);
        assert_eq!(read(NOW - 5), Some(claims()));
        assert_eq!(read(NOW - 6), None);
        let other = SecretBytes::new([8; 32]);
        assert_eq!(verify(&other, token.expose(), NOW), None);
    }

    #[test]
    fn no_header_but_our_own_is_taken_even_rightly_signed() {
        let claims = serde_json::to_value(claims()).unwrap();
        let right = json!({"alg": "HS256", "typ": "at+jwt"});
        assert!(verify(&key(), &forged(&right, &claims), NOW).is_some());
        for header in [
            json!({"alg": "none", "typ": "at+jwt"}),
            json!({"alg": "None", "typ": "at+jwt"}),
            json!({"alg": "HS384", "typ": "at+jwt"}),
            json!({"alg": "RS256", "typ": "at+jwt"}),
            json!({"alg": "HS256", "typ": "JWT"}),
            json!({"typ": "at+jwt"}),
            json!({"alg": "HS256", "typ": "at+jwt", "kid": "../../dev/null"}),
            json!({"alg": "HS256", "typ": "at+jwt", "jku": "https://evil.example/keys"}),
            json!({"alg": "HS256", "typ": "at+jwt", "jwk": {"kty": "oct", "k": "AA"}}),
            json!({"alg": "HS256", "typ": "at+jwt", "crit": ["exp"]}),
        ] {
            let token = forged(&header, &claims);
            assert_eq!(verify(&key(), &token, NOW), None, "{header}");
        }
    }

    #[test]
    fn claims_that_are_not_for_us_or_not_for_now_are_refused_even_rightly_signed() {
        let header = json!({"alg": "HS256", "typ": "at+jwt"});
        for (name, value) in [
            ("iss", json!("somebody")),
            ("aud", json!("another-api")),
            ("aud", json!(["weighbridge-api", "another-api"])),
            ("sub", json!("admin")),
            ("sid", json!(7)),
            ("exp", json!(NOW)),
            ("exp", json!("never")),
            ("exp", Value::Null),
            ("nbf", json!(NOW + 60)),
            ("roles", json!(["admin"])),
        ] {
            let mut altered = serde_json::to_value(claims()).unwrap();
            altered[name] = value;
            let token = forged(&header, &altered);
            assert_eq!(verify(&key(), &token, NOW), None, "{altered}");
        }
        for name in ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp"] {
            let mut short = serde_json::to_value(claims()).unwrap();
            short.as_object_mut().unwrap().remove(name);
            let token = forged(&header, &short);
            assert_eq!(verify(&key(), &token, NOW), None, "without {name}");
        }
    }

    #[test]
    fn no_byte_of_a_token_can_be_another() {
        let token = sign(&key(), &claims());
        let text = token.expose();
        for at in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).unwrap();
            assert_eq!(verify(&key(), &altered, NOW), None, "{altered}");
        }
        let (signed, signature) = text.rsplit_once('.').unwrap();
        for altered in [
            format!("{signed}."),
            signed.to_owned(),
            format!("{text}="),
            format!("{text}.{signature}"),
            format!(" {text}"),
            "..".to_owned(),
            "x".repeat(1 << 20),
        ] {
            assert_eq!(verify(&key(), &altered, NOW), None);
        }
    }
}
