//! Rules by which a site sorts visits into channels before the usual ones do.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Error;
use super::event::Channel;
use super::ledger::{Facet, Filter};
use super::question::check_filters;

/// A site has so many rules at most.
const MOST: usize = 50;
/// A rule has so many conditions at most: one on each of what it may look at, and some more.
const MOST_FILTERS: usize = 8;
/// What rules may look at.
const FACETS: [Facet; 4] = [
    Facet::Source,
    Facet::Medium,
    Facet::Campaign,
    Facet::Referrer,
];

/// A rule: whatever all filters pick came on the channel. Letters count in either case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChannelRule {
    pub(crate) channel: Channel,
    pub(crate) filters: Vec<Filter>,
}

/// Why rules cannot be as they were given.
#[derive(Debug, thiserror::Error)]
pub enum BadRules {
    /// More than a site may have.
    #[error("a site has at most {MOST} rules, and these are {0}")]
    TooMany(usize),
    /// A rule that would pick all or nothing.
    #[error("a rule has 1 to {MOST_FILTERS} filters, and this one has {0}")]
    Filters(usize),
    /// A dimension that is not known when an event comes in, or says nothing of its way.
    #[error("a rule looks at source, medium, campaign and referrer alone")]
    Dimension,
}

/// The way on which somebody came, in small letters.
pub(super) struct Way {
    source: String,
    medium: String,
    campaign: String,
    referrer: String,
}

impl Way {
    pub(super) fn of(source: &str, medium: &str, campaign: &str, referrer: &str) -> Self {
        Self {
            source: source.to_lowercase(),
            medium: medium.to_lowercase(),
            campaign: campaign.to_lowercase(),
            referrer: referrer.to_lowercase(),
        }
    }

    fn part(&self, facet: Facet) -> &str {
        match facet {
            Facet::Source => &self.source,
            Facet::Medium => &self.medium,
            Facet::Campaign => &self.campaign,
            _ => &self.referrer,
        }
    }
}

/// The channel by the first rule that fits.
pub(super) fn channel(rules: &[ChannelRule], way: &Way) -> Option<Channel> {
    let fits = |rule: &&ChannelRule| {
        let mut filters = rule.filters.iter();
        filters.all(|filter| filter.picks_alone(way.part(filter.facet)))
    };
    rules.iter().find(fits).map(|rule| rule.channel)
}

/// The rules as they are kept, once everything is found acceptable.
pub(super) fn checked(mut rules: Vec<ChannelRule>) -> Result<Vec<ChannelRule>, Error> {
    if rules.len() > MOST {
        return Err(Error::BadRules(BadRules::TooMany(rules.len())));
    }
    for (place, rule) in rules.iter_mut().enumerate() {
        let here = |error| Error::Below(format!("channel_rules[{place}]"), Box::new(error));
        check(&rule.filters).map_err(here)?;
        for value in rule
            .filters
            .iter_mut()
            .flat_map(|filter| &mut filter.values)
        {
            *value = value.to_lowercase().into();
        }
    }
    Ok(rules)
}

fn check(filters: &[Filter]) -> Result<(), Error> {
    if !(1..=MOST_FILTERS).contains(&filters.len()) {
        return Err(BadRules::Filters(filters.len()).into());
    }
    check_filters(filters)?;
    let mut places = filters.iter().enumerate();
    match places.find(|(_, filter)| !FACETS.contains(&filter.facet)) {
        None => Ok(()),
        Some((place, _)) => {
            let path = format!("filters[{place}]");
            Err(Error::Below(path, Box::new(BadRules::Dimension.into())))
        }
    }
}

impl BadRules {
    /// The member that it is about.
    pub fn path(&self) -> &'static str {
        match self {
            Self::TooMany(_) => "channel_rules",
            Self::Filters(_) => "filters",
            Self::Dimension => "dimension",
        }
    }
}

impl Serialize for Channel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Channel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let known = Self::ALL.iter().find(|channel| channel.name() == word);
        let unknown = || serde::de::Error::custom(format!("{word:?} is no channel"));
        known.copied().ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::ledger::Operator;

    fn filter(facet: Facet, operator: Operator, values: &[&str]) -> Filter {
        Filter {
            facet,
            operator,
            values: values.iter().map(|value| (*value).into()).collect(),
        }
    }

    fn rule(channel: Channel, filters: Vec<Filter>) -> ChannelRule {
        ChannelRule { channel, filters }
    }

    #[test]
    fn the_first_rule_decides_of_which_all_filters_pick() {
        let rules = checked(vec![
            rule(
                Channel::Email,
                vec![filter(Facet::Source, Operator::Is, &["Mailchimp", "brevo"])],
            ),
            rule(
                Channel::Affiliates,
                vec![
                    filter(Facet::Referrer, Operator::Contains, &["partner"]),
                    filter(Facet::Medium, Operator::IsNot, &["cpc"]),
                ],
            ),
            rule(
                Channel::Audio,
                vec![filter(Facet::Campaign, Operator::StartsWith, &["podcast"])],
            ),
        ]);
        let rules = rules.unwrap();
        for (source, medium, campaign, referrer, expected) in [
            ("MAILCHIMP", "", "podcast-1", "", Some(Channel::Email)),
            (
                "x",
                "referral",
                "",
                "Partner.example",
                Some(Channel::Affiliates),
            ),
            ("x", "CPC", "", "partner.example", None),
            ("x", "", "Podcast-2", "", Some(Channel::Audio)),
            ("", "", "", "", None),
        ] {
            let way = Way::of(source, medium, campaign, referrer);
            assert_eq!(channel(&rules, &way), expected, "{source} {campaign}");
        }
    }

    #[test]
    fn a_rule_that_cannot_be_is_named_by_its_place() {
        let sound = || filter(Facet::Source, Operator::Is, &["x"]);
        for (filters, told) in [
            (vec![], "channel_rules[1]: a rule has 1 to 8 filters"),
            (vec![sound(); 9], "channel_rules[1]: a rule has 1 to 8"),
            (
                vec![sound(), filter(Facet::Page, Operator::Is, &["/"])],
                "channel_rules[1]: filters[1]: a rule looks at",
            ),
            (
                vec![filter(Facet::Source, Operator::Is, &[])],
                "channel_rules[1]: ",
            ),
        ] {
            let rules = vec![
                rule(Channel::Email, vec![sound()]),
                rule(Channel::Email, filters),
            ];
            let error = checked(rules).unwrap_err().to_string();
            assert!(error.starts_with(told), "{error}");
        }
        assert!(checked(vec![rule(Channel::Email, vec![sound()]); 51]).is_err());
    }

    #[test]
    fn rules_come_back_as_they_were_kept() {
        let kept = rule(
            Channel::OrganicSocial,
            vec![filter(Facet::Source, Operator::Contains, &["club"])],
        );
        let json = serde_json::to_string(&kept).unwrap();
        assert!(json.contains("\"organic_social\""), "{json}");
        assert_eq!(serde_json::from_str::<ChannelRule>(&json).unwrap(), kept);
        assert!(serde_json::from_str::<ChannelRule>(&json.replace("organic", "x")).is_err());
    }
}
