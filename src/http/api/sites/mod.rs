//! Sites: what is counted, the keys that events are sent with, and how they fare.

mod funnel;
mod history;
mod key;
mod overview;
mod report;
mod resource;
mod segment;
mod together;
mod view;
mod word;

pub(super) use resource::Resource;
pub(super) use segment::Segments;
