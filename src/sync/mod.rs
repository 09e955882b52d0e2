//! Runs syncs: read, plan, write, settle, remember where we were.
