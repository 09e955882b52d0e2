//! What a run of a sync would do, written down beforehand, and its approval.

mod resource;
mod view;

pub(super) use resource::Resource;
