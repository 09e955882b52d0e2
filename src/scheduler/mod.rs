//! Executes jobs: the only one that does.
