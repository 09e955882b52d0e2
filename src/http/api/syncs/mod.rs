//! Agreements between a dataset and a remote table.

mod drift;
mod meeting;
mod priority;
mod resource;
mod view;
mod watch;
mod wish;

pub(super) use resource::Resource;
pub(super) use view::ScopeView;
