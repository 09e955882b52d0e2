//! Builds the browser UI with npm when its sources have changed; Cargo runs it before the crate.
//!
//! The result, `assets/dist`, is embedded into the binary. With `WEIGHBRIDGE_SKIP_UI` set, Node is
//! not needed and a page takes the UI's place that says so.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, ExitCode, Output};

/// Everything the UI is made of, and nothing that building it writes.
const SOURCES: [&str; 8] = [
    "src",
    "public",
    "index.html",
    "pack.mjs",
    "vite.config.ts",
    "package.json",
    "package-lock.json",
    ".npmrc",
];

/// Vite's own floor.
const OLDEST_NODE: Version = Version {
    major: 20,
    minor: 19,
};

const PLACEHOLDER: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>Weighbridge</title>
<h1>Weighbridge is running, without its browser UI</h1>
<p>This binary was built with WEIGHBRIDGE_SKIP_UI set. The API is at <code>/api/v1</code>.</p>
</html>
";

fn main() -> ExitCode {
    println!("cargo::rerun-if-env-changed=WEIGHBRIDGE_SKIP_UI");
    println!("cargo::rerun-if-changed=assets/build.rs");
    for source in SOURCES {
        println!("cargo::rerun-if-changed=assets/{source}");
    }
    let outcome = match std::env::var_os("WEIGHBRIDGE_SKIP_UI") {
        Some(wish) if wish != "0" => write_placeholder(Path::new("assets/dist")),
        _ => build(Path::new("assets")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            println!("cargo::error={fault}");
            ExitCode::FAILURE
        }
    }
}

/// Puts a page in the UI's place, unless a UI built earlier is there.
fn write_placeholder(dist: &Path) -> Result<(), Fault> {
    let page = dist.join("index.html");
    if page.exists() {
        return Ok(());
    }
    fs::create_dir_all(dist).map_err(Fault::Files)?;
    fs::write(page, PLACEHOLDER).map_err(Fault::Files)
}

fn build(ui: &Path) -> Result<(), Fault> {
    check_node()?;
    if !is_installed(ui) {
        run(ui, "npm", ["ci", "--omit=dev"])?;
    }
    run(ui, "npm", ["run", "build"]).map(drop)
}

fn check_node() -> Result<(), Fault> {
    let said = run(Path::new("."), "node", ["--version"])?;
    let said = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    match Version::parse(&said) {
        Some(found) if found >= OLDEST_NODE => Ok(()),
        _ => Err(Fault::OldNode(said)),
    }
}

/// Whether `node_modules` was installed from the lock file as it is now: npm writes its own copy
/// of the lock there when it has finished.
fn is_installed(ui: &Path) -> bool {
    let modified = |path: &str| fs::metadata(ui.join(path)).and_then(|file| file.modified());
    match (
        modified("node_modules/.package-lock.json"),
        modified("package-lock.json"),
    ) {
        (Ok(installed), Ok(locked)) => installed >= locked,
        _ => false,
    }
}

fn run<const N: usize>(folder: &Path, program: &str, args: [&str; N]) -> Result<Output, Fault> {
    let step = || format!("{program} {}", args.join(" "));
    let output = Command::new(program)
        .args(args.map(OsStr::new))
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .map_err(|cause| Fault::Missing(step(), cause))?;
    if output.status.success() {
        return Ok(output);
    }
    Err(Fault::Failed(step(), output))
}

#[derive(PartialEq, PartialOrd)]
struct Version {
    major: u32,
    minor: u32,
}

impl Version {
    /// Reads what `node --version` prints, `v20.19.5`.
    fn parse(said: &str) -> Option<Self> {
        let mut parts = said.strip_prefix('v')?.split('.').map(str::parse);
        let (major, minor) = (parts.next()?.ok()?, parts.next()?.ok()?);
        Some(Self { major, minor })
    }
}

enum Fault {
    /// A program could not be started; what was tried.
    Missing(String, io::Error),
    OldNode(String),
    /// A step ended badly; what was tried, and all it said.
    Failed(String, Output),
    Files(io::Error),
}

impl fmt::Display for Fault {
    /// On one line: Cargo takes an error no further than its first line break.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const REMEDY: &str = "install Node.js 20.19 or newer with npm, or set WEIGHBRIDGE_SKIP_UI=1 to build without the UI";
        match self {
            Self::Missing(step, cause) => {
                write!(
                    f,
                    "the browser UI needs Node.js: `{step}` could not be started ({cause}); {REMEDY}"
                )
            }
            Self::OldNode(said) => write!(
                f,
                "the browser UI needs a newer Node.js than {said}; {REMEDY}"
            ),
            Self::Failed(step, output) => {
                let said = [&output.stdout[..], &output.stderr[..]].concat();
                let said = String::from_utf8_lossy(&said).trim().replace('\n', " | ");
                write!(
                    f,
                    "the browser UI was not built: `{step}` ended with {}: {said}",
                    output.status
                )
            }
            Self::Files(cause) => write!(
                f,
                "the page in the browser UI's place was not written: {cause}"
            ),
        }
    }
}
