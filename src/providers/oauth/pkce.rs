//! Binds a code to the one who asked for it (RFC 7636).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::base::{Secret, SecretBytes};

/// A secret that only the one who asks knows, until it shows it together with the code.
#[derive(Clone, Debug)]
pub struct Verifier(Secret);

impl Verifier {
    /// 256 bits of the system's generator, in 43 characters.
    pub fn random() -> Self {
        let bytes = SecretBytes::<32>::random();
        Self(Secret::new(URL_SAFE_NO_PAD.encode(bytes.expose())))
    }

    /// What is told beforehand, from which the secret cannot be found.
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.expose()))
    }

    pub(super) fn expose(&self) -> &str {
        self.0.expose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_standards_example() {
        let verifier = Verifier(Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        let expected = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert_eq!(verifier.challenge(), expected);
    }

    #[test]
    fn no_two_are_alike_and_none_is_shown() {
        let (one, other) = (Verifier::random(), Verifier::random());
        assert_ne!(one.expose(), other.expose());
        assert_eq!(one.expose().len(), 43);
        assert!(!format!("{one:?}").contains(one.expose()));
    }
}
