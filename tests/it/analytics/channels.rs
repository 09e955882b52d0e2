//! How a site itself sorts visits into channels.

use serde_json::{Value, json};

use super::{SHOP, Shop};

impl Shop {
    async fn rules(&self, rules: Value) -> crate::support::Answer {
        let path = format!("/sites/{}", self.site);
        let change = json!({ "channel_rules": rules });
        self.owner.patch(&path, change).await
    }

    /// A page view from a source, by somebody of their own.
    async fn come(&self, visitor: &str, source: &str) {
        let url = format!("{SHOP}/?utm_source={source}&utm_medium=link");
        let event = json!({"name": "page_view", "visitor": visitor, "url": url});
        assert_eq!(self.send(event).await.expect(200)["accepted"], 1);
    }

    /// The channels of today and their visits.
    async fn channels(&self) -> Vec<(String, u64)> {
        let lines = self.overview("").await["channels"]["lines"].clone();
        let lines = lines.as_array().unwrap().iter();
        let mut lines: Vec<_> = lines
            .map(|line| {
                let word = line["value"].as_str().unwrap().to_owned();
                (word, line["visits"].as_u64().unwrap())
            })
            .collect();
        lines.sort();
        lines
    }
}

fn rule(channel: &str, dimension: &str, values: &[&str]) -> Value {
    let filter = json!({"dimension": dimension, "operator": "is", "values": values});
    json!({"channel": channel, "filters": [filter]})
}

#[tokio::test]
async fn a_rule_of_the_sites_own_comes_before_the_usual_ones() {
    let shop = Shop::open().await;
    shop.come("ada", "Mailchimp").await;
    let rules = json!([rule("email", "source", &["MailChimp"])]);
    let site = shop.rules(rules).await.expect(200);
    let kept = json!([rule("email", "source", &["mailchimp"])]);
    assert_eq!(site["channel_rules"], kept, "in small letters");
    shop.come("bob", "mailchimp").await;
    shop.come("eve", "club.example").await;
    let told = shop.channels().await;
    let wanted = [("email".to_owned(), 1), ("referral".to_owned(), 2)];
    assert_eq!(told, wanted, "what came before keeps its channel");
    shop.rules(json!([])).await.expect(200);
    shop.come("joe", "mailchimp").await;
    assert_eq!(shop.channels().await[1].1, 3);
}

#[tokio::test]
async fn a_rule_that_cannot_be_is_refused_by_its_place() {
    let shop = Shop::open().await;
    let sound = rule("email", "source", &["x"]);
    for (rules, path) in [
        (
            json!([sound, {"channel": "email", "filters": []}]),
            "channel_rules[1].filters",
        ),
        (
            json!([rule("email", "page", &["/"])]),
            "channel_rules[0].filters[0].dimension",
        ),
        (
            json!([rule("email", "source", &[])]),
            "channel_rules[0].filters[0].values",
        ),
        (json!(vec![sound.clone(); 51]), "channel_rules"),
    ] {
        let refused = shop.rules(rules).await;
        let problem = refused.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], path, "{problem}");
    }
    let unknown = json!([rule("carrier_pigeon", "source", &["x"])]);
    shop.rules(unknown).await.problem(422, "validation_failed");
}
