//! The priority of a sync: it is chosen, shown, kept in the book, and taken by runs that wait.

use std::time::Duration;

use serde_json::{Value, json};
use weighbridge::sync::Priority;

use super::far::Far;
use super::{Yard, id};

impl Yard {
    /// The priorities of the runs that have not ended.
    fn priorities(&self) -> Vec<Priority> {
        let active = self.server.app.syncs.active().unwrap();
        active.iter().map(|run| run.priority).collect()
    }
}

#[tokio::test]
async fn a_sync_is_of_the_priority_that_was_chosen_and_runs_that_wait_take_it_too() {
    let yard = Yard::at(Far::Airtable).await;
    let sync = yard.sync_with(json!({"priority": "low"})).await;
    let path = format!("/syncs/{sync}");
    let shown = yard.member.get(&path).await.expect(200);
    assert_eq!(shown["priority"], "low");
    // Nothing is executed: the run waits.
    yard.tasks.stop().await;
    yard.advance(Duration::from_mins(5));
    let runs = format!("{path}/runs");
    yard.member.post(&runs, json!({})).await.expect(202);
    assert_eq!(yard.priorities(), [Priority::Low]);
    let high = json!({"priority": "high"});
    let shown = yard.member.patch(&path, high).await.expect(200);
    assert_eq!(shown["priority"], "high");
    assert_eq!(yard.priorities(), [Priority::High]);
    let other = json!({"name": "Renamed"});
    let shown = yard.member.patch(&path, other).await.expect(200);
    assert_eq!(shown["priority"], "high", "what is not named stays");
}

#[tokio::test]
async fn a_sync_is_of_normal_priority_unless_somebody_says_otherwise() {
    let yard = Yard::at(Far::Airtable).await;
    let sync = yard.sync().await;
    let path = format!("/syncs/{sync}");
    let shown = yard.member.get(&path).await.expect(200);
    assert_eq!(
        (id(&shown), &shown["priority"]),
        (sync, &Value::from("normal"))
    );
    let refused = yard
        .member
        .patch(&path, json!({"priority": "urgent"}))
        .await;
    assert!(
        matches!(refused.status.as_u16(), 400 | 422),
        "{}",
        refused.status
    );
}
