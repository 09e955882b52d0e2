//! One first-party event as it is counted: checked, with everything decided that is decided when it
//! comes in.

/// What somebody did at a site, or a server for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// The UUID that a server sent it with, or the first 16 bytes of a SHA-256 of another text, or of
    /// what a browser sent. What is sent again under it is not counted again.
    pub(crate) id: [u8; 16],
    /// When it happened, in milliseconds since 1970.
    pub(crate) at: i64,
    /// `page_view`, `click`, `lead`, `purchase` or a name of the site's own, of 1 to 40 bytes.
    pub(crate) name: Box<str>,
    /// Who did it: a keyed hash, of which nobody can make an address or a person.
    pub(crate) visitor: u64,
    /// The page's path, from its first slash, of at most 1,000 bytes; empty for an event without one.
    pub(crate) page: Box<str>,
    /// The host that led here; empty for none and for the site's own.
    pub(crate) referrer: Box<str>,
    /// Where the visit came from, as the campaign's address tells it; empty when it tells none, as
    /// the four that follow.
    pub(crate) source: Box<str>,
    /// By which means.
    pub(crate) medium: Box<str>,
    /// Through which campaign.
    pub(crate) campaign: Box<str>,
    /// For which words.
    pub(crate) term: Box<str>,
    /// Through which of several texts or pictures.
    pub(crate) content: Box<str>,
    /// Whose click it was, where an advertiser's network has marked it.
    pub(crate) click_id: ClickId,
    /// What the rules made of all that when the event came in.
    pub(crate) channel: Channel,
    /// On what kind of device.
    pub(crate) device: Device,
    /// What it is worth, in millionths of the site's currency.
    pub(crate) value: Option<i64>,
}

impl Event {
    /// The word for the mark of the network whose click it was, if there was any.
    pub(crate) fn click_word(&self) -> Option<&str> {
        (self.click_id != ClickId::None).then(|| self.click_id.name())
    }

    /// The word for the device, if it is known.
    pub(crate) fn device_word(&self) -> Option<&str> {
        (self.device != Device::Unknown).then(|| self.device.name())
    }
}

/// Lists an enumeration's members with the number under which each is stored, which never changes,
/// and the word for it in answers.
macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $member:ident = $number:literal $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub(crate) enum $name { $($(#[$of])* $member = $number,)+ }

        impl $name {
            /// Every one, in the order of their numbers.
            pub(crate) const ALL: &[Self] = &[$(Self::$member,)+];

            /// Its word in answers.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$member => $word,)+ }
            }

            /// The number that it is stored as.
            pub(crate) const fn number(self) -> u8 {
                self as u8
            }

            /// The one that is stored as `number`.
            pub(crate) fn of_number(number: u8) -> Option<Self> {
                Self::ALL.get(usize::from(number)).copied()
            }
        }
    };
}

numbered! {
    /// The mark that an advertiser's network puts on the address of what was clicked.
    ClickId {
        /// None.
        #[default]
        None = 0 "none",
        /// Google Ads.
        Gclid = 1 "gclid",
        /// Google Ads, from an app on iOS.
        Gbraid = 2 "gbraid",
        /// Google Ads, from the web to an app on iOS.
        Wbraid = 3 "wbraid",
        /// Google's display network.
        Dclid = 4 "dclid",
        /// Facebook and Instagram.
        Fbclid = 5 "fbclid",
        /// Microsoft Advertising.
        Msclkid = 6 "msclkid",
        /// TikTok.
        Ttclid = 7 "ttclid",
        /// X.
        Twclid = 8 "twclid",
        /// LinkedIn.
        LiFatId = 9 "li_fat_id",
        /// Pinterest.
        Epik = 10 "epik",
        /// Snapchat.
        ScCid = 11 "sccid",
        /// Reddit.
        RdtCid = 12 "rdt_cid",
        /// Yandex.
        Yclid = 13 "yclid",
    }
}

numbered! {
    /// The kind of way on which somebody came, after the default channel groups of Google Analytics.
    Channel {
        /// No rule fits.
        #[default]
        Unassigned = 0 "unassigned",
        /// By the address itself, as far as anybody knows.
        Direct = 1 "direct",
        /// An advertisement that runs on several networks.
        CrossNetwork = 2 "cross_network",
        /// An advertisement at a marketplace.
        PaidShopping = 3 "paid_shopping",
        /// An advertisement at a search engine.
        PaidSearch = 4 "paid_search",
        /// An advertisement at a social network.
        PaidSocial = 5 "paid_social",
        /// An advertisement at a video site.
        PaidVideo = 6 "paid_video",
        /// A picture on somebody's page.
        Display = 7 "display",
        /// Another advertisement.
        PaidOther = 8 "paid_other",
        /// A marketplace.
        OrganicShopping = 9 "organic_shopping",
        /// A social network.
        OrganicSocial = 10 "organic_social",
        /// A video site.
        OrganicVideo = 11 "organic_video",
        /// A search engine.
        OrganicSearch = 12 "organic_search",
        /// A link on somebody's page.
        Referral = 13 "referral",
        /// A mail.
        Email = 14 "email",
        /// A partner who is paid for what comes of it.
        Affiliates = 15 "affiliates",
        /// Something to be heard.
        Audio = 16 "audio",
        /// A text message.
        Sms = 17 "sms",
        /// A notification on a telephone.
        MobilePush = 18 "mobile_push",
    }
}

numbered! {
    /// A kind of device.
    Device {
        /// Not known: servers tell none.
        #[default]
        Unknown = 0 "unknown",
        /// A computer.
        Desktop = 1 "desktop",
        /// A telephone.
        Mobile = 2 "mobile",
        /// A tablet.
        Tablet = 3 "tablet",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_the_number_of_its_place() {
        for (place, id) in ClickId::ALL.iter().enumerate() {
            assert_eq!(usize::from(id.number()), place);
        }
        for (place, channel) in Channel::ALL.iter().enumerate() {
            assert_eq!(usize::from(channel.number()), place);
            assert_eq!(Channel::of_number(channel.number()), Some(*channel));
        }
        for (place, device) in Device::ALL.iter().enumerate() {
            assert_eq!(usize::from(device.number()), place);
        }
        assert_eq!(Channel::of_number(99), None);
    }
}
