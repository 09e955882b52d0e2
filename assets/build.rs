//! Builds the browser UI when its sources have changed.

fn main() {}
