//! Answers requests: one chain of layers, one file for each resource.
