//! No secret of that day is anywhere but in the one place where it belongs.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Day, SECRETS};

/// The forms in which somebody might find a secret again.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let url = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let json = serde_json::Value::from(secret).to_string();
    let mut forms = vec![
        secret.to_owned(),
        hex.to_uppercase(),
        hex,
        url.replace("%20", "+"),
        url.replace("%2D", "-"),
        url,
        json.trim_matches('"').to_owned(),
        json.replace('\\', "\\\\"),
    ];
    for alphabet in [&STANDARD, &URL_SAFE] {
        // Where a secret stands in what was encoded decides on its digits; the outermost are of
        // its neighbours too.
        for before in 0..3 {
            let text = format!("{}{secret}", "x".repeat(before));
            let digits = alphabet.encode(text);
            let digits = digits.trim_end_matches('=');
            let inner = &digits[usize::from(before > 0) * 4..digits.len() - 1];
            forms.push(inner.to_owned());
        }
    }
    forms.into_iter().map(String::into_bytes).collect()
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|piece| piece == needle)
}

/// Whether something of the form of the sandbox's access and refresh tokens stands there.
fn holds_a_granted_token(haystack: &[u8]) -> bool {
    haystack.windows(21).any(|piece| {
        let kind = piece.starts_with(b"oaa") || piece.starts_with(b"oar");
        let middle = piece[3..17].iter().all(u8::is_ascii_alphanumeric);
        kind && middle && &piece[17..] == b".v1."
    })
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.is_file())
        .collect()
}

/// Every place of the day with its content.
fn places(day: &Day) -> Vec<(String, Vec<u8>)> {
    let mut places: Vec<(String, Vec<u8>)> = files(&day.home.data)
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&day.home.data).unwrap();
            (name.display().to_string(), fs::read(&path).unwrap())
        })
        .collect();
    places.push(("the log".into(), fs::read(&day.home.log).unwrap()));
    for command in [["config", "show"], ["config", "check"], ["audit", "tail"]] {
        let output = day.home.run(&command);
        places.push((command.join(" "), [output.stdout, output.stderr].concat()));
    }
    let heard = day.heard.lock().unwrap();
    places.extend(heard.iter().map(|heard| {
        let answer = heard.answer.clone().into_bytes();
        (heard.place.clone(), answer)
    }));
    places
}

#[test]
fn a_granted_token_is_known_by_its_form() {
    assert!(holds_a_granted_token(b"x oaaAbCdEfGhIjKlMn.v1.rest"));
    assert!(!holds_a_granted_token(b"oaa\xe2\x80\xa6abcd and .v1."));
}

#[test]
fn a_secret_is_found_in_every_form() {
    let secret = SECRETS[0].1;
    for before in ["", "a", "ab", "abc"] {
        let text = format!("{before}{secret}, and more");
        for encoded in [STANDARD.encode(&text), URL_SAFE.encode(&text), text] {
            let found = forms(secret)
                .iter()
                .any(|form| holds(encoded.as_bytes(), form));
            assert!(found, "{encoded}");
        }
    }
    let written = serde_json::json!({ "password": secret }).to_string();
    assert!(
        forms(secret)
            .iter()
            .any(|form| holds(written.as_bytes(), form))
    );
    assert!(
        !forms(secret)
            .iter()
            .any(|form| holds(b"CANARY-first", form))
    );
}

#[tokio::test]
async fn no_secret_of_a_day_is_anywhere_but_where_it_belongs() {
    let mut day = Day::new();
    day.live().await;
    let places = places(&day);
    assert!(
        places.len() > 80,
        "only {} places were looked at",
        places.len()
    );
    let mut found = Vec::new();
    let made = day
        .made
        .iter()
        .map(|made| (made.name, made.value.as_str(), &made.belongs_to[..]));
    let given = SECRETS.iter().map(|(name, value)| (*name, *value, &[][..]));
    for (name, value, belongs_to) in given.chain(made) {
        let forms = forms(value);
        for (place, content) in &places {
            let belongs = belongs_to.contains(&place.as_str());
            if !belongs && forms.iter().any(|form| holds(content, form)) {
                found.push(format!("{name} in {place}"));
            }
        }
    }
    for (place, content) in &places {
        if holds_a_granted_token(content) {
            found.push(format!("a token that came by OAuth in {place}"));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    // Where they do belong they are: the search can find.
    for made in &day.made {
        for place in &made.belongs_to {
            let mut contents = places.iter().filter(|(name, _)| name == place);
            let there = contents.any(|(_, content)| holds(content, made.value.as_bytes()));
            let shown = there || *place == "GET /auth/session" || made.name == "CSRF token";
            assert!(shown, "{} is not in {place}", made.name);
        }
    }
}
