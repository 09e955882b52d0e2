//! Accounts at providers.

mod remote;
mod resource;
mod view;

pub(super) use resource::Resource;
