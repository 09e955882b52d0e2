//! A disk that fills up under the server, on file systems of their own.

use std::time::Duration;

use super::{Mount, Things};
use crate::support::process::{Home, within};

/// By when the appliance works again after there is room.
const SOON: Duration = Duration::from_secs(30);

/// Everything that is promised while the disk is full but for `spare` bytes, and afterwards.
async fn goes_through_a_full_disk(home: &Home, disk: &Mount, spare: u64) {
    let mut server = home.serve().await;
    server.set_up(home).await;
    let mut things = Things::new(&server).await;
    for number in 0..20 {
        things
            .put(&server, &format!("before-{number}"))
            .await
            .expect(200);
    }
    assert_eq!(server.ready().await, (200, "ok".into()));

    let filler = disk.fill(spare);
    for number in 0..5 {
        let refused = things.put(&server, &format!("during-{number}")).await;
        refused.problem(507, "storage_full");
        things.check(&server).await;
    }
    assert_eq!(server.ready().await, (503, "degraded: storage_full".into()));
    assert!(server.runs());

    // A supervisor that starts it again must not find one that ends at once.
    let session = server.session();
    server.kill();
    let mut server = home.serve().await.resuming(&session);
    things.check(&server).await;
    let refused = things.put(&server, "after-a-start").await;
    refused.problem(507, "storage_full");
    assert_eq!(server.ready().await, (503, "degraded: storage_full".into()));
    assert!(server.runs());

    filler.remove();
    within(SOON, "a write goes in again", async || {
        let answer = things.put(&server, "afterwards").await;
        (answer.status == 200).then_some(())
    })
    .await;
    within(SOON, "it is ready again", async || {
        (server.ready().await.0 == 200).then_some(())
    })
    .await;
    things.check(&server).await;
    let there = things.keys(&server).await;
    assert_eq!(there, things.acknowledged, "what was refused is there");

    assert!(server.stop().await.success());
    home.verify(&home.data.join("audit"));
    assert_eq!(super::created_in(&home.book()), things.acknowledged);
    let server = home.serve().await.resuming(&session);
    things.check(&server).await;
}

#[tokio::test]
async fn a_full_file_system_in_memory_refuses_writes_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path());
    let disk = Mount::memory(&home.data, 24);
    goes_through_a_full_disk(&home, &disk, 0).await;
}

#[tokio::test]
async fn a_full_ext4_refuses_writes_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path());
    let disk = Mount::ext4(&home.data, &folder.path().join("image"), 24);
    goes_through_a_full_disk(&home, &disk, 0).await;
}

/// Room for the book alone: the store keeps some free, so that it can always be opened.
#[tokio::test]
async fn a_nearly_full_disk_refuses_writes_while_the_book_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path());
    let disk = Mount::memory(&home.data, 24);
    goes_through_a_full_disk(&home, &disk, 2 << 20).await;
}
