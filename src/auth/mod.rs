//! Knows who is calling: users, passwords, sessions, roles.
