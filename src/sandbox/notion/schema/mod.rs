//! The calls about databases and data sources.
mod databases;
mod shape;
mod show;
mod sources;
