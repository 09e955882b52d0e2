//! The people of the workspace, and the integration that the token belongs to.
use serde_json::{Value, json};
use uuid::{Uuid, uuid};

/// The workspace's id.
pub(crate) const WORKSPACE: Uuid = uuid!("5a4db0c5-0000-4000-8000-000000000001");

/// Who wrote something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// The integration.
    Bot,
    /// Somebody at the vendor's own page.
    Colleague,
}

/// A user: a person, or the integration itself.
pub(crate) struct User {
    pub(crate) id: Uuid,
    name: &'static str,
    email: Option<&'static str>,
}

/// Everybody; the integration comes first.
pub(crate) const USERS: [User; 3] = [
    User {
        id: uuid!("b0700000-0000-4000-8000-000000000001"),
        name: "Sandbox",
        email: None,
    },
    User {
        id: uuid!("c0110000-0000-4000-8000-000000000001"),
        name: "Carl Colleague",
        email: Some("colleague@sandbox.example"),
    },
    User {
        id: uuid!("01a00000-0000-4000-8000-000000000001"),
        name: "Olga Owner",
        email: Some("owner@sandbox.example"),
    },
];

impl Author {
    pub(crate) fn id(self) -> Uuid {
        match self {
            Self::Bot => USERS[0].id,
            Self::Colleague => USERS[1].id,
        }
    }
}

/// Finds a user.
pub(crate) fn find(id: Uuid) -> Option<&'static User> {
    USERS.iter().find(|user| user.id == id)
}

/// Finds a user by name or address, for the rows of a seed.
pub(crate) fn called(name: &str) -> Option<&'static User> {
    USERS
        .iter()
        .find(|user| user.name == name || user.email == Some(name))
}

impl User {
    /// The user as it is shown whole.
    pub(crate) fn json(&self) -> Value {
        let mut shown = json!({
            "object": "user", "id": self.id, "name": self.name, "avatar_url": null,
        });
        if let Some(email) = self.email {
            shown["type"] = json!("person");
            shown["person"] = json!({ "email": email });
        } else {
            shown["type"] = json!("bot");
            shown["bot"] = json!({
                "owner": { "type": "workspace", "workspace": true },
                "workspace_id": WORKSPACE,
                "workspace_name": "Sandbox",
                "workspace_limits": { "max_file_upload_size_in_bytes": 5_242_880 },
            });
        }
        shown
    }
}
