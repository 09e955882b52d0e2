//! Zapier: the sandbox's hooks.

mod hooks;
