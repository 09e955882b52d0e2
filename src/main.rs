//! The appliance's entry: everything is in the library.

use std::process::ExitCode;

use weighbridge::cli;
use weighbridge::config::Environment;

fn main() -> ExitCode {
    cli::run(std::env::args_os(), Environment::of_process())
}
