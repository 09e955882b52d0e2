//! Turns every error into an answer: the one place that knows statuses.

mod api_error;
mod catalogue;
mod problem;
mod services;

pub use api_error::ApiError;
pub(crate) use catalogue::{CATALOGUE, Entry};
pub use catalogue::{Code, remedy};
pub use problem::FieldFault;
pub(crate) use problem::{PROBLEM, Problem};
pub(crate) use services::DependentView;
