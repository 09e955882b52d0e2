//! Signs what goes out, and checks who has signed what comes in (Standard Webhooks, "Signature
//! scheme").

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

use super::{Secret, SecretBytes};

/// What a signing secret begins with.
const PREFIX: &str = "whsec_";
/// Clocks differ by less, and what was signed longer ago may be somebody's recording.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// What a sender says beside the body.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signed<'a> {
    /// What tells it from others, in `webhook-id`.
    pub id: &'a str,
    /// When it was signed, in seconds since 1970, in `webhook-timestamp`.
    pub timestamp: &'a str,
    /// Signatures, one of which has to fit, in `webhook-signature`.
    pub signatures: &'a str,
}

/// What is wrong with a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadSignature(pub &'static str);

/// Draws a signing secret.
pub fn draw() -> Secret {
    let bytes = SecretBytes::<32>::random();
    Secret::new(format!("{PREFIX}{}", STANDARD.encode(bytes.expose())))
}

/// The signature of a body, made with `secret`; none when that is no signing secret.
pub fn sign(secret: &Secret, (id, timestamp): (&str, &str), body: &[u8]) -> Option<String> {
    let mac = over(secret, (id, timestamp), body)?;
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    Some(format!("v1,{signature}"))
}

/// Errs unless one of the signatures was made with `secret` over this body, lately.
pub fn check(
    secret: &Secret,
    signed: Signed<'_>,
    body: &[u8],
    now: Timestamp,
) -> Result<(), BadSignature> {
    let at: Option<i64> = signed.timestamp.parse().ok();
    let at = at.and_then(|second| Timestamp::from_second(second).ok());
    let at = at.ok_or(BadSignature(
        "webhook-timestamp is no number of seconds since 1970",
    ))?;
    if at.duration_since(now).abs() > TOLERANCE {
        return Err(BadSignature(
            "webhook-timestamp is more than five minutes away from the time here",
        ));
    }
    let wrong = BadSignature("no signature in webhook-signature fits");
    let Some(mac) = over(secret, (signed.id, signed.timestamp), body) else {
        return Err(wrong);
    };
    let fits = signed.signatures.split(' ').filter_map(|one| {
        let (_, text) = one.split_once(',').filter(|(kind, _)| *kind == "v1")?;
        STANDARD.decode(text).ok()
    });
    // `verify_slice` takes as long for a wrong signature as for a right one.
    let mut fits = fits.map(|given| mac.clone().verify_slice(&given).is_ok());
    fits.any(|fits| fits).then_some(()).ok_or(wrong)
}

/// The keyed hash over all that is signed.
fn over(secret: &Secret, (id, at): (&str, &str), body: &[u8]) -> Option<Hmac<Sha256>> {
    let key = STANDARD
        .decode(secret.expose().strip_prefix(PREFIX)?)
        .ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    for part in [id.as_bytes(), b".", at.as_bytes(), b".", body] {
        mac.update(part);
    }
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own library.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const AT: i64 = 1_614_265_330;

    fn signed(signatures: &str) -> Signed<'_> {
        Signed {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: "1614265330",
            signatures,
        }
    }

    fn checked(signatures: &str, body: &[u8], late: i64) -> Result<(), BadSignature> {
        let now = Timestamp::from_second(AT + late).unwrap();
        check(&Secret::new(SECRET), signed(signatures), body, now)
    }

    const RIGHT: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    #[test]
    fn the_specifications_own_example_fits_and_nothing_else_does() {
        assert!(checked(RIGHT, BODY, 0).is_ok());
        assert!(checked(&format!("v1,bm90IHRoaXM= {RIGHT}"), BODY, 299).is_ok());
        for (signatures, body, late) in [
            (RIGHT, &b"{}"[..], 0),
            (RIGHT, BODY, 301),
            (RIGHT, BODY, -301),
            ("v1,bm90IHRoaXM=", BODY, 0),
            ("v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", BODY, 0),
            ("", BODY, 0),
        ] {
            assert!(
                checked(signatures, body, late).is_err(),
                "{signatures} {late}"
            );
        }
    }

    #[test]
    fn what_is_signed_here_is_signed_as_the_specification_says() {
        let told = signed(RIGHT);
        let ours = sign(&Secret::new(SECRET), (told.id, told.timestamp), BODY);
        assert_eq!(ours.as_deref(), Some(RIGHT));
        assert_eq!(sign(&Secret::new("nonsense"), ("a", "1"), BODY), None);
    }

    #[test]
    fn a_drawn_secret_signs() {
        let secret = draw();
        assert!(secret.expose().starts_with(PREFIX) && secret.expose().len() == 50);
        assert_ne!(secret.expose(), draw().expose());
    }
}
