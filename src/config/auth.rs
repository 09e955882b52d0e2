//! `[auth]`: passwords and sessions.

use std::num::NonZero;
use std::time::Duration;

use super::reader::Section;
use crate::base::Secret;

/// How passwords are hashed and how long a sign-in lasts.
#[derive(Clone, Debug)]
pub struct Auth {
    /// The cost of one password hash.
    pub argon2: Argon2,
    /// How many hashes are computed at the same time; at least one.
    pub hashing_at_once: usize,
    /// How long a session lives without being used.
    pub session_idle: Duration,
    /// How long a session lives at all.
    pub session_absolute: Duration,
    /// What the key that signs access tokens is made of.
    pub jwt_secret_key: Option<Secret>,
}

/// Argon2id's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2 {
    /// Memory for one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
}

impl Auth {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        let hashing_at_once: Option<u32> = from.key(
            "hashing_at_once",
            None,
            "How many passwords are hashed at the same time; each needs `argon2_memory_kib` of memory. \
             As many as the machine has cores, if not set.",
        );
        Self {
            argon2: Argon2::read(&mut from),
            hashing_at_once: hashing_at_once.map_or_else(cores, |at_once| at_once.max(1) as usize),
            session_idle: from.key(
                "session_idle",
                Duration::from_hours(1),
                "A session that is not used for that long ends.",
            ),
            session_absolute: from.key(
                "session_absolute",
                Duration::from_hours(12),
                "A session ends after that long, used or not.",
            ),
            jwt_secret_key: from.secret(
                "jwt_secret_key",
                "What the key that signs access tokens is made of: 32 random characters at least. Without \
                 it the appliance makes one and seals it.",
            ),
        }
    }
}

impl Argon2 {
    // OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
    fn read(from: &mut Section<'_, '_>) -> Self {
        Self {
            memory_kib: from.within(
                "argon2_memory_kib",
                19_456,
                8..=4_194_304,
                "Memory that one password hash takes (Argon2id).",
            ),
            iterations: from.within(
                "argon2_iterations",
                2,
                1..=1_000,
                "How often a password hash passes over its memory.",
            ),
            parallelism: from.within(
                "argon2_parallelism",
                1,
                1..=64,
                "Lanes of one password hash; each needs 8 KiB at least.",
            ),
        }
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}
