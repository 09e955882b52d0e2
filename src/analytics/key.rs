//! One key that events are sent with.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Error;
use super::domain;
use super::row::{Door, Doors, Keys, StoredKey};
use super::site::Site;
use crate::audit::{Code, Event};
use crate::base::{Actor, Cursor, Hex, Secret, SecretBytes, WriteKeyId};
use crate::datasets::Access;
use crate::store::{self, Batch, Bytes, Row, Scan, prefix};

/// A site has no more keys.
const MOST: usize = 50;
/// A public key names no more origins.
const MOST_ORIGINS: usize = 50;
/// So many letters of a key are shown of it.
const SHOWN: usize = 4;

/// Who sends with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Browsers: everybody can read it, and it does nothing but add events.
    Public,
    /// Servers, who are believed when they say who did something and when.
    Secret,
}

impl Kind {
    /// Its word in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Secret => "secret",
        }
    }

    /// What its keys begin with.
    pub(super) const fn beginning(self) -> &'static str {
        match self {
            Self::Public => "wbp_",
            Self::Secret => "wbs_",
        }
    }
}

/// A key to be made.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What people call it.
    pub name: String,
    /// Who sends with it.
    pub kind: Kind,
    /// From where browsers may; none for a secret one.
    pub origins: Vec<String>,
}

/// One key of a site.
#[derive(Clone, Debug)]
pub struct WriteKey {
    pub(super) id: WriteKeyId,
    pub(super) stored: StoredKey,
}

/// A key that was made just now: a secret one is shown this once.
pub struct Made {
    /// The key, as it is listed.
    pub key: WriteKey,
    /// The key itself.
    pub text: Secret,
}

impl WriteKey {
    pub(super) fn of(row: Row<Keys>) -> Self {
        Self {
            id: row.key.1,
            stored: row.value,
        }
    }

    /// The id.
    pub fn id(&self) -> WriteKeyId {
        self.id
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.stored.name
    }

    /// Who sends with it.
    pub fn kind(&self) -> Kind {
        self.stored.kind
    }

    /// From where browsers may.
    pub fn origins(&self) -> &[String] {
        &self.stored.origins
    }

    /// The key itself, where it is no secret.
    pub fn text(&self) -> Option<&str> {
        self.stored.text.as_deref()
    }

    /// How it ends.
    pub fn ends_with(&self) -> &str {
        &self.stored.ends_with
    }

    /// When it was made.
    pub fn created_at(&self) -> Timestamp {
        self.stored.created_at
    }

    /// When something came in with it last, to the minute.
    pub fn used_at(&self) -> Option<Timestamp> {
        self.stored.used_at
    }

    pub(super) fn allows(&self, origin: &str) -> bool {
        self.stored.origins.iter().any(|one| one == origin)
    }
}

impl Site {
    /// Its keys, in the order in which they were made.
    pub fn keys(&self) -> Result<Vec<WriteKey>, Error> {
        let scan = Scan::prefix(prefix(&self.number()), MOST);
        let rows = self.all.0.store.scan::<Keys>(&scan)?.rows;
        Ok(rows.into_iter().map(WriteKey::of).collect())
    }

    /// One page of them, for a person who reads them.
    pub fn list_keys(
        &self,
        (limit, after): (usize, Option<&Cursor>),
        by: &Actor,
    ) -> Result<(Vec<WriteKey>, Option<Cursor>), Error> {
        let scan = Scan::prefix(prefix(&self.number()), limit).after(after);
        let page = self.all.0.store.scan::<Keys>(&scan)?;
        let keys: Vec<WriteKey> = page.rows.into_iter().map(WriteKey::of).collect();
        let event = self.event(Code::SitesRead, by);
        let event = event.count("keys", keys.len() as u64);
        self.all.0.log.record(event.build(&self.all.0.clock));
        Ok((keys, page.next))
    }

    /// Makes a key.
    pub async fn create_key(&self, new: NewKey, by: &Actor) -> Result<Made, Error> {
        self.demand(Access::Edit)?;
        let parts = &self.all.0;
        let name = super::service::checked_name(&new.name)?;
        let origins = origins(new.kind, &new.origins)?;
        if self.keys()?.len() >= MOST {
            return Err(Error::TooManyKeys(MOST));
        }
        let text = draw(new.kind);
        let print = print_of(text.expose());
        let id = WriteKeyId::new(&parts.clock);
        let (owner, site) = self.key;
        let stored = StoredKey {
            owner,
            site,
            name,
            kind: new.kind,
            origins,
            text: (new.kind == Kind::Public).then(|| text.expose().to_owned()),
            ends_with: text.expose()[text.expose().len() - SHOWN..].to_owned(),
            print: print.clone(),
            created_at: parts.now(),
            used_at: None,
        };
        let act = self.about_key(Code::SiteKeyCreated, (id, &stored), by);
        let act = act.count("origins", stored.origins.len() as u64);
        let mut batch = Batch::new(act.build(&parts.clock));
        self.hold(&mut batch);
        let key = (self.number(), id);
        batch.insert::<Keys>(&key, &stored);
        let number = self.number();
        batch.insert::<Doors>(&Bytes(print.into_bytes()), &Door { number, key: id });
        match parts.store.commit(batch).await {
            // The site has gone meanwhile.
            Err(store::Error::Dangling(_)) => return Err(Error::UnknownSite(site)),
            outcome => outcome?,
        };
        let key = WriteKey { id, stored };
        Ok(Made { key, text })
    }

    /// Takes a key back: nothing comes in with it any more.
    pub async fn delete_key(&self, id: WriteKeyId, by: &Actor) -> Result<(), Error> {
        self.demand(Access::Edit)?;
        let parts = &self.all.0;
        let key = (self.number(), id);
        let row = parts.store.get::<Keys>(&key)?;
        let row = row.ok_or(Error::UnknownKey(id))?;
        let act = self.about_key(Code::SiteKeyDeleted, (id, &row.value), by);
        let mut batch = Batch::new(act.build(&parts.clock));
        self.hold(&mut batch);
        batch.discard::<Doors>(&Bytes(row.value.print.into_bytes()));
        batch.discard::<Keys>(&key);
        parts.store.commit(batch).await?;
        Ok(())
    }

    fn about_key(&self, code: Code, (id, key): (WriteKeyId, &StoredKey), by: &Actor) -> Event {
        let event = Event::new(code, by)
            .entity("site_key", id, &key.name)
            .entity("site", self.id(), self.name())
            .detail("kind", key.kind.name())
            .detail("ends_with", key.ends_with.as_str());
        self.told(event, by)
    }
}

/// 160 bits, which nobody guesses.
fn draw(kind: Kind) -> Secret {
    let bytes = SecretBytes::<20>::random();
    Secret::new(format!("{}{}", kind.beginning(), Hex(bytes.expose())))
}

/// What a key is found by.
pub(super) fn print_of(text: &str) -> String {
    let print: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    Hex(&print).to_string()
}

/// The origins as browsers spell them.
fn origins(kind: Kind, given: &[String]) -> Result<Vec<String>, Error> {
    match (kind, given.len()) {
        (Kind::Secret, 0) => return Ok(Vec::new()),
        (Kind::Secret, _) => {
            let why = "a secret key is for servers and has no origins; browsers need a public one";
            return Err(Error::Origins(why));
        }
        (Kind::Public, 1..=MOST_ORIGINS) => {}
        (Kind::Public, _) => {
            let why = "a public key names the 1 to 50 origins from which browsers may send with it";
            return Err(Error::Origins(why));
        }
    }
    let mut origins = Vec::with_capacity(given.len());
    for one in given {
        let origin = domain::origin(one).ok_or_else(|| Error::BadOrigin(one.clone()))?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(origins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_of_which_kind_it_is_and_no_two_are_alike() {
        let (one, other) = (draw(Kind::Public), draw(Kind::Public));
        assert!(one.expose().starts_with("wbp_") && one.expose().len() == 44);
        assert_ne!(one.expose(), other.expose());
        assert!(draw(Kind::Secret).expose().starts_with("wbs_"));
    }

    #[test]
    fn a_public_key_needs_origins_and_a_secret_one_has_none() {
        let shop = || {
            vec![
                "https://Shop.example/".to_owned(),
                "https://shop.example".into(),
            ]
        };
        assert_eq!(
            origins(Kind::Public, &shop()).unwrap(),
            ["https://shop.example"]
        );
        assert!(origins(Kind::Public, &[]).is_err());
        assert!(origins(Kind::Secret, &shop()).is_err());
        assert!(origins(Kind::Secret, &[]).unwrap().is_empty());
        for bad in [
            "shop.example",
            "ftp://shop.example",
            "https://shop.example/x",
            "*",
            "null",
        ] {
            assert!(origins(Kind::Public, &[bad.to_owned()]).is_err(), "{bad}");
        }
    }
}
