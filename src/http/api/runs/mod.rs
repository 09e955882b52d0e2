//! Executions of syncs, and how they get on.

mod calendar;
mod resource;
mod starts;
mod view;

pub(super) use calendar::Resource as Calendar;
pub(super) use resource::{Accepted, Resource};
pub(super) use starts::Starts;
pub(super) use view::{CountsView, DirectionView, FailureView, FateView, RunView, StarterView};
