//! Holds secrets so that they are not printed by accident and are wiped when they go.

use std::fmt::{Debug, Formatter, Result};

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A text that is shown to nobody: no `Display`, and `Debug` says only that it is there.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether both are the same, in a time that tells nothing but the length.
    pub fn matches(&self, other: &str) -> bool {
        self.0.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl Debug for Secret {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str("[secret]")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// A key of `N` bytes, shown to nobody.
#[derive(Clone)]
pub struct SecretBytes<const N: usize>(Zeroizing<[u8; N]>);

impl<const N: usize> SecretBytes<N> {
    /// Takes the bytes over.
    pub fn new(bytes: [u8; N]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Draws the bytes from the system's generator.
    pub fn random() -> Self {
        let mut bytes = Zeroizing::new([0; N]);
        rand::Rng::fill_bytes(&mut rand::rng(), bytes.as_mut_slice());
        Self(bytes)
    }

    /// The bytes themselves, for the one place that needs them.
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> Debug for SecretBytes<N> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(format!("{:?}", Secret::new("CANARY")), "[secret]");
        assert_eq!(format!("{:?}", SecretBytes::new(*b"CANARY")), "[secret]");
    }
}
