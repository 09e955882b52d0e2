//! Builds every service once, in order: the only wiring.
