//! Keeps the accounts at the vendors: sealed credential, status, pace.
