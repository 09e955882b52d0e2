//! Fields that the vendor computes: their cells are of whatever type, or hold an error, and a record
//! whose cell does not fit is refused alone. They are read, and never written.

use poem::http::Method;
use serde_json::{Value, json};

use super::{BASE, TABLE, Yard, counts};

/// A yard whose remote table computes: one field gives a number or a text by its record, one can
/// never be worked out.
async fn yard() -> Yard {
    let yard = Yard::unhurried().await;
    let record = |number: u32| json!({"Code": format!("K{number}"), "Size": number});
    let base = json!({"id": BASE, "name": "Sandbox", "tables": [{
        "id": TABLE, "name": "Airports",
        "fields": [
            {"name": "Code", "type": "singleLineText"},
            {"name": "Size", "type": "number", "options": {"precision": 0}},
            {"name": "Name", "type": "formula", "options": {"formula": "IF({Size} = 0, \"none\", {Size})"}},
            {"name": "City", "type": "formula", "options": {"formula": "(("}},
        ],
        "records": (0..4).map(record).collect::<Vec<_>>(),
    }]});
    yard.vendor.control(Method::POST, "bases", Some(base)).await;
    yard
}

impl Yard {
    async fn pull_of(&self, fields: &[(&str, &str)]) -> String {
        let mut mapping = Vec::new();
        for (field, remote) in fields {
            let remote = self.remote_field(remote).await;
            mapping.push(json!({"field": field, "remote_field_id": remote}));
        }
        let key = self.remote_field("Code").await;
        let body = json!({"mapping": mapping, "remote_key_field_id": key});
        self.pull(body).await
    }
}

/// Connectors that guess a column's type by its first row fail whole runs over the next one.
#[tokio::test]
async fn a_formula_that_gives_numbers_and_texts_is_read_as_what_the_field_here_holds() {
    let yard = yard().await;
    let sync = yard.pull_of(&[("name", "Name")]).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 4, "{run}");
    assert_eq!(yard.here("K0").await["name"], "none");
    assert_eq!(yard.here("K3").await["name"], "3");
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["unchanged"], 4, "{run}");
}

#[tokio::test]
async fn an_error_in_a_computed_cell_refuses_its_record_and_ends_no_run() {
    let yard = yard().await;
    let sync = yard.pull_of(&[("name", "Name"), ("city", "City")]).await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{run}");
    assert_eq!(counts(&run)["refused"], 4, "{run}");
    let letters = yard.all(&format!("/syncs/{sync}/dead-letters")).await;
    let reasons: Vec<&Value> = letters.iter().map(|letter| &letter["reason"]).collect();
    assert_eq!(reasons.len(), 4);
    assert!(
        reasons
            .iter()
            .all(|reason| reason.to_string().contains("#ERROR!")),
        "{reasons:?}"
    );
}

/// A write to a computed cell is refused with all that is written with it.
#[tokio::test]
async fn a_push_neither_proposes_nor_takes_a_field_that_is_computed() {
    let yard = yard().await;
    let proposal = yard.member.post("/syncs/proposal", yard.target());
    let proposal = yard.fly(proposal).await.expect(200);
    let name = yard.remote_field("Name").await;
    let mapping = proposal["mapping"].as_array().unwrap();
    assert!(
        mapping.iter().all(|pair| pair["remote_field_id"] != name),
        "{proposal}"
    );
    let mut wish = yard.target();
    wish["name"] = "Computed".into();
    wish["mapping"] = json!([{"field": "name", "remote_field_id": name}]);
    wish["remote_key_field_id"] = yard.remote_field("Code").await.into();
    let refused = yard.fly(yard.member.post("/syncs", wish)).await.expect(422);
    assert!(refused.to_string().contains("comput"), "{refused}");
}
