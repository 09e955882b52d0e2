//! Pages of a list: `paging.next` is absent at its end.
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::refusal::Refusal;
use crate::sandbox::incoming::Incoming;

/// No page has more.
const MOST: usize = 500;

/// The page of `rows` that a call asks for, with `usual` rows unless it says how many.
pub(super) fn page(rows: Vec<Value>, incoming: &Incoming, usual: usize) -> Result<Value, Refusal> {
    let limit = match incoming.parameter("limit") {
        None => usual,
        Some(told) => told
            .parse()
            .map_err(|_no_number| Refusal::parameter("limit"))?,
    };
    let limit = limit.clamp(1, MOST);
    let from: usize = match incoming
        .parameter("after")
        .filter(|after| !after.is_empty())
    {
        None => 0,
        Some(after) => read(after).ok_or_else(|| Refusal::parameter("after"))?,
    };
    let to = from.saturating_add(limit).min(rows.len());
    let is_last = to >= rows.len();
    let data: Vec<Value> = rows.into_iter().skip(from).take(limit).collect();
    let mut told = json!({ "data": data });
    if !data.is_empty() {
        told["paging"] = json!({ "cursors": { "before": write(from), "after": write(to) } });
        if !is_last {
            told["paging"]["next"] = next(incoming, &write(to)).into();
        }
    }
    Ok(told)
}

/// Where the next page is had: the same call with another `after`. The token is left out, which a
/// client shows anyway.
fn next(incoming: &Incoming, after: &str) -> String {
    let host = incoming.host.as_deref().unwrap_or("127.0.0.1");
    let kept = incoming
        .pairs()
        .filter(|(name, _)| !matches!(*name, "after" | "access_token" | "appsecret_proof"));
    let mut query: Vec<String> = kept
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    query.push(format!("after={after}"));
    format!("http://{host}{}?{}", incoming.path, query.join("&"))
}

fn write(place: usize) -> String {
    format!("MDS{place:08}")
}

fn read(cursor: &str) -> Option<usize> {
    cursor.strip_prefix("MDS")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    fn asked(query: &[(&str, &str)]) -> Incoming {
        let query = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Incoming {
            query: query.collect(),
            ..Incoming::example(Method::GET, "/v26.0/me/adaccounts", String::new())
        }
    }

    #[test]
    fn a_list_is_walked_by_its_cursors_to_a_page_that_names_no_next_one() {
        let rows: Vec<Value> = (0..5).map(Value::from).collect();
        let mut after = String::new();
        let mut seen = Vec::new();
        loop {
            let told = page(
                rows.clone(),
                &asked(&[("limit", "2"), ("after", &after)]),
                25,
            )
            .unwrap();
            seen.extend(told["data"].as_array().unwrap().clone());
            after = told["paging"]["cursors"]["after"]
                .as_str()
                .unwrap()
                .to_owned();
            if told["paging"].get("next").is_none() {
                break;
            }
        }
        assert_eq!(seen, rows);
    }

    #[test]
    fn the_next_page_is_named_without_the_token() {
        let asked = asked(&[("limit", "1"), ("access_token", "EAAsecret")]);
        let told = page(vec![1.into(), 2.into()], &asked, 25).unwrap();
        let next = told["paging"]["next"].as_str().unwrap();
        assert!(
            next.contains("after=MDS00000001") && !next.contains("secret"),
            "{next}"
        );
    }
}
