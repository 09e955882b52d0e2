//! Accounts at providers.

mod authorize;
mod remote;
mod resource;
mod view;

pub(super) use authorize::Authorizations;
pub(super) use resource::Resource;
