//! Google's way: scopes that a person may untick, the secret in the form, and one refresh token for
//! as long as the leave lasts.

use reqwest::Url;
use serde_json::{Value, json};
use weighbridge::base::Tasks;

use super::{Back, Place, back, browser, complete_at, decide, ticket};

pub(crate) const ADS: &str = "https://www.googleapis.com/auth/adwords";
const CLIENT: [(&str, &str); 2] = [
    ("client_id", "weighbridge-sandbox"),
    ("client_secret", "this-secret-opens-the-sandbox-alone"),
];
const HOME: &str = "https://box.example/connections/callback/google";

fn wish(name: &str) -> Value {
    json!({"provider": "google", "endpoint": "sandbox", "name": name})
}

/// Opens the page at `address`, leaves these ticks there, and allows.
pub(crate) async fn allow(address: &str, ticked: &[&str]) -> Back {
    let page = browser().get(address).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let html = page.text().await.unwrap();
    let url: Url = address.parse().unwrap();
    let mut form: Url = "http://form/".parse().unwrap();
    form.query_pairs_mut()
        .append_pair("ticket", &ticket(&html))
        .append_pair("decision", "allow")
        .extend_pairs(ticked.iter().map(|scope| ("scope", scope)));
    let kind = "application/x-www-form-urlencoded";
    let request = browser().post(url.join(url.path()).unwrap());
    let request = request.header("content-type", kind);
    let body = form.query().unwrap().to_owned();
    back(&request.body(body).send().await.unwrap())
}

/// A place where somebody acts whose session does not end while time flies.
async fn patient() -> Place {
    let mut place = Place::new().await;
    place.member = place.server.anonymous().acting_for("member@example.org");
    place
}

impl Place {
    async fn google_address(&self) -> String {
        let begun = self
            .member
            .post("/connections/authorizations", wish("Google"))
            .await;
        begun.expect(201)["address"].as_str().unwrap().to_owned()
    }

    async fn connected_to_google(&self, ticked: &[&str]) -> String {
        let back = allow(&self.google_address().await, ticked).await;
        let made = complete_at("google", &self.member, &back).await.expect(200);
        assert_eq!(made["status"], "active", "{made}");
        format!("/connections/{}", made["id"].as_str().unwrap())
    }

    /// A call to Google's desk.
    async fn at_google(&self, what: &str, pairs: &[(&str, &str)]) -> (u16, Value) {
        let mut form: Url = "http://form/".parse().unwrap();
        form.query_pairs_mut().extend_pairs(pairs);
        let request = browser().post(format!("{}/{what}", self.sandbox.url));
        let kind = "application/x-www-form-urlencoded";
        let request = request.header("content-type", kind);
        let body = form.query().unwrap().to_owned();
        let answer = request.body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The page's address, without PKCE, and with some parameters beside.
    fn google_page(&self, more: &[(&str, &str)]) -> String {
        let mut url: Url = self.sandbox.url.parse().unwrap();
        url.set_path("/o/oauth2/v2/auth");
        url.query_pairs_mut()
            .append_pair("client_id", CLIENT[0].1)
            .append_pair("redirect_uri", HOME)
            .append_pair("response_type", "code")
            .append_pair("scope", &format!("openid {ADS}"))
            .extend_pairs(more);
        url.to_string()
    }

    async fn exchanged(&self, page: &str) -> (u16, Value) {
        let back = allow(page, &[ADS]).await;
        let code = back.part("code").unwrap();
        let own = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", HOME),
        ];
        self.at_google("token", &[&CLIENT[..], &own].concat()).await
    }

    async fn refreshed(&self, token: &Value) -> (u16, Value) {
        let token = token.as_str().unwrap();
        let own = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.at_google("token", &[&CLIENT[..], &own].concat()).await
    }

    async fn turn(&self, knobs: Value) {
        let url = format!("{}/_sandbox/knobs", self.sandbox.url);
        let turned = browser().patch(url).json(&knobs).send().await.unwrap();
        assert_eq!(turned.status(), 200);
    }
}

const ANEW: [(&str, &str); 2] = [("access_type", "offline"), ("prompt", "consent")];

#[tokio::test]
async fn the_address_is_as_google_wants_it() {
    let place = Place::new().await;
    let address: Url = place.google_address().await.parse().unwrap();
    assert_eq!(address.path(), "/o/oauth2/v2/auth");
    let pairs: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    let has = |name: &str, value: &str| {
        let mut pairs = pairs.iter();
        pairs.any(|(own, told)| own == name && told.split(' ').any(|word| word == value))
    };
    assert!(has("access_type", "offline") && has("prompt", "consent"));
    assert!(has("scope", ADS) && has("scope", "openid"));
    assert!(has("code_challenge_method", "S256"));
    assert!(has("redirect_uri", HOME), "{address}");
}

#[tokio::test]
async fn the_desk_gives_a_refresh_token_to_who_asks_anew_and_keeps_it() {
    let place = Place::new().await;
    let (status, first) = place.exchanged(&place.google_page(&ANEW)).await;
    assert_eq!(status, 200, "{first}");
    assert_eq!(first["scope"], format!("openid {ADS}"));
    assert_eq!(first["token_type"], "Bearer");
    assert_eq!(first.get("refresh_token_expires_in"), None);
    // Who has been asked before, and is not asked anew, gives no other one.
    let (_, second) = place.exchanged(&place.google_page(&ANEW[..1])).await;
    assert_eq!(second.get("refresh_token"), None, "{second}");
    for _ in 0..2 {
        let (status, next) = place.refreshed(&first["refresh_token"]).await;
        assert_eq!((status, next.get("refresh_token")), (200, None), "{next}");
    }
    // The first access token lives on beside the others, and is as good for ending it all.
    let token = first["access_token"].as_str().unwrap();
    let ended = place.at_google("revoke", &[("token", token)]).await;
    assert_eq!(ended, (200, json!({})));
    let (status, told) = place.refreshed(&first["refresh_token"]).await;
    assert_eq!((status, &told["error"]), (400, &json!("invalid_grant")));
    let again = place.at_google("revoke", &[("token", token)]).await;
    assert_eq!((again.0, &again.1["error"]), (400, &json!("invalid_token")));
}

#[tokio::test]
async fn the_desk_refuses_in_googles_words() {
    let place = Place::new().await;
    let back = allow(&place.google_page(&ANEW), &[ADS]).await;
    let code = back.part("code").unwrap();
    assert_eq!(back.part("scope").unwrap(), format!("openid {ADS}"));
    let elsewhere = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", "https://box.example/other"),
    ];
    let (status, told) = place
        .at_google("token", &[&CLIENT[..], &elsewhere].concat())
        .await;
    assert_eq!(
        (status, &told["error"]),
        (400, &json!("redirect_uri_mismatch"))
    );
    let stranger = [
        ("client_id", CLIENT[0].1),
        ("client_secret", "wrong"),
        ("grant_type", "refresh_token"),
        ("refresh_token", "1//0x"),
    ];
    let (status, told) = place.at_google("token", &stranger).await;
    assert_eq!((status, &told["error"]), (401, &json!("invalid_client")));
    let page = place.google_page(&[]);
    for (from, to) in [
        ("adwords", "drive"),
        ("https%3A%2F%2Fbox", "ftp%3A%2F%2Fbox"),
    ] {
        let page = page.replace(from, to);
        let answer = browser().get(page).send().await.unwrap();
        assert_eq!(answer.status(), 400, "nobody is sent anywhere");
    }
    let denied = decide(&page, "deny").await;
    assert_eq!(denied.part("error").as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn a_connection_is_allowed_once_and_renewed_by_the_same_token() {
    let place = patient().await;
    let path = place.connected_to_google(&[ADS]).await;
    let shown = place.member.get(&path).await.expect(200);
    assert_eq!(shown["account"]["email"], "sandbox@example.com");
    let scopes = shown["oauth"]["scopes"].as_array().unwrap();
    assert!(scopes.contains(&json!(ADS)), "{shown}");
    assert_eq!(shown["oauth"].get("renewable_until"), None, "{shown}");
    for hour in 1..=3 {
        place.advance(3600);
        place.bases(&path).await.expect(200);
        assert_eq!(place.server.count_in_book("credential_renew"), hour);
    }
    // In the middle of a call the token is no good any more: it is made with the next one.
    place.sandbox.fault(json!({"fault": "token_expired"})).await;
    place.bases(&path).await.expect(200);
    assert_eq!(place.status(&path).await, "active");
    place.sandbox.fault(json!({"fault": "grant_revoked"})).await;
    place.bases(&path).await.problem(502, "provider_failed");
    assert_eq!(place.status(&path).await, "reconnect");
}

#[tokio::test]
async fn what_was_unticked_is_named_with_the_product_that_needs_it() {
    let place = Place::new().await;
    let path = place.connected_to_google(&[]).await;
    let problem = place.bases(&path).await.problem(502, "provider_failed");
    let told = problem.to_string();
    assert!(told.contains("Google Ads was not allowed"), "{told}");
    place
        .member
        .post(&format!("{path}/test"), json!({}))
        .await
        .expect(200);
    let health = place.member.get("/health").await.expect(200);
    let told = health.to_string();
    assert!(told.contains(&format!("Google Ads ({ADS})")), "{told}");
    let checks = place
        .member
        .post(&format!("{path}/diagnosis"), json!({}))
        .await
        .expect(200);
    let told = checks.to_string();
    assert!(
        told.contains(&format!("not allowed: Google Ads ({ADS})")),
        "{told}"
    );
}

#[tokio::test]
async fn a_leave_given_in_testing_ends_after_a_week_whatever_is_done() {
    let place = patient().await;
    place.turn(json!({"oauth": {"google_testing": true}})).await;
    let path = place.connected_to_google(&[ADS]).await;
    let end = place.member.get(&path).await.expect(200)["oauth"]["renewable_until"].clone();
    assert!(end.is_string());
    for _ in 0..6 {
        place.advance(86_400);
        place.bases(&path).await.expect(200);
    }
    let now = place.member.get(&path).await.expect(200);
    let day = |time: &Value| time.as_str().unwrap()[..10].to_owned();
    assert_eq!(day(&now["oauth"]["renewable_until"]), day(&end));
    let health = place.member.get("/health").await.expect(200).to_string();
    assert!(health.contains("Testing"), "{health}");
    place.advance(86_400);
    place.bases(&path).await.problem(502, "provider_failed");
    assert_eq!(place.status(&path).await, "reconnect");
    // Who is asked anew goes on.
    let id = path.rsplit('/').next().unwrap();
    let wish = json!({"connection_id": id});
    let begun = place.member.post("/connections/authorizations", wish).await;
    let address = begun.expect(201)["address"].as_str().unwrap().to_owned();
    let back = allow(&address, &[ADS]).await;
    let anew = complete_at("google", &place.member, &back)
        .await
        .expect(200);
    assert_eq!(
        (&anew["id"], &anew["status"]),
        (&json!(id), &json!("active"))
    );
}

#[tokio::test]
async fn the_leave_of_a_deleted_connection_is_ended_at_google() {
    let place = patient().await;
    let tasks = Tasks::default();
    place.server.app.connections.start(&tasks);
    let path = place.connected_to_google(&[ADS]).await;
    place.advance(3600);
    place.member.delete(&path).await.expect(204);
    let told = place.token_in_book().await;
    assert_eq!(told["status_id"], 1, "{told}");
    assert_eq!(place.revoked().await, 1);
    tasks.stop().await;
}

#[tokio::test]
async fn a_token_of_googles_is_pasted_nowhere() {
    let place = Place::new().await;
    let mut new = wish("Pasted");
    new["token"] = "ya29.a0SomethingThatLivesForAnHour".into();
    let refused = place.member.post("/connections", new).await;
    let refused = refused.problem(422, "validation_failed").to_string();
    assert!(refused.contains("connect with Google"), "{refused}");
    assert!(!refused.contains("ya29."), "{refused}");
    let path = place.connected_to_google(&[ADS]).await;
    let token = json!({"token": "ya29.a0SomethingThatLivesForAnHour"});
    let refused = place.member.put(&format!("{path}/credential"), token).await;
    refused.problem(422, "validation_failed");
}
