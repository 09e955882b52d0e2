//! Ad accounts and their campaigns.
use serde::Deserialize;
use serde_json::{Value, json};

/// An ad account to begin with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdAccountSeed {
    /// Its number, which stands behind `act_`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its currency, by ISO 4217.
    pub currency: String,
    /// The zone in which its days begin.
    pub timezone_name: String,
    /// 1 where it is active, 2 where it is disabled.
    #[serde(default = "active")]
    pub account_status: u32,
    /// Its campaigns.
    pub campaigns: Vec<CampaignSeed>,
}

/// A campaign to begin with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignSeed {
    /// Its number.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it spends on a day, about, in hundredths of the currency.
    pub daily_cents: u32,
}

fn active() -> u32 {
    1
}

impl AdAccountSeed {
    /// The accounts of the demonstration: one in euros, one in dollars.
    pub(crate) fn demo() -> Vec<Self> {
        let account = |id: &str, (name, currency, zone): (&str, &str, &str), campaigns| Self {
            id: id.to_owned(),
            name: name.to_owned(),
            currency: currency.to_owned(),
            timezone_name: zone.to_owned(),
            account_status: active(),
            campaigns,
        };
        let campaign = |id: &str, name: &str, daily_cents| CampaignSeed {
            id: id.to_owned(),
            name: name.to_owned(),
            daily_cents,
        };
        vec![
            account(
                "1001000100010001",
                ("Harbour Shop", "EUR", "Europe/Berlin"),
                vec![
                    campaign("120210000000000001", "spring", 4_200),
                    campaign("120210000000000002", "Retargeting", 1_800),
                    campaign("120210000000000003", "Newcomers", 6_500),
                ],
            ),
            account(
                "1001000100010002",
                ("Harbour Shop US", "USD", "America/New_York"),
                vec![campaign("120210000000000004", "Spring US", 5_000)],
            ),
        ]
    }

    /// The account as the vendor shows it, with the fields that were asked for; its id always.
    pub(super) fn shown(&self, fields: Option<&str>) -> Value {
        let all = json!({
            "account_id": self.id,
            "name": self.name,
            "currency": self.currency,
            "timezone_name": self.timezone_name,
            "account_status": self.account_status,
        });
        let mut shown = json!({ "id": format!("act_{}", self.id) });
        for field in fields.unwrap_or_default().split(',') {
            if let Some(value) = all.get(field.trim()) {
                shown[field.trim()] = value.clone();
            }
        }
        shown
    }
}
