//! Reads the one configuration file, and reports every fault in it at once.
