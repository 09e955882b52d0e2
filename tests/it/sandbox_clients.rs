//! The vendors' own clients find in the sandbox what they expect of the vendor.
use std::{path::Path, process::Command};

use crate::sandbox::running;
use weighbridge::{base::Clock, sandbox::Settings};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "installs packages of PyPI and npm; run by name, or through tests/clients/run.sh"]
async fn the_vendors_own_clients_work_with_the_sandbox() {
    let sandbox = running(Settings::default(), Clock::system());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/run.sh");
    let mut clients = Command::new(script);
    clients.arg(&sandbox.url);
    let status = tokio::task::spawn_blocking(move || clients.status())
        .await
        .unwrap()
        .unwrap();
    assert!(status.success(), "the clients ended with {status}");
}
