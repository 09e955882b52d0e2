//! Decides on which way somebody came, by the rules of Google Analytics' default channel group, in
//! its order (support.google.com/analytics/answer/9756891).

use super::super::event::{Channel, ClickId};
use super::sources::{Kind, known};

/// Where a visit came from, as far as it is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) source: String,
    pub(super) medium: String,
    pub(super) campaign: String,
}

impl Origin {
    /// What is to be taken for it: what the campaign says; else whose click it was; else who led
    /// here; else nothing.
    pub(super) fn settle(campaign: Self, click: ClickId, referrer: &str) -> Self {
        if !campaign.source.is_empty() || !campaign.medium.is_empty() {
            return campaign;
        }
        let (source, medium) = match (by_click(click), referrer) {
            (Some(of_click), _) => of_click,
            (None, "") => return campaign,
            (None, host) => match known(host) {
                Some((Kind::Search, name)) => (name, "organic"),
                _ => (host, "referral"),
            },
        };
        Self {
            source: source.to_owned(),
            medium: medium.to_owned(),
            campaign: campaign.campaign,
        }
    }

    /// The channel.
    pub(super) fn channel(&self) -> Channel {
        let (source, medium) = (
            self.source.to_ascii_lowercase(),
            self.medium.to_ascii_lowercase(),
        );
        let campaign = self.campaign.to_ascii_lowercase();
        if source.is_empty() && medium.is_empty() && campaign.is_empty() {
            return Channel::Direct;
        }
        if source == "(direct)" && matches!(medium.as_str(), "" | "(none)" | "(not set)") {
            return Channel::Direct;
        }
        if campaign.contains("cross-network") {
            return Channel::CrossNetwork;
        }
        let kind = known(&source).map(|(kind, _)| kind);
        let shops = kind == Some(Kind::Shopping) || is_shopping(&campaign);
        if is_paid(&medium) {
            return paid(kind, shops, &medium);
        }
        if is_display(&medium) {
            return Channel::Display;
        }
        organic(kind, shops, (&source, &medium))
    }
}

/// Clicks that are paid for by themselves. Facebook marks every link, so that its mark says no more
/// than who led here.
fn by_click(click: ClickId) -> Option<(&'static str, &'static str)> {
    match click {
        ClickId::Gclid | ClickId::Gbraid | ClickId::Wbraid => Some(("google", "cpc")),
        ClickId::Dclid => Some(("dv360", "cpm")),
        ClickId::Msclkid => Some(("bing", "cpc")),
        ClickId::Ttclid => Some(("tiktok", "cpc")),
        ClickId::Twclid => Some(("twitter", "cpc")),
        ClickId::LiFatId => Some(("linkedin", "cpc")),
        ClickId::Epik => Some(("pinterest", "cpc")),
        ClickId::ScCid => Some(("snapchat", "cpc")),
        ClickId::RdtCid => Some(("reddit", "cpc")),
        ClickId::Yclid => Some(("yandex", "cpc")),
        ClickId::Fbclid => Some(("facebook", "social")),
        ClickId::None => None,
    }
}

fn paid(kind: Option<Kind>, shops: bool, medium: &str) -> Channel {
    match kind {
        _ if shops => Channel::PaidShopping,
        Some(Kind::Search) => Channel::PaidSearch,
        Some(Kind::Social) => Channel::PaidSocial,
        Some(Kind::Video) => Channel::PaidVideo,
        _ if is_display(medium) => Channel::Display,
        _ => Channel::PaidOther,
    }
}

fn organic(kind: Option<Kind>, shops: bool, (source, medium): (&str, &str)) -> Channel {
    const SOCIAL: [&str; 6] = [
        "social",
        "social-network",
        "social-media",
        "sm",
        "social network",
        "social media",
    ];
    const EMAIL: [&str; 4] = ["email", "e-mail", "e_mail", "e mail"];
    if shops {
        return Channel::OrganicShopping;
    }
    if kind == Some(Kind::Social) || SOCIAL.contains(&medium) {
        return Channel::OrganicSocial;
    }
    if kind == Some(Kind::Video) || medium.contains("video") {
        return Channel::OrganicVideo;
    }
    if kind == Some(Kind::Search) || medium == "organic" {
        return Channel::OrganicSearch;
    }
    if matches!(medium, "referral" | "app" | "link") {
        return Channel::Referral;
    }
    if EMAIL.contains(&source) || EMAIL.contains(&medium) {
        return Channel::Email;
    }
    match medium {
        "affiliate" | "affiliates" => Channel::Affiliates,
        "audio" => Channel::Audio,
        "sms" => Channel::Sms,
        _ if source == "sms" => Channel::Sms,
        _ if is_push(source, medium) => Channel::MobilePush,
        _ => Channel::Unassigned,
    }
}

/// `^(.*cp.*|ppc|retargeting|paid.*)$`
fn is_paid(medium: &str) -> bool {
    medium.contains("cp") || matches!(medium, "ppc" | "retargeting") || medium.starts_with("paid")
}

fn is_display(medium: &str) -> bool {
    matches!(
        medium,
        "display" | "banner" | "expandable" | "interstitial" | "cpm"
    )
}

fn is_push(source: &str, medium: &str) -> bool {
    let says = |word| medium.contains(word);
    medium.ends_with("push") || says("mobile") || says("notification") || source == "firebase"
}

/// `^(.*(([^a-df-z]|^)shop|shopping).*)$`: "shop" as a word's beginning, and not as in "workshop".
fn is_shopping(campaign: &str) -> bool {
    let begins = |(at, _): (usize, &str)| {
        let before = campaign[..at].chars().next_back();
        before.is_none_or(|before| !matches!(before, 'a'..='d' | 'f'..='z'))
    };
    campaign.contains("shopping") || campaign.match_indices("shop").any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(source: &str, medium: &str, campaign: &str) -> Origin {
        Origin {
            source: source.to_owned(),
            medium: medium.to_owned(),
            campaign: campaign.to_owned(),
        }
    }

    #[test]
    fn every_channel_has_its_rule_and_the_first_that_fits_decides() {
        for (source, medium, campaign, expected) in [
            ("", "", "", Channel::Direct),
            ("(direct)", "(none)", "", Channel::Direct),
            (
                "google",
                "cpc",
                "Summer Cross-Network",
                Channel::CrossNetwork,
            ),
            ("amazon.de", "cpc", "", Channel::PaidShopping),
            ("google", "cpc", "eu-shop-brand", Channel::PaidShopping),
            ("google", "cpc", "workshop", Channel::PaidSearch),
            ("bing", "paid_search", "", Channel::PaidSearch),
            ("Facebook", "CPC", "", Channel::PaidSocial),
            ("ig", "paidsocial", "", Channel::PaidSocial),
            ("youtube.com", "cpv-cpc", "", Channel::PaidVideo),
            ("news.example", "banner", "", Channel::Display),
            ("news.example", "cpm", "", Channel::Display),
            ("news.example", "retargeting", "", Channel::PaidOther),
            ("etsy", "referral", "", Channel::OrganicShopping),
            ("t.co", "referral", "", Channel::OrganicSocial),
            ("club.example", "sm", "", Channel::OrganicSocial),
            ("vimeo", "", "", Channel::OrganicVideo),
            ("club.example", "video", "", Channel::OrganicVideo),
            ("ecosia.org", "organic", "", Channel::OrganicSearch),
            ("club.example", "organic", "", Channel::OrganicSearch),
            ("club.example", "referral", "", Channel::Referral),
            ("newsletter", "email", "", Channel::Email),
            ("e-mail", "", "", Channel::Email),
            ("club.example", "affiliate", "", Channel::Affiliates),
            ("cast.example", "audio", "", Channel::Audio),
            ("sms", "", "", Channel::Sms),
            ("app", "web-push", "", Channel::MobilePush),
            ("club.example", "poster", "", Channel::Unassigned),
            ("", "", "spring", Channel::Unassigned),
        ] {
            let found = origin(source, medium, campaign).channel();
            assert_eq!(found, expected, "{source} {medium} {campaign}");
        }
    }

    #[test]
    fn what_the_campaign_says_comes_before_the_click_and_that_before_the_referrer() {
        let none = Origin::default;
        for (campaign, click, referrer, expected) in [
            (
                origin("mail", "email", "c"),
                ClickId::Gclid,
                "x.example",
                ("mail", "email"),
            ),
            (
                origin("", "", "c"),
                ClickId::Gclid,
                "www.bing.com",
                ("google", "cpc"),
            ),
            (none(), ClickId::Fbclid, "", ("facebook", "social")),
            (
                none(),
                ClickId::None,
                "www.google.de",
                ("google", "organic"),
            ),
            (
                none(),
                ClickId::None,
                "m.facebook.com",
                ("m.facebook.com", "referral"),
            ),
            (
                none(),
                ClickId::None,
                "club.example",
                ("club.example", "referral"),
            ),
            (none(), ClickId::None, "", ("", "")),
        ] {
            let found = Origin::settle(campaign, click, referrer);
            assert_eq!((found.source.as_str(), found.medium.as_str()), expected);
        }
    }

    #[test]
    fn every_click_that_is_marked_has_its_channel() {
        for click in ClickId::ALL {
            let found = Origin::settle(Origin::default(), *click, "").channel();
            let expected = match click {
                ClickId::None => Channel::Direct,
                ClickId::Gclid
                | ClickId::Gbraid
                | ClickId::Wbraid
                | ClickId::Msclkid
                | ClickId::Yclid => Channel::PaidSearch,
                ClickId::Dclid => Channel::Display,
                ClickId::Fbclid => Channel::OrganicSocial,
                _ => Channel::PaidSocial,
            };
            assert_eq!(found, expected, "{}", click.name());
        }
    }
}
