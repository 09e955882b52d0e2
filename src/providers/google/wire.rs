//! Reads Google's JSON. What is absent has its default: nothing, none, or not so.

use http::StatusCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::super::Error;

/// Whose token it is.
#[derive(Deserialize)]
pub(super) struct Person {
    pub(super) sub: String,
    pub(super) email: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Accessible {
    resource_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientRow {
    pub(super) customer_client: Client,
}

/// An account below another one.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Client {
    #[serde(deserialize_with = "number")]
    pub(super) id: String,
    pub(super) descriptive_name: String,
    pub(super) currency_code: String,
    pub(super) time_zone: String,
    pub(super) manager: bool,
    pub(super) status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConversionRow {
    pub(super) conversion_action: ConversionAction,
}

/// What an account counts as a conversion.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ConversionAction {
    pub(super) attribution_model_settings: Model,
    #[serde(deserialize_with = "number")]
    pub(super) click_through_lookback_window_days: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Model {
    pub(super) attribution_model: String,
}

/// What one campaign did on one day, as it is shown.
#[derive(Deserialize)]
pub(super) struct DayRow {
    pub(super) campaign: Campaign,
    pub(super) segments: Segments,
    #[serde(default)]
    pub(super) metrics: Metrics,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Campaign {
    #[serde(deserialize_with = "number")]
    pub(super) id: String,
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct Segments {
    pub(super) date: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Metrics {
    #[serde(deserialize_with = "number")]
    pub(super) impressions: String,
    #[serde(deserialize_with = "number")]
    pub(super) clicks: String,
    #[serde(deserialize_with = "number")]
    pub(super) cost_micros: String,
    pub(super) conversions: f64,
    pub(super) conversions_value: f64,
}

/// Numbers of 64 bits come as texts, lest a reader round them (Protocol Buffers, "JSON format"); one
/// that comes as a number is taken too.
fn number<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Text(String),
        Whole(i64),
    }
    Ok(match Number::deserialize(from)? {
        Number::Text(text) => text,
        Number::Whole(number) => number.to_string(),
    })
}

/// What a stream brought.
pub(super) enum Stream<T> {
    Whole(Vec<T>),
    /// One of its parts is an error, which tells this status.
    Broken(StatusCode),
}

#[derive(Deserialize)]
struct Part<T> {
    #[serde(default = "Vec::new")]
    results: Vec<T>,
    error: Option<Told>,
}

#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    code: u16,
}

pub(super) fn person(body: &[u8]) -> Result<Person, Error> {
    parse(body)
}

/// The numbers of the accounts that are named.
pub(super) fn accessible(body: &[u8]) -> Result<Vec<String>, Error> {
    let told: Accessible = parse(body)?;
    let number = |name: String| {
        let number = name.strip_prefix("customers/").map(str::to_owned);
        number.ok_or_else(|| Error::Broken(format!("an account is called {:?}", cut(&name))))
    };
    told.resource_names.into_iter().map(number).collect()
}

/// The rows of all parts of a stream.
pub(super) fn rows<T: DeserializeOwned>(body: &[u8]) -> Result<Stream<T>, Error> {
    let mut rows = Vec::new();
    for part in parse::<Vec<Part<T>>>(body)? {
        if let Some(told) = part.error {
            let status = StatusCode::from_u16(told.code).ok();
            let status = status.filter(|status| !status.is_success());
            return Ok(Stream::Broken(
                status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            ));
        }
        rows.extend(part.results);
    }
    Ok(Stream::Whole(rows))
}

/// The beginning of what the vendor wrote.
pub(super) fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Reads the body of a good answer. One that is cut is lost.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| Error::Lost(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_told_by_leaving_it_out() {
        assert_eq!(accessible(b"{}").unwrap(), Vec::<String>::new());
        let told = rows::<DayRow>(br#"[{"fieldMask":"campaign.id","requestId":"r"}]"#);
        assert!(matches!(told, Ok(Stream::Whole(rows)) if rows.is_empty()));
        assert!(matches!(rows::<DayRow>(b"[]"), Ok(Stream::Whole(_))));
    }

    #[test]
    fn an_error_in_the_middle_of_a_stream_is_no_end_of_it() {
        let told = br#"[{"results":[]},{"error":{"code":429,"message":"no"}}]"#;
        let told = rows::<DayRow>(told);
        assert!(matches!(told, Ok(Stream::Broken(status)) if status == 429));
    }

    #[test]
    fn half_a_stream_is_lost() {
        let told = br#"[{"results":[{"campaign":{"id":"7"},"segments":{"date":"2026-11-01"}}]},"#;
        assert!(matches!(rows::<DayRow>(told), Err(Error::Lost(_))));
    }
}
