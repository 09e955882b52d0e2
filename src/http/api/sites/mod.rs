//! Sites: what is counted, the keys that events are sent with, and how they fare.

mod history;
mod key;
mod overview;
mod resource;
mod view;

pub(super) use resource::Resource;
