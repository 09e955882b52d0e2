//! Plays the vendors, faults included, so that every failure can be tried first.
