//! Tells by what a browser calls itself what it runs on, and whether a person sits before it.

use super::super::event::Device;

/// Words of programs that read pages for nobody.
const BOTS: [&str; 44] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "scrape",
    "headless",
    "phantomjs",
    "puppeteer",
    "playwright",
    "selenium",
    "webdriver",
    "lighthouse",
    "pagespeed",
    "gtmetrix",
    "pingdom",
    "uptime",
    "statuscake",
    "monitor",
    "preview",
    "facebookexternalhit",
    "whatsapp",
    "embedly",
    "feedfetcher",
    "feedly",
    "validator",
    "curl/",
    "wget/",
    "python",
    "httpx",
    "aiohttp",
    "java/",
    "okhttp",
    "go-http-client",
    "node-fetch",
    "axios",
    "undici",
    "libwww",
    "perl",
    "ruby",
    "php",
    "apache-httpclient",
    "archive.org",
    "ia_archiver",
    "http_client",
];
/// Words that have one of those in them and are of people's devices all the same.
const NONE: [&str; 2] = ["cubot", "okhttp-browser"];

/// Whether a program says of itself that it is none that people use. Whoever hides it is not found.
pub(super) fn is_bot(agent: &str) -> bool {
    let agent = agent.to_ascii_lowercase();
    let agent = NONE
        .iter()
        .fold(agent, |agent, word| agent.replace(word, ""));
    agent.trim().is_empty() || BOTS.iter().any(|word| agent.contains(word))
}

/// The kind of device. Tablets that call themselves computers are taken for such.
pub(super) fn device(agent: &str) -> Device {
    let has = |word: &str| agent.contains(word);
    let is_tablet = has("iPad") || has("Tablet") || has("Kindle") || has("Silk/");
    if is_tablet || has("Android") && !has("Mobile") {
        return Device::Tablet;
    }
    if ["iPhone", "iPod", "Android", "Mobile", "Windows Phone"]
        .into_iter()
        .any(has)
    {
        return Device::Mobile;
    }
    if ["Windows NT", "Macintosh", "X11", "CrOS", "Linux"]
        .into_iter()
        .any(has)
    {
        return Device::Desktop;
    }
    Device::Unknown
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like \
        Gecko) Chrome/142.0.0.0 Safari/537.36";

    #[test]
    fn programs_that_say_so_are_no_people() {
        for bot in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/142.0.0.0 Safari/537.36",
            "curl/8.5.0",
            "python-requests/2.32",
            "facebookexternalhit/1.1",
            "",
            " ",
        ] {
            assert!(is_bot(bot), "{bot}");
        }
        for person in [
            CHROME,
            "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Mobile Safari/537.36",
        ] {
            assert!(!is_bot(person), "{person}");
        }
    }

    #[test]
    fn devices_are_told_by_what_browsers_say() {
        for (agent, expected) in [
            (CHROME, Device::Desktop),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1",
                Device::Desktop,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Mobile/15E148",
                Device::Mobile,
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) Mobile Safari/537",
                Device::Mobile,
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-X710) Safari/537",
                Device::Tablet,
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 12_0) Mobile/15E148",
                Device::Tablet,
            ),
            ("something", Device::Unknown),
        ] {
            assert_eq!(device(agent), expected, "{agent}");
        }
    }
}
