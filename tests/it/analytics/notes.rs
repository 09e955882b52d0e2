//! Notes on the days of a site.

use serde_json::{Value, json};

use super::{Shop, text};

#[tokio::test]
async fn a_note_is_made_listed_changed_and_deleted() {
    let shop = Shop::open().await;
    let list = shop.below("notes");
    let new = json!({"text": " Autumn sale ", "from": "2026-11-27"});
    let made = shop.owner.post(&list, new).await.expect(201);
    assert_eq!(made["text"], "Autumn sale");
    assert_eq!(
        (&made["from"], &made["to"]),
        (&json!("2026-11-27"), &json!("2026-11-27"))
    );
    let listed = shop.owner.get(&list).await.expect(200);
    assert_eq!(listed["items"], json!([made]));
    let path = format!("{list}/{}", text(&made["id"]));
    let seen = shop.owner.get(&path).await;
    assert_eq!(seen.expect(200), made);
    let meant = shop.owner.clone().with("if-match", seen.header("etag"));
    let change = json!({"to": "2026-11-30"});
    let longer = meant.patch(&path, change.clone()).await.expect(200);
    assert_eq!(
        (&longer["from"], &longer["to"]),
        (&made["from"], &change["to"])
    );
    for late in [meant.patch(&path, change).await, meant.delete(&path).await] {
        late.problem(412, "precondition_failed");
    }
    shop.owner.delete(&path).await.expect(204);
    shop.owner.get(&path).await.problem(404, "not_found");
    // Two notes may say the same.
    for _ in 0..2 {
        let new = json!({"text": "Newsletter", "from": "2026-11-27"});
        shop.owner.post(&list, new).await.expect(201);
    }
}

#[tokio::test]
async fn a_note_has_a_text_and_days_that_there_are() {
    let shop = Shop::open().await;
    let note = |text: &str, from: &str, to: Value| json!({"text": text, "from": from, "to": to});
    let long = "x".repeat(201);
    for (new, place) in [
        (note(" ", "2026-11-27", Value::Null), "text"),
        (note(&long, "2026-11-27", Value::Null), "text"),
        (note("Two\nlines", "2026-11-27", Value::Null), "text"),
        (note("x", "2026-11-31", Value::Null), "from"),
        (note("x", "2026-11-27T00:00", Value::Null), "from"),
        (note("x", "2026-11-27", "soon".into()), "to"),
        (note("x", "2026-11-27", "2026-11-26".into()), "to"),
        (note("x", "2026-11-27", "2027-11-28".into()), "to"),
    ] {
        let problem = shop.owner.post(&shop.below("notes"), new).await;
        let problem = problem.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], place, "{problem}");
    }
}
