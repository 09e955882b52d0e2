//! The sandbox's desk for OAuth keeps the vendor's rules.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::Url;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use weighbridge::base::Clock;
use weighbridge::sandbox::{Limits, OAuthClient, Settings};

use super::{Back, back, browser, click, decide, ticket};
use crate::sandbox::{Running, running};
use crate::support::NOON;

const VERIFIER: &str = "a-verifier-of-the-fewest-characters-allowed";
const STATE: &str = "a-state-of-sixteen-or-more";
const HOME: &str = "https://box.example/back";
const SECRET: &str = "the-secret";

/// A sandbox with a client that has a secret and one that has none.
struct Vendor {
    sandbox: Running,
    clock: Clock,
}

impl Vendor {
    fn new() -> Self {
        let mut settings = Settings::default();
        settings.knobs.limits = Limits::off();
        let client = |id: &str, secret: Option<&str>| OAuthClient {
            id: id.to_owned(),
            secret: secret.map(str::to_owned),
            redirect_uris: vec![HOME.to_owned()],
        };
        settings.knobs.oauth.clients =
            vec![client("private", Some(SECRET)), client("public", None)];
        let clock = Clock::manual(NOON);
        let sandbox = running(settings, clock.clone());
        Self { sandbox, clock }
    }

    /// The page's address, with some parameters changed or, when empty, left out.
    fn page(&self, client: &str, changes: &[(&str, &str)]) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let mut parts = vec![
            ("client_id", client),
            ("redirect_uri", HOME),
            ("response_type", "code"),
            ("state", STATE),
            ("scope", "data.records:read schema.bases:read"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changes {
            parts.retain(|(own, _)| own != name);
            if !value.is_empty() {
                parts.push((name, value));
            }
        }
        let mut url: Url = self.sandbox.url.parse().unwrap();
        url.set_path("/oauth2/v1/authorize");
        url.query_pairs_mut().extend_pairs(parts);
        url.to_string()
    }

    async fn allowed(&self, client: &str) -> String {
        let back = decide(&self.page(client, &[]), "allow").await;
        back.part("code").unwrap()
    }

    /// Asks for tokens; a secret is shown in the header, without one the client names itself.
    async fn ask(&self, (id, secret): (&str, Option<&str>), form: &[(&str, &str)]) -> (u16, Value) {
        let mut body: Url = "http://form/".parse().unwrap();
        body.query_pairs_mut().extend_pairs(form);
        let url = format!("{}/oauth2/v1/token", self.sandbox.url);
        let mut request = browser()
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded");
        if let Some(secret) = secret {
            let shown = STANDARD.encode(format!("{id}:{secret}"));
            request = request.header("authorization", format!("Basic {shown}"));
        } else {
            body.query_pairs_mut().append_pair("client_id", id);
        }
        let body = body.query().unwrap().to_owned();
        let answer = request.body(body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap())
    }

    async fn exchange(&self, code: &str, changes: &[(&str, &str)]) -> (u16, Value) {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", HOME),
            ("code_verifier", VERIFIER),
        ];
        for (name, value) in changes {
            form.retain(|(own, _)| own != name);
            if !value.is_empty() {
                form.push((name, value));
            }
        }
        self.ask(("private", Some(SECRET)), &form).await
    }

    async fn refresh(&self, token: &Value) -> (u16, Value) {
        let token = token.as_str().unwrap();
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.ask(("private", Some(SECRET)), &form).await
    }

    async fn granted(&self) -> Value {
        let code = self.allowed("private").await;
        let (status, pair) = self.exchange(&code, &[]).await;
        assert_eq!(status, 200, "{pair}");
        pair
    }

    /// The status of a call with an access token, and the vendor's word.
    async fn call(&self, path: &str, token: &Value) -> (u16, Value) {
        let url = format!("{}/v0/{path}", self.sandbox.url);
        let request = browser().get(url).bearer_auth(token.as_str().unwrap());
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

#[tokio::test]
async fn a_person_sees_what_is_asked_and_says_yes_or_no() {
    let vendor = Vendor::new();
    let page = browser()
        .get(vendor.page("private", &[]))
        .send()
        .await
        .unwrap();
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    let html = page.text().await.unwrap();
    assert!(html.contains("data.records:read") && html.contains("private"));
    let url: Url = vendor.sandbox.url.parse().unwrap();
    let answer = click(&url, &ticket(&html), "allow").await;
    let yes = back(&answer);
    assert_eq!(yes.part("state").as_deref(), Some(STATE));
    assert_eq!(yes.part("code_challenge_method").as_deref(), Some("S256"));
    assert!(yes.part("code").is_some());
    // A click counts once.
    assert_eq!(click(&url, &ticket(&html), "allow").await.status(), 400);
    let no = decide(&vendor.page("private", &[]), "deny").await;
    assert_eq!(no.part("error").as_deref(), Some("access_denied"));
    assert_eq!(no.part("state").as_deref(), Some(STATE));
    assert!(no.part("code").is_none());
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_was_not_registered() {
    let vendor = Vendor::new();
    for changes in [
        [("client_id", "nobody")],
        [("redirect_uri", "https://evil.example/back")],
        [("redirect_uri", "https://box.example/back/")],
        [("redirect_uri", "")],
    ] {
        let page = browser()
            .get(vendor.page("private", &changes))
            .send()
            .await
            .unwrap();
        assert_eq!(page.status(), 400, "{changes:?}");
        assert!(page.headers().get("location").is_none());
    }
}

#[tokio::test]
async fn a_wrong_request_sends_the_person_back_with_the_reason() {
    let vendor = Vendor::new();
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "", "invalid_scope"),
        ("scope", "data.records:read everything", "invalid_scope"),
        ("state", "short", "invalid_request"),
        ("state", "has spaces in it, sadly", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
    ] {
        let page = vendor.page("private", &[(name, value)]);
        let answer = browser().get(page).send().await.unwrap();
        let sent = back(&answer);
        assert_eq!(sent.part("error").as_deref(), Some(error), "{name}={value}");
        assert!(sent.address.as_str().starts_with(HOME));
    }
}

#[tokio::test]
async fn a_pair_is_written_as_the_vendor_documents_it() {
    let pair = Vendor::new().granted().await;
    assert_eq!(pair["token_type"], "Bearer ");
    assert_eq!(pair["expires_in"], 3600);
    assert_eq!(pair["refresh_expires_in"], 5_184_000);
    assert_eq!(pair["scope"], "data.records:read schema.bases:read");
}

#[tokio::test]
async fn a_code_is_burnt_by_an_exchange_that_fails() {
    let vendor = Vendor::new();
    let wrong = "another-verifier-of-the-fewest-characters-ok";
    for change in [
        ("code_verifier", wrong),
        ("code_verifier", ""),
        ("redirect_uri", "https://box.example/other"),
    ] {
        let code = vendor.allowed("private").await;
        let (status, refused) = vendor.exchange(&code, &[change]).await;
        assert_eq!(status, 400, "{change:?} {refused}");
        let (status, again) = vendor.exchange(&code, &[]).await;
        assert_eq!((status, &again["error"]), (400, &json!("invalid_grant")));
    }
}

#[tokio::test]
async fn a_code_is_good_once_for_ten_minutes_and_for_its_own_client() {
    let vendor = Vendor::new();
    let code = vendor.allowed("private").await;
    vendor.advance(599);
    assert_eq!(vendor.exchange(&code, &[]).await.0, 200);
    assert_eq!(vendor.exchange(&code, &[]).await.0, 400);
    let late = vendor.allowed("private").await;
    vendor.advance(600);
    assert_eq!(
        vendor.exchange(&late, &[]).await.1["error"],
        "invalid_grant"
    );
    let others = vendor.allowed("public").await;
    assert_eq!(
        vendor.exchange(&others, &[]).await.1["error"],
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_client_with_a_secret_shows_it_and_one_without_shows_no_header() {
    let vendor = Vendor::new();
    for (client, secret, status) in [
        ("private", Some(SECRET), 200),
        ("private", Some("another"), 401),
        ("private", None, 401),
        ("public", None, 200),
        ("public", Some(SECRET), 401),
        ("nobody", Some(SECRET), 401),
    ] {
        let of = if client == "public" {
            "public"
        } else {
            "private"
        };
        let code = vendor.allowed(of).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", HOME),
            ("code_verifier", VERIFIER),
        ];
        let (answered, body) = vendor.ask((client, secret), &form).await;
        assert_eq!(answered, status, "{client} {secret:?} {body}");
        if status == 401 {
            assert_eq!(body["error"], "invalid_client");
        }
    }
    let form = [("grant_type", "password")];
    let (status, body) = vendor.ask(("private", Some(SECRET)), &form).await;
    assert_eq!(
        (status, &body["error"]),
        (400, &json!("unsupported_grant_type"))
    );
}

#[tokio::test]
async fn a_refresh_ends_both_tokens_before_at_once() {
    let vendor = Vendor::new();
    let old = vendor.granted().await;
    assert_eq!(
        vendor.call("meta/whoami", &old["access_token"]).await.0,
        200
    );
    let (status, next) = vendor.refresh(&old["refresh_token"]).await;
    assert_eq!(status, 200, "{next}");
    let (status, refused) = vendor.call("meta/whoami", &old["access_token"]).await;
    assert_eq!(status, 401);
    assert_eq!(refused["error"]["type"], "AUTHENTICATION_REQUIRED");
    assert_eq!(
        vendor.call("meta/whoami", &next["access_token"]).await.0,
        200
    );
    // Used a moment ago, then simply no good.
    assert_eq!(vendor.refresh(&old["refresh_token"]).await.0, 409);
    vendor.advance(10);
    let (status, late) = vendor.refresh(&old["refresh_token"]).await;
    assert_eq!((status, &late["error"]), (400, &json!("invalid_grant")));
    assert_eq!(vendor.refresh(&next["refresh_token"]).await.0, 200);
}

#[tokio::test]
async fn an_access_token_lives_an_hour_and_a_refresh_token_sixty_days_from_its_use() {
    let vendor = Vendor::new();
    let pair = vendor.granted().await;
    vendor.advance(3599);
    assert_eq!(
        vendor.call("meta/whoami", &pair["access_token"]).await.0,
        200
    );
    vendor.advance(1);
    assert_eq!(
        vendor.call("meta/whoami", &pair["access_token"]).await.0,
        401
    );
    vendor.advance(5_184_000 - 3601);
    let (status, pair) = vendor.refresh(&pair["refresh_token"]).await;
    assert_eq!(status, 200, "{pair}");
    vendor.advance(5_184_000);
    assert_eq!(vendor.refresh(&pair["refresh_token"]).await.0, 400);
}

#[tokio::test]
async fn a_token_allows_what_was_allowed_and_no_more() {
    let vendor = Vendor::new();
    let pair = vendor.granted().await;
    let token = &pair["access_token"];
    let (_, whose) = vendor.call("meta/whoami", token).await;
    assert_eq!(
        whose["scopes"],
        json!(["data.records:read", "schema.bases:read"])
    );
    assert!(whose.get("email").is_none(), "{whose}");
    assert_eq!(
        vendor.call("appSandboxDemo001/Airports", token).await.0,
        200
    );
    let fewer = [
        ("grant_type", "refresh_token"),
        ("refresh_token", pair["refresh_token"].as_str().unwrap()),
        ("scope", "schema.bases:read"),
    ];
    let private = ("private", Some(SECRET));
    let (status, pair) = vendor.ask(private, &fewer).await;
    assert_eq!(status, 200, "{pair}");
    let (status, refused) = vendor
        .call("appSandboxDemo001/Airports", &pair["access_token"])
        .await;
    assert_eq!(status, 403);
    assert_eq!(refused["error"]["type"], "INVALID_PERMISSIONS");
    let more = [
        ("grant_type", "refresh_token"),
        ("refresh_token", pair["refresh_token"].as_str().unwrap()),
        ("scope", "data.records:write"),
    ];
    assert_eq!(vendor.ask(private, &more).await.1["error"], "invalid_scope");
}

#[tokio::test]
async fn faults_strike_the_desk_as_they_do_other_calls() {
    let vendor = Vendor::new();
    let at_desk = |fault: &str| json!({"fault": fault, "match": {"path_contains": "v1/token"}});
    let pair = vendor.granted().await;
    for (fault, status) in [
        ("server_error", 500),
        ("unavailable", 503),
        ("unauthorized", 401),
    ] {
        vendor.sandbox.fault(at_desk(fault)).await;
        assert_eq!(
            vendor.refresh(&pair["refresh_token"]).await.0,
            status,
            "{fault}"
        );
    }
    // Nothing was used up by any of them.
    let (status, pair) = vendor.refresh(&pair["refresh_token"]).await;
    assert_eq!(status, 200);
    vendor
        .sandbox
        .fault(json!({"fault": "token_expired"}))
        .await;
    assert_eq!(
        vendor.call("meta/whoami", &pair["access_token"]).await.0,
        401
    );
    assert_eq!(
        vendor.call("meta/whoami", &pair["access_token"]).await.0,
        401
    );
    let (_, pair) = vendor.refresh(&pair["refresh_token"]).await;
    assert_eq!(
        vendor.call("meta/whoami", &pair["access_token"]).await.0,
        200
    );
    vendor.sandbox.fault(at_desk("grant_revoked")).await;
    let (status, ended) = vendor.refresh(&pair["refresh_token"]).await;
    assert_eq!((status, &ended["error"]), (400, &json!("invalid_grant")));
    assert_eq!(
        vendor.call("meta/whoami", &pair["access_token"]).await.0,
        401
    );
}

#[tokio::test]
async fn a_code_is_not_used_up_by_a_request_that_never_arrived_and_is_by_a_lost_answer() {
    let vendor = Vendor::new();
    let url = format!("{}/oauth2/v1/token", vendor.sandbox.url);
    for (fault, status) in [("cut", 200), ("lost_answer", 400)] {
        let code = vendor.allowed("private").await;
        vendor.sandbox.fault(json!({"fault": fault})).await;
        let shown = STANDARD.encode(format!("private:{SECRET}"));
        let form = format!(
            "grant_type=authorization_code&code={code}&redirect_uri={HOME}&code_verifier={VERIFIER}"
        );
        let lost = browser()
            .post(&url)
            .header("authorization", format!("Basic {shown}"))
            .body(form)
            .send()
            .await;
        assert!(lost.is_err(), "{fault}");
        assert_eq!(vendor.exchange(&code, &[]).await.0, status, "{fault}");
    }
}

#[test]
fn what_a_browser_came_back_with_is_read() {
    let back = Back {
        address: "https://box.example/back?code=a%20b&state=c"
            .parse()
            .unwrap(),
    };
    assert_eq!(back.part("code").as_deref(), Some("a b"));
    assert_eq!(back.part("error"), None);
}
