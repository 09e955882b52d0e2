//! The page where a person allows or denies, and the way back from it.
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use reqwest::Url;

use super::{
    Desk, MOST_WAITING,
    ask::{self, Ask, Refused},
    grant::Code,
    house::House,
    knobs::{Knobs, seconds},
    outcome::pairs,
};
use crate::sandbox::{answer::Answer, incoming::Incoming};

impl Desk {
    /// Shows the page, or why there is none.
    pub(super) fn ask(&mut self, incoming: &Incoming, knobs: &Knobs) -> Answer {
        let ask = match Ask::read(self.house, incoming, knobs) {
            Ok(ask) => ask,
            Err(Refused::Here(told)) => return wrong(told),
            Err(Refused::Back {
                address,
                state,
                error,
                told,
            }) => {
                let mut parts = vec![("error", error), ("error_description", told)];
                if let Some(state) = &state {
                    parts.push(("state", state));
                }
                return back(*address, &parts);
            }
        };
        if self.waiting.len() >= MOST_WAITING {
            self.waiting.clear();
        }
        let ticket = self.draw(32);
        let page = consent(self.house, &ask, &ticket);
        self.waiting.insert(ticket, ask);
        page
    }

    /// Sends the person back with a code or with their refusal. A ticket is good once.
    pub(super) fn decide(&mut self, incoming: &Incoming, knobs: &Knobs, now: Timestamp) -> Answer {
        let form = pairs(&incoming.body);
        let named = |name: &str| {
            form.iter()
                .find(|(own, _)| own == name)
                .map(|(_, value)| value)
        };
        let ask = named("ticket").and_then(|ticket| self.waiting.remove(ticket));
        let Some(mut ask) = ask else {
            return wrong(
                "This page was used already. Go back to where you came from and begin anew.",
            );
        };
        let Ok(address) = Url::parse(&ask.redirect_uri) else {
            return wrong("The redirect_uri is no address.");
        };
        let allows = named("decision").is_some_and(|decision| decision == "allow");
        if !allows {
            let mut parts = vec![
                ("error", "access_denied"),
                ("error_description", "The user denied the request"),
            ];
            parts.extend(stated(&ask));
            return back(address, &parts);
        }
        let mut code = self.draw(48);
        if self.house == House::Google {
            // What a person has unticked, they have not allowed.
            let ticked = |scope: &String| {
                let mut pairs = form.iter();
                pairs.any(|(name, value)| name == "scope" && value == scope)
            };
            ask.scopes
                .retain(|scope| ask::goes_without_saying(scope) || ticked(scope));
            code = format!("4/0A{code}");
        }
        let allowed = ask.scopes.join(" ");
        let mut parts = vec![("code", code.as_str())];
        parts.extend(stated(&ask));
        if self.house == House::Google {
            parts.push(("scope", &allowed));
        } else if let Some(challenge) = &ask.challenge {
            parts.push(("code_challenge", challenge));
            parts.push(("code_challenge_method", "S256"));
        }
        let answer = back(address, &parts);
        let ends_at = now + seconds(knobs.code_seconds);
        self.codes.insert(code, Code { ask, ends_at });
        answer
    }
}

/// The state, when one was given.
fn stated(ask: &Ask) -> Option<(&'static str, &str)> {
    (!ask.state.is_empty()).then_some(("state", ask.state.as_str()))
}

/// Sends the browser to `address` with these parameters beside its own.
fn back(mut address: Url, parts: &[(&str, &str)]) -> Answer {
    address.query_pairs_mut().extend_pairs(parts);
    let answer = Answer::empty(StatusCode::FOUND);
    match HeaderValue::from_str(address.as_str()) {
        Ok(location) => quiet(answer.with_header(header::LOCATION, location)),
        Err(_) => wrong("The redirect_uri is no address."),
    }
}

fn wrong(told: &str) -> Answer {
    let content = format!("<h1>This does not work</h1><p>{}</p>", escaped(told));
    page(StatusCode::BAD_REQUEST, &content, "'none'")
}

fn consent(house: House, ask: &Ask, ticket: &str) -> Answer {
    let scopes = ask.scopes.iter().map(|scope| {
        let scope = escaped(scope);
        if house == House::Google && !ask::goes_without_saying(&scope) {
            let tick =
                format!("<input type=\"checkbox\" name=\"scope\" value=\"{scope}\" checked>");
            format!("<li><label>{tick} <code>{scope}</code></label></li>")
        } else {
            format!("<li><code>{scope}</code></li>")
        }
    });
    let scopes: String = scopes.collect();
    let content = format!(
        "<h1>Sandbox</h1>\
         <p><strong>{client}</strong> asks to work with your {things} in the sandbox{allowed}</p>\
         <form method=\"post\" action=\"{action}\">\
         <ul>{scopes}</ul>\
         <p class=\"quiet\">This page plays the vendor’s. You will be sent back to {place}.</p>\
         <div class=\"row\">\
         <input type=\"hidden\" name=\"ticket\" value=\"{ticket}\">\
         <button name=\"decision\" value=\"allow\">Allow</button> \
         <button name=\"decision\" value=\"deny\">Deny</button></div></form>",
        client = escaped(&ask.client),
        things = house.things(),
        allowed = if ask.scopes.is_empty() {
            "."
        } else {
            ". It would be allowed:"
        },
        place = escaped(&origin(&ask.redirect_uri)),
        action = house.page(),
    );
    // Browsers hold the way back to the same rule as the form itself.
    page(
        StatusCode::OK,
        &content,
        &format!("'self' {}", origin(&ask.redirect_uri)),
    )
}

fn origin(uri: &str) -> String {
    Url::parse(uri).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}

fn page(status: StatusCode, content: &str, forms: &str) -> Answer {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Allow access · Weighbridge sandbox</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/page.css\">\n\
         <main>\n<section>{content}</section>\n</main>\n</html>\n"
    );
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; form-action {forms}; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    let answer = quiet(Answer::with_type(status, "text/html; charset=utf-8", html));
    match HeaderValue::from_str(&policy) {
        Ok(policy) => answer.with_header(header::CONTENT_SECURITY_POLICY, policy),
        Err(_) => Answer::empty(StatusCode::BAD_REQUEST),
    }
}

/// Kept by nobody, and told to nobody.
fn quiet(answer: Answer) -> Answer {
    answer
        .with_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
        .with_header(
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        )
        .with_header(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
