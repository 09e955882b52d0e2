//! Accounts at providers.

mod authorize;
mod diagnosis;
mod health;
mod remote;
mod resource;
mod view;

pub(super) use authorize::Authorizations;
pub(super) use diagnosis::Resource as Diagnosis;
pub(super) use health::Resource as Health;
pub(super) use resource::Resource;
