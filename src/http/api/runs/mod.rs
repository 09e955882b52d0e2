//! Executions of syncs, and how they get on.

mod resource;
mod starts;
mod view;

pub(super) use resource::Resource;
pub(super) use view::RunView;
