//! Reads Meta's JSON. Figures are texts, and what is absent was nothing.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::{AdAccount, Error};

/// A part of a list, and where the next one begins; none at the end.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) after: Option<String>,
}

#[derive(Deserialize)]
struct List<T> {
    data: Vec<T>,
    #[serde(default)]
    paging: Paging,
}

#[derive(Default, Deserialize)]
struct Paging {
    #[serde(default)]
    cursors: Cursors,
    next: Option<String>,
}

#[derive(Default, Deserialize)]
struct Cursors {
    after: Option<String>,
}

/// Whose token it is.
#[derive(Deserialize)]
pub(super) struct Me {
    pub(super) id: String,
}

#[derive(Deserialize)]
struct Permission {
    permission: String,
    status: String,
}

#[derive(Deserialize)]
struct Debugged {
    data: TokenState,
}

#[derive(Deserialize)]
struct TokenState {
    #[serde(default)]
    expires_at: i64,
}

/// An ad account, as it is shown.
#[derive(Deserialize)]
struct ShownAccount {
    id: String,
    #[serde(default)]
    name: String,
    currency: String,
    timezone_name: String,
    account_status: u32,
}

/// What one campaign did on one day, as it is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Insight {
    pub(super) campaign_id: String,
    pub(super) campaign_name: String,
    pub(super) impressions: Option<String>,
    pub(super) clicks: Option<String>,
    pub(super) spend: Option<String>,
    pub(super) actions: Vec<Action>,
    pub(super) action_values: Vec<Action>,
    pub(super) attribution_setting: String,
    pub(super) date_start: String,
}

/// How often something was done, or what it was worth.
#[derive(Debug, Deserialize)]
pub(super) struct Action {
    pub(super) action_type: String,
    pub(super) value: String,
}

pub(super) fn me(body: &[u8]) -> Result<Me, Error> {
    parse(body)
}

/// What the token was allowed.
pub(super) fn permissions(body: &[u8]) -> Result<Vec<String>, Error> {
    let list: List<Permission> = parse(body)?;
    let granted = list.data.into_iter().filter(|one| one.status == "granted");
    Ok(granted.map(|one| one.permission).collect())
}

/// When a token ends; none for one that never does, and where it is not told.
pub(super) fn end_of_token(body: &[u8]) -> Option<Timestamp> {
    let told: Debugged = serde_json::from_slice(body).ok()?;
    let end = told.data.expires_at;
    (end > 0)
        .then(|| Timestamp::from_second(end).ok())
        .flatten()
}

pub(super) fn accounts(body: &[u8]) -> Result<Page<AdAccount>, Error> {
    let account = |shown: ShownAccount| AdAccount {
        id: shown.id,
        name: shown.name,
        currency: shown.currency,
        time_zone: shown.timezone_name,
        is_active: shown.account_status == 1,
    };
    page(body, account)
}

pub(super) fn insights(body: &[u8]) -> Result<Page<Insight>, Error> {
    page(body, |insight| insight)
}

/// Reads one page. The list ends where no next one is named, whatever the cursors say.
fn page<S: DeserializeOwned, T>(body: &[u8], item: impl FnMut(S) -> T) -> Result<Page<T>, Error> {
    let List { data, paging } = parse::<List<S>>(body)?;
    let after = match (paging.next, paging.cursors.after) {
        (None, _) => None,
        (Some(_), Some(after)) if !after.is_empty() => Some(after),
        (Some(_), _) => {
            let told = "there is more of a list, and no way to it";
            return Err(Error::Broken(told.to_owned()));
        }
    };
    Ok(Page {
        items: data.into_iter().map(item).collect(),
        after,
    })
}

/// Reads the body of a good answer. One that is cut is lost.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| Error::Lost(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_never_ends_says_so_with_nothing() {
        assert_eq!(end_of_token(br#"{"data":{"expires_at":0}}"#), None);
        let end = end_of_token(br#"{"data":{"expires_at":1795000000}}"#);
        assert_eq!(end.unwrap().as_second(), 1_795_000_000);
    }

    #[test]
    fn a_list_with_more_and_no_way_to_it_is_broken() {
        let told = br#"{"data":[],"paging":{"next":"https://x"}}"#;
        assert!(matches!(insights(told), Err(Error::Broken(_))));
        let end = br#"{"data":[],"paging":{"cursors":{"after":"A"}}}"#;
        assert_eq!(insights(end).unwrap().after, None);
        assert_eq!(insights(br#"{"data":[]}"#).unwrap().after, None);
    }

    #[test]
    fn what_was_declined_is_not_allowed() {
        let told = br#"{"data":[{"permission":"ads_read","status":"granted"},
            {"permission":"ads_management","status":"declined"}]}"#;
        assert_eq!(permissions(told).unwrap(), ["ads_read"]);
    }
}
