//! What can go wrong with connections, by what the caller can do.

use super::NoWatch;
use crate::base::ConnectionId;
use crate::{providers, store, vault};

/// Why something about a connection was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none of this id under the owner.
    #[error("connection {0} does not exist")]
    UnknownConnection(ConnectionId),
    /// The owner has another connection of this name.
    #[error("another connection is called {0:?} (upper and lower case count as the same)")]
    NameTaken(String),
    /// The name's length or characters.
    #[error("a name has 1 to 120 characters, none of them a control character")]
    BadName,
    /// The token cannot be one.
    #[error("{0}")]
    BadToken(&'static str),
    /// No sandbox is set.
    #[error(
        "no sandbox is set up here; start one with `weighbridge sandbox` and set sandbox.url to \
         its address"
    )]
    NoSandbox,
    /// The appliance is not registered at the provider.
    #[error(
        "this appliance is not registered at {0} for OAuth: set {0}.client_id, and \
         {0}.client_secret if the provider gave one"
    )]
    NoClient(&'static str),
    /// Nothing was begun under this state that still waits, for this user in this session.
    #[error(
        "this was not begun here, was used already, or took longer than ten minutes; begin anew"
    )]
    UnknownAuthorization,
    /// The person said no.
    #[error("access was denied at the provider; nothing was connected")]
    Denied,
    /// The provider gave no tokens.
    #[error("the provider did not connect it: {0}")]
    NotAuthorized(String),
    /// Somebody else changed it at the same time.
    #[error("the connection was changed by somebody else meanwhile; read it again")]
    Changed,
    /// The token cannot be opened: replace it.
    #[error("the stored token cannot be opened; replace it")]
    Sealed(#[source] vault::Error),
    /// The hook has said that it is gone.
    #[error("the hook is gone; copy the address of another one from the Zap into it")]
    HookGone,
    /// The address leads nowhere, or what came there was not signed by the provider.
    #[error("there is nothing at this address")]
    UnknownWatch,
    /// The provider tells nothing of advertising.
    #[error("{0} has no advertising figures; give the connection of one that has: meta or google")]
    NoAdvertising(&'static str),
    /// What is in the way of the provider's telling of changes.
    #[error(transparent)]
    NoWatch(NoWatch),
    /// Nobody gives the provider an address by hand.
    #[error("of the providers Notion alone is given an address by hand to tell of changes")]
    NotByHand,
    /// There is no subscription to end.
    #[error("the provider was given no address to tell of changes")]
    NoSubscription,
    /// There is no verification token to be shown.
    #[error(
        "there is no verification token to show: none came yet, it was shown already, or the \
         provider signs with it by now; have the provider send it again, or draw another address"
    )]
    NoToken,
    /// The provider did not do what it was asked.
    #[error("the provider did not do it")]
    Provider(#[from] providers::Error),
    /// The audit log cannot be written, so the credential is not used.
    #[error("no use of a credential without its line in the audit log")]
    Audit(#[from] crate::base::WitnessError),
    /// The store did not do it.
    #[error("the store did not do it")]
    Store(#[from] store::Error),
}
