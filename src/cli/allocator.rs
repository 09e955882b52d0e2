//! Has the allocator give freed memory back soon.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use super::context::Context;

/// What mimalloc is told: freed memory goes back to the system after a millisecond (10 by default),
/// also when more of its neighbours is freed meanwhile, and large pieces no later than small ones
/// (ten times as late by default). A pull of 100,000 records holds 50 MiB so, instead of 65, for a
/// twentieth more of CPU time.
const SETTINGS: [(&str, &str); 3] = [
    ("MIMALLOC_PURGE_DELAY", "1"),
    ("MIMALLOC_PURGE_EXTEND_DELAY", "0"),
    ("MIMALLOC_ARENA_PURGE_MULT", "1"),
];

/// Starts this process anew with the allocator's settings, unless whoever started it chose some.
///
/// mimalloc reads them from the environment, once, before `main`, and takes them in another way
/// through unsafe code alone. The new one has the same arguments, open files and process id. Where
/// there is no `/proc`, this one goes on as it is.
pub(super) fn settle(context: &Context) {
    if SETTINGS.iter().any(|(name, _)| context.is_set(name)) {
        return;
    }
    let mut arguments = std::env::args_os();
    let name = arguments
        .next()
        .unwrap_or_else(|| OsString::from("weighbridge"));
    let mut anew = Command::new("/proc/self/exe");
    // It returns only when it fails.
    let _ = anew.arg0(name).args(arguments).envs(SETTINGS).exec();
}
