//! Writes what Google Ads is asked, in its query language (Google Ads API, "Query Language").

use jiff::civil::Date;

/// All accounts below the one that is asked, itself among them.
pub(super) const CLIENTS: &str = "SELECT customer_client.id, customer_client.descriptive_name, \
    customer_client.currency_code, customer_client.time_zone, customer_client.manager, \
    customer_client.status FROM customer_client";

/// How the conversions are attributed that count.
pub(super) const CONVERSIONS: &str = "SELECT \
    conversion_action.attribution_model_settings.attribution_model, \
    conversion_action.click_through_lookback_window_days FROM conversion_action \
    WHERE conversion_action.status = 'ENABLED' \
    AND conversion_action.include_in_conversions_metric = TRUE";

/// One account below the one that is asked; none where it can be no account's number.
pub(super) fn client(account: &str) -> Option<String> {
    let is_number =
        (1..=19).contains(&account.len()) && account.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| format!("{CLIENTS} WHERE customer_client.id = {account}"))
}

/// What each campaign did on each day. Those that were removed are told too, unless a condition
/// leaves them out; a day on which one did nothing has no row.
pub(super) fn figures((first, last): (Date, Date)) -> String {
    format!(
        "SELECT segments.date, campaign.id, campaign.name, metrics.impressions, metrics.clicks, \
         metrics.cost_micros, metrics.conversions, metrics.conversions_value FROM campaign \
         WHERE segments.date BETWEEN '{first}' AND '{last}'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_becomes_a_part_of_a_query() {
        assert!(client("1234567890").unwrap().ends_with("id = 1234567890"));
        for account in ["", "1 OR 1 = 1", "12-3", "act_1", "12345678901234567890"] {
            assert_eq!(client(account), None, "{account}");
        }
    }
}
