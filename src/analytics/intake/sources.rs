//! Knows search engines, social networks, video sites and marketplaces by their hosts and by the
//! names that campaigns give them.

/// What a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Search,
    Social,
    Video,
    Shopping,
}

/// Names with what they are. One with a dot is a host, with all below it; one without is a name, and
/// the host that has it before its top-level domain, in whatever country.
const KNOWN: &[(Kind, &str)] = &[
    (
        Kind::Search,
        "aol ask baidu bing coccoc daum duckduckgo ecosia.org google lycos \
        msn mojeek.com naver onet presearch.com qwant.com search.brave.com seznam so.com sogou \
        startpage.com swisscows.com virgilio.it yahoo yandex yep.com you.com",
    ),
    (
        Kind::Social,
        "bsky.app bluesky discord.com facebook fb fb.me flickr ig instagram \
        kakao.com l.instagram.com lemmy.world line.me linkedin lnkd.in mastodon.social mastodon meetup.com \
        messenger.com mix.com news.ycombinator.com hackernews ok.ru pinterest pin.it quora reddit redd.it \
        renren.com snapchat stackoverflow.com t.co t.me telegram threads.net threads.com threads \
        tiktok tumblr twitter vk.com vkontakte wechat weibo whatsapp x.com xing",
    ),
    (
        Kind::Video,
        "dailymotion disneyplus hulu netflix twitch.tv twitch vimeo wistia youku.com youtube \
        youtu.be",
    ),
    (
        Kind::Shopping,
        "alibaba aliexpress allegro.pl amazon bol.com ebay etsy idealo \
        kaufland.de mercadolibre otto.de rakuten shopping.google.com shopping.yahoo.com temu.com \
        walmart wish.com zalando",
    ),
];

/// What a source is, and its name: without its top-level domain where it has many.
pub(super) fn known(source: &str) -> Option<(Kind, &'static str)> {
    let source = source.trim().to_ascii_lowercase();
    let named = |fits: &dyn Fn(&str) -> bool| {
        KNOWN.iter().find_map(|(kind, names)| {
            let mut names = names.split_ascii_whitespace();
            names.find(|name| fits(name)).map(|name| (*kind, name))
        })
    };
    // What names a whole host says more than a name.
    let host = named(&|name| name.contains('.') && super::super::domain::lies_in(&source, name));
    host.or_else(|| named(&|name| !name.contains('.') && is_of(&source, name)))
}

/// Whether a source is a name, or a host that has it before its top-level domain.
fn is_of(source: &str, name: &str) -> bool {
    if source == name {
        return true;
    }
    let mut labels = source.rsplit('.');
    let (top, second, third) = (labels.next(), labels.next(), labels.next());
    match (top, second, third) {
        (Some(_), Some(second), _) if second == name => true,
        // As in google.co.uk.
        (Some(top), Some(second), Some(third)) => {
            third == name && top.len() == 2 && second.len() <= 3
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_known_by_host_and_by_name() {
        for (source, expected) in [
            ("google", Some((Kind::Search, "google"))),
            ("www.google.co.uk", Some((Kind::Search, "google"))),
            ("Google.de", Some((Kind::Search, "google"))),
            (
                "shopping.google.com",
                Some((Kind::Shopping, "shopping.google.com")),
            ),
            ("duckduckgo.com", Some((Kind::Search, "duckduckgo"))),
            ("m.facebook.com", Some((Kind::Social, "facebook"))),
            ("t.co", Some((Kind::Social, "t.co"))),
            ("youtu.be", Some((Kind::Video, "youtu.be"))),
            ("amazon.de", Some((Kind::Shopping, "amazon"))),
            ("mygoogle.com", None),
            ("google.evil.example", None),
            ("not.co", None),
            ("partner.example", None),
            ("", None),
        ] {
            assert_eq!(known(source), expected, "{source}");
        }
    }
}
