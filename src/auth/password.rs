//! Hashes passwords, a few at a time and away from the runtime.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD as STANDARD_NO_PAD;
use icu_normalizer::ComposingNormalizer;
use tokio::sync::Semaphore;

use super::Error;
use crate::base::{Blocking, Secret, SecretBytes};
use crate::config;

/// Argon2id with the parameters of the settings. Clones share the queue.
#[derive(Clone)]
pub struct Hasher {
    argon2: Argon2<'static>,
    /// What a sign-in of somebody unknown is compared with, so that it takes as long.
    nobody: Arc<str>,
    at_once: Arc<Semaphore>,
    blocking: Blocking,
}

impl Hasher {
    /// A hasher of the given strength. Errs on parameters that Argon2 does not take.
    pub fn new(settings: &config::Auth, blocking: Blocking) -> Result<Self, Error> {
        let cost = settings.argon2;
        let params = Params::new(cost.memory_kib, cost.iterations, cost.parallelism, None)
            .map_err(|error| Error::Hash(error.into()))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Ok(Self {
            nobody: nobody(cost).into(),
            argon2,
            at_once: Arc::new(Semaphore::new(settings.hashing_at_once)),
            blocking,
        })
    }

    /// The password's hash with its salt and parameters, in the PHC string format.
    pub async fn hash(&self, password: &Secret) -> Result<String, Error> {
        let (argon2, password) = (self.argon2.clone(), password.clone());
        self.run(move || hash(&argon2, &password)).await
    }

    /// Whether `password` is the one of `stored`; takes as long, and is false, without one.
    pub async fn verify(&self, password: &Secret, stored: Option<&str>) -> Result<bool, Error> {
        let known = stored.is_some();
        let stored = stored.unwrap_or(&self.nobody).to_owned();
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let right = self
            .run(move || verify(&argon2, &password, &stored))
            .await?;
        Ok(right && known)
    }

    /// Whether `stored` was made with other parameters than today's.
    pub fn is_outdated(&self, stored: &str) -> bool {
        let Ok(hash) = PasswordHash::new(stored) else {
            return true;
        };
        Params::try_from(&hash).map_or(true, |params| {
            let of = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
            of(&params) != of(self.argon2.params())
        })
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        // Never closed, so that a permit always comes.
        let permit = Arc::clone(&self.at_once).acquire_owned().await;
        self.blocking
            .run(move || {
                let _until_done = permit;
                work()
            })
            .await
    }
}

/// A hash of today's strength that no password has: chance made it, not Argon2, whose time and
/// memory the start of the appliance need not spend.
fn nobody(cost: config::Argon2) -> String {
    let (salt, output) = (SecretBytes::<16>::random(), SecretBytes::<32>::random());
    format!(
        "$argon2id$v=19$m={},t={},p={}${}${}",
        cost.memory_kib,
        cost.iterations,
        cost.parallelism,
        STANDARD_NO_PAD.encode(salt.expose()),
        STANDARD_NO_PAD.encode(output.expose()),
    )
}

fn hash(argon2: &Argon2<'_>, password: &Secret) -> Result<String, Error> {
    let hash = argon2.hash_password(composed(password).expose().as_bytes());
    hash.map(|hash| hash.to_string()).map_err(Error::Hash)
}

fn verify(argon2: &Argon2<'_>, password: &Secret, stored: &str) -> Result<bool, Error> {
    use argon2::password_hash::Error as Fault;
    let stored = PasswordHash::new(stored).map_err(|fault| Error::Hash(fault.into()))?;
    match argon2.verify_password(composed(password).expose().as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(Fault::PasswordInvalid) => Ok(false),
        Err(fault) => Err(Error::Hash(fault)),
    }
}

/// The same text whichever keyboard typed it: accents come composed or apart (Unicode NFC).
fn composed(password: &Secret) -> Secret {
    Secret::new(ComposingNormalizer::new_nfc().normalize(password.expose()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::config::Config;

    /// A hasher that is quick and weak.
    pub(crate) fn quick() -> Hasher {
        Hasher::new(&settings(8), Blocking::Inline).unwrap()
    }

    fn settings(memory_kib: u32) -> config::Auth {
        let mut settings = Config::default().auth;
        settings.argon2 = config::Argon2 {
            memory_kib,
            iterations: 1,
            parallelism: 1,
        };
        settings
    }

    #[tokio::test]
    async fn only_the_very_password_is_right() {
        let hasher = quick();
        let long = "x".repeat(72);
        let stored = hasher.hash(&Secret::new(long.clone())).await.unwrap();
        let right = async |text: &str| {
            let password = Secret::new(text);
            hasher.verify(&password, Some(&stored)).await.unwrap()
        };
        assert!(right(&long).await);
        assert!(!right(&format!("{long}x")).await);
        assert!(!right(&"x".repeat(71)).await);
    }

    #[tokio::test]
    async fn accents_may_be_typed_composed_or_apart() {
        let hasher = quick();
        let stored = hasher.hash(&Secret::new("Zw\u{f6}lf")).await.unwrap();
        let apart = Secret::new("Zwo\u{308}lf");
        assert!(hasher.verify(&apart, Some(&stored)).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let password = Secret::new("nobody's password");
        assert!(!quick().verify(&password, None).await.unwrap());
    }

    #[tokio::test]
    async fn a_hash_of_other_parameters_is_outdated() {
        let stored = quick().hash(&Secret::new("x")).await.unwrap();
        let stronger = Hasher::new(&settings(16), Blocking::Inline).unwrap();
        assert!(!quick().is_outdated(&stored));
        assert!(stronger.is_outdated(&stored));
    }
}
