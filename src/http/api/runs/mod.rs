//! Executions of syncs, and how they get on.

mod resource;
mod starts;
mod view;

pub(super) use resource::{Accepted, Resource};
pub(super) use starts::Starts;
pub(super) use view::{CountsView, DirectionView, FailureView, FateView, RunView, StarterView};
