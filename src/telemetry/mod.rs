//! Says what goes on: logs, metrics.
