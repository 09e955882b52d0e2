//! The book of every act: its lines, its signature and its verdict.

mod line;
mod resource;
mod view;
mod wish;

pub(super) use resource::Resource;
