//! Shows the keys that events are sent with.

use poem_openapi::{Enum, Object};

use crate::analytics::{Kind, Made, NewKey, WriteKey};
use crate::base::WriteKeyId;
use crate::http::Moment;

/// Who sends with a key.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "WriteKeyKind", rename_all = "snake_case")]
enum KindView {
    /// Browsers: everybody can read it, and it does nothing but add events.
    Public,
    /// Servers, who are believed when they say who did something and when.
    Secret,
}

/// A key that events are sent with.
#[derive(Object)]
#[oai(rename = "WriteKey", skip_serializing_if_is_none)]
pub(super) struct KeyView {
    /// The key's id, as in the audit log.
    id: WriteKeyId,
    /// What people call it.
    name: String,
    /// Who sends with it.
    kind: KindView,
    /// From where browsers may send with it; none for a secret one.
    origins: Vec<String>,
    /// The key itself: always for a public one, and for a secret one only in the answer that made
    /// it.
    #[oai(validator(max_length = 64))]
    key: Option<String>,
    /// How the key ends.
    ends_with: String,
    /// When it was made.
    created_at: Moment,
    /// When something came in with it last, to the minute; absent while nothing did.
    last_used_at: Option<Moment>,
}

/// One part of the keys of a site.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct WriteKeyList {
    /// In the order in which they were made.
    pub(super) items: Vec<KeyView>,
    /// Where the next part begins; absent at the end.
    pub(super) next: Option<String>,
}

/// A key to be made.
#[derive(Object)]
#[oai(rename = "NewWriteKey", deny_unknown_fields)]
pub(super) struct NewView {
    /// What to call it: 1 to 120 characters.
    #[oai(validator(max_length = 200))]
    name: String,
    /// Who sends with it.
    kind: KindView,
    /// From where browsers may, such as `https://shop.example`; 1 to 50 for a public key, none for
    /// a secret one.
    #[oai(default, validator(max_items = 50))]
    origins: Vec<String>,
}

impl From<&WriteKey> for KeyView {
    fn from(key: &WriteKey) -> Self {
        Self {
            id: key.id(),
            name: key.name().to_owned(),
            kind: match key.kind() {
                Kind::Public => KindView::Public,
                Kind::Secret => KindView::Secret,
            },
            origins: key.origins().to_vec(),
            key: key.text().map(str::to_owned),
            ends_with: key.ends_with().to_owned(),
            created_at: key.created_at().into(),
            last_used_at: key.used_at().map(Moment),
        }
    }
}

impl From<Made> for KeyView {
    fn from(made: Made) -> Self {
        Self {
            key: Some(made.text.expose().to_owned()),
            ..Self::from(&made.key)
        }
    }
}

impl From<NewView> for NewKey {
    fn from(view: NewView) -> Self {
        Self {
            name: view.name,
            kind: match view.kind {
                KindView::Public => Kind::Public,
                KindView::Secret => Kind::Secret,
            },
            origins: view.origins,
        }
    }
}
