//! The appliance's entry: everything is in the library.

use std::process::ExitCode;

use weighbridge::cli;
use weighbridge::config::Environment;

/// An answer or a record is many small allocations: the system's allocator took a fifth of the
/// time of a request, and gave memory back late.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run(std::env::args_os(), Environment::of_process())
}
