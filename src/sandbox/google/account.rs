//! Accounts of Google Ads, the managers above them, and their campaigns.
use serde::Deserialize;

/// An account to begin with. The currency and the zone of a manager are those of its own page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerSeed {
    /// Its number, of ten digits and without hyphens.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its currency, by ISO 4217.
    pub currency: String,
    /// The zone in which its days begin.
    pub time_zone: String,
    /// Whether other accounts lie below it; it has no figures of its own then.
    #[serde(default)]
    pub manager: bool,
    /// The managers right above it, by their numbers.
    #[serde(default)]
    pub managers: Vec<String>,
    /// Whether the one person whom the sandbox knows was given access to this very account.
    #[serde(default)]
    pub accessible: bool,
    /// `ENABLED`, or why it is not, such as `CANCELED`.
    #[serde(default = "enabled")]
    pub status: String,
    /// Its campaigns.
    #[serde(default)]
    pub campaigns: Vec<AdsCampaignSeed>,
}

/// A campaign to begin with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdsCampaignSeed {
    /// Its number.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// `ENABLED`, `PAUSED` or `REMOVED`. What it did stays, whatever it is now.
    #[serde(default = "enabled")]
    pub status: String,
    /// What it spends on a day, about, in hundredths of the currency.
    pub daily_cents: u32,
}

fn enabled() -> String {
    "ENABLED".to_owned()
}

impl CustomerSeed {
    /// The accounts of the demonstration: one that is reached by itself, two below managers, one of
    /// them two levels deep and in dollars, and one that was cancelled.
    pub(crate) fn demo() -> Vec<Self> {
        let customer = |id: &str, (name, currency, zone): (&str, &str, &str)| Self {
            id: id.to_owned(),
            name: name.to_owned(),
            currency: currency.to_owned(),
            time_zone: zone.to_owned(),
            manager: false,
            managers: Vec::new(),
            accessible: false,
            status: enabled(),
            campaigns: Vec::new(),
        };
        let campaign = |id: &str, name: &str, status: &str, daily_cents| AdsCampaignSeed {
            id: id.to_owned(),
            name: name.to_owned(),
            status: status.to_owned(),
            daily_cents,
        };
        let berlin = |name| (name, "EUR", "Europe/Berlin");
        vec![
            Self {
                manager: true,
                accessible: true,
                ..customer("9000000001", berlin("Harbour Agency"))
            },
            Self {
                manager: true,
                managers: vec!["9000000001".to_owned()],
                ..customer("9000000002", berlin("Harbour Overseas"))
            },
            Self {
                managers: vec!["9000000001".to_owned()],
                campaigns: vec![
                    campaign("21000000001", "spring", "ENABLED", 5_400),
                    campaign("21000000002", "Brand", "PAUSED", 1_200),
                    campaign("21000000003", "Last year", "REMOVED", 2_500),
                ],
                ..customer("1000000001", berlin("Harbour Shop"))
            },
            Self {
                managers: vec!["9000000002".to_owned()],
                campaigns: vec![campaign("21000000004", "Spring US", "ENABLED", 6_000)],
                ..customer("1000000002", ("Harbour Shop US", "USD", "America/New_York"))
            },
            Self {
                accessible: true,
                campaigns: vec![campaign("21000000005", "Clearance", "ENABLED", 900)],
                ..customer("1000000003", berlin("Harbour Outlet"))
            },
            Self {
                accessible: true,
                status: "CANCELED".to_owned(),
                ..customer("1000000004", berlin("Harbour Books"))
            },
        ]
    }
}
