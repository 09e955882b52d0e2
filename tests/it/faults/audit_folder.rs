//! An audit folder that cannot be written while everything else can.

use std::path::PathBuf;
use std::time::Duration;

use super::{Mount, Things, created_in};
use crate::support::process::{Home, Served, book, within};

/// By when the appliance works again after the folder can be written.
const SOON: Duration = Duration::from_secs(30);

/// An appliance whose audit folder lies on a file system of its own.
struct Apart {
    home: Home,
    audit: PathBuf,
    disk: Mount,
    _folder: tempfile::TempDir,
}

impl Apart {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let audit = folder.path().join("audit");
        let home = Home::new(folder.path()).set("AUDIT__FOLDER", audit.to_str().unwrap());
        let disk = Mount::memory(&audit, 4);
        Self {
            home,
            audit,
            disk,
            _folder: folder,
        }
    }

    /// What holds once the folder can be written again.
    async fn recovers(&self, server: Served, mut things: Things) {
        within(SOON, "a change is made again", async || {
            let answer = things.put(&server, "afterwards").await;
            (answer.status == 200).then_some(())
        })
        .await;
        within(SOON, "it is ready again", async || {
            (server.ready().await.0 == 200).then_some(())
        })
        .await;
        let there = things.keys(&server).await;
        assert_eq!(there, things.acknowledged, "a refused change was made");
        assert!(server.stop().await.success());
        self.home.verify(&self.audit);
        assert_eq!(created_in(&book(&self.audit)), things.acknowledged);
    }
}

#[tokio::test]
async fn changes_are_refused_while_the_audit_folder_is_read_only_and_made_afterwards() {
    let apart = Apart::new();
    let mut server = apart.home.serve().await;
    server.set_up(&apart.home).await;
    let mut things = Things::new(&server).await;
    things.put(&server, "before").await.expect(200);
    let session = server.session();
    // A file system with an open file does not turn read-only, so that a start finds it so.
    assert!(server.stop().await.success());
    apart.disk.remount("ro");
    let server = apart.home.serve().await.resuming(&session);
    for number in 0..5 {
        let refused = things.put(&server, &format!("during-{number}")).await;
        refused.problem(503, "audit_unavailable");
        things.check(&server).await;
    }
    let degraded = (503, "degraded: audit_unavailable".into());
    assert_eq!(server.ready().await, degraded);
    apart.disk.remount("rw");
    apart.recovers(server, things).await;
}

#[tokio::test]
async fn a_crash_before_the_audit_folder_turned_read_only_keeps_nothing_down() {
    let apart = Apart::new();
    let mut server = apart.home.serve().await;
    server.set_up(&apart.home).await;
    let mut things = Things::new(&server).await;
    things.put(&server, "before").await.expect(200);
    let session = server.session();
    server.kill();
    apart.disk.remount("ro");
    let server = apart.home.serve().await.resuming(&session);
    things.check(&server).await;
    let refused = things.put(&server, "during").await;
    refused.problem(503, "audit_unavailable");
    apart.disk.remount("rw");
    apart.recovers(server, things).await;
}

#[tokio::test]
async fn changes_are_refused_while_the_disk_of_the_audit_folder_is_full_and_made_afterwards() {
    let apart = Apart::new();
    let mut server = apart.home.serve().await;
    server.set_up(&apart.home).await;
    let mut things = Things::new(&server).await;
    things.put(&server, "before").await.expect(200);
    let filler = apart.disk.fill(0);
    // A page of the segment may have room for some more lines.
    let refused = within(SOON, "a change is refused", async || {
        let number = things.acknowledged.len();
        let answer = things.put(&server, &format!("until-{number}")).await;
        (answer.status != 200).then_some(answer)
    })
    .await;
    refused.problem(507, "storage_full");
    things.check(&server).await;
    assert_eq!(server.ready().await, (503, "degraded: storage_full".into()));
    filler.remove();
    apart.recovers(server, things).await;
}
