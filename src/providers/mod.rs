//! Speaks the vendors' protocols behind one trait.
//!
//! [`Records`] is what a provider of tables can do, and [`Reports`] what one of advertising figures
//! can; [`open`] and [`open_reports`] give one account's, by the provider's name. Each vendor's
//! folder keeps its JSON (`wire`), the meaning of its values (`map`) and its errors (`refusal`) to itself. [`Gate`] holds calls back to the pace that the vendor allows;
//! [`Tokens`] gives the token of each call, and [`Errand`] is told of it. [`oauth`] is how a person's leave becomes one.

mod airtable;
mod errand;
mod error;
mod gate;
mod google;
mod headers;
mod kind;
mod learnt;
mod meta;
mod notion;
pub mod oauth;
mod pace;
mod records;
mod references;
mod reports;
mod rounding;
#[cfg(test)]
mod script;
mod sheet;
mod tableless;
mod tokens;
mod trail;
mod webhooks;
mod zapier;

use std::sync::Arc;
use std::time::Duration;

pub use errand::{Alone, Errand, Patience};
pub use error::Error;
pub use gate::{Gate, Pace};
pub use google::AdsApi;
pub use headers::Skew;
pub use kind::{Endpoint, Kind, UnknownKind};
pub use learnt::{Learnt, Limit, Met, Standing};
pub use records::{
    Account, Answer, Base, Changed, Editor, Held, Layout, Page, Records, RemoteField, RemoteTable,
    Removal, Row, Since, changed_field,
};
pub use references::kept;
pub use reports::{AdAccount, CampaignDay, Reports};
pub use sheet::{Cells, Reading, Sent, Sheet};
pub use tokens::{Fixed, Tokens};
pub use trail::Trail;
pub use webhooks::{Change, NewWebhook, Told, Webhook, Webhooks};

pub(crate) use zapier::names_one_place;

use crate::net::{Network, Target};

/// One account at a provider, and the way to it.
#[derive(Clone)]
pub struct Access {
    /// Where the provider answers.
    pub target: Target,
    /// What carries the calls.
    pub network: Arc<dyn Network>,
    /// The pace of the calls, shared by all accounts at this target.
    pub gate: Arc<Gate>,
    /// What tells this account from others, where the vendor counts the calls of each.
    pub account: String,
    /// The account's credential.
    pub tokens: Arc<dyn Tokens>,
    /// Who has the calls made.
    pub errand: Arc<dyn Errand>,
    /// For how long what was written may be missing from the provider's lists.
    pub settles_after: Duration,
    /// How Google Ads is called; of no use to others.
    pub ads: AdsApi,
}

/// The tables of an account.
pub fn open(kind: Kind, access: Access) -> Arc<dyn Records> {
    match kind {
        Kind::Airtable => Arc::new(airtable::Airtable::new(access)),
        Kind::Notion => Arc::new(notion::Notion::new(access)),
        Kind::Zapier => Arc::new(zapier::Zapier::new(access)),
        Kind::Meta => Arc::new(tableless::Tableless(Arc::new(meta::Meta::new(access)))),
        Kind::Google => Arc::new(tableless::Tableless(Arc::new(google::Google::new(access)))),
    }
}

/// The advertising of an account; none where the provider has none.
pub fn open_reports(kind: Kind, access: Access) -> Option<Arc<dyn Reports>> {
    match kind {
        Kind::Meta => Some(Arc::new(meta::Meta::new(access))),
        Kind::Google => Some(Arc::new(google::Google::new(access))),
        Kind::Airtable | Kind::Notion | Kind::Zapier => None,
    }
}
