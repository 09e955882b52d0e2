//! Keeps the accounts at the vendors: sealed credential, status, pace.
//!
//! A connection lies under its owner and is opened by a [`Scope`](crate::base::Scope). Its token
//! is sealed the moment it comes in and opened in one place only; whoever uses it writes that into
//! the book. What others get is a [`Records`](crate::providers::Records) handle that has the token
//! inside and keeps the pace that everybody shares. A token that came by OAuth has an end, and
//! `oauth` sees to the next one.

mod calls;
mod connection;
mod diagnosis;
mod error;
mod farewell;
mod health;
mod oauth;
mod paces;
mod row;
mod service;
mod standing;
mod subscription;
mod token;
mod watch;

pub use calls::Test;
pub use connection::Connection;
pub use diagnosis::{Check, Found};
pub use error::Error;
pub use health::{Health, Status};
pub use oauth::{Aim, Begin, Begun, Finish, GrantView, Offer, Registration, Returned};
pub use row::{AccountName, Credential, Rows};
pub use service::{Connections, Manner, Manners, New, Parts};
pub use subscription::{Arrived, Drawn, Step, SubscriptionView};
pub use watch::{Heard, NoWatch, Place, Via, WatchState, WatchView};

pub use crate::providers::{
    Account, AdAccount, Base, CampaignDay, Change, Endpoint, Error as ProviderError, Kind, Limit,
    Met, RemoteField, RemoteTable, Removal, Reports, Standing,
};

use crate::store::Table;

/// The collections of this module, for the store's registry.
pub fn tables() -> [Table; 4] {
    [
        Table::of::<Rows>(),
        Table::of::<paces::Paces>(),
        Table::of::<watch::Watches>(),
        Table::of::<subscription::Subscriptions>(),
    ]
}
