//! The key that signs access tokens: the one that was set, or one of the appliance's own, sealed.

use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::audit::{Code, Event};
use crate::auth::{Error, Ledger};
use crate::base::{Actor, Hex, Secret, SecretBytes};
use crate::store::{Batch, Collection, Json};
use crate::vault::{Context, Sealed, Vault};

/// The one key there is, if none was set.
pub(in crate::auth) struct SigningKeys;

impl Collection for SigningKeys {
    const NAME: &'static str = "access_key";
    type Key = ();
    type Value = Kept;
}

#[derive(Serialize, Deserialize)]
pub(in crate::auth) struct Kept {
    sealed: Sealed,
}

impl Json for Kept {}

const PLACE: Context<'static> = Context {
    kind: SigningKeys::NAME,
    record: b"",
    field: "sealed",
    owner: b"",
};

/// Signs access tokens. Clones share the key, which is wiped with the last of them.
#[derive(Clone)]
pub(in crate::auth) struct Signer(Arc<SecretBytes<32>>);

impl Signer {
    /// With the key that was set, else with the store's, which is made at the first start.
    pub(in crate::auth) async fn open(
        set: Option<&Secret>,
        ledger: &Ledger,
        vault: &Vault,
    ) -> Result<Self, Error> {
        if let Some(secret) = set {
            return Ok(Self::of(secret));
        }
        if let Some(row) = ledger.store.get::<SigningKeys>(&())? {
            let secret = vault.open(&PLACE, &row.value.sealed)?;
            return Ok(Self::of(&secret));
        }
        let secret = Secret::new(Hex(SecretBytes::<32>::random().expose()).to_string());
        let event = Event::new(Code::TokenKeyMade, &Actor::system());
        let event = event.entity("key", "access_tokens", "access tokens");
        let mut batch = Batch::new(event.build(&ledger.clock));
        let sealed = vault.seal(&PLACE, &secret);
        batch.insert::<SigningKeys>(&(), &Kept { sealed });
        ledger.store.commit(batch).await?;
        Ok(Self::of(&secret))
    }

    /// Whatever its length, a secret gives a key for this use alone.
    fn of(secret: &Secret) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes());
        let mut mac = mac.expect("HMAC takes keys of any length");
        mac.update(b"weighbridge access tokens");
        Self(Arc::new(SecretBytes::new(
            mac.finalize().into_bytes().into(),
        )))
    }

    pub(super) fn key(&self) -> &SecretBytes<32> {
        &self.0
    }
}
