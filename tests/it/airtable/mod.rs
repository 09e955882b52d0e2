//! Airtable: the sandbox's webhooks.

pub(crate) mod listener;
mod webhooks;
