//! Finds personal data where it has no business: in addresses of pages, and in ids of visitors.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use reqwest::Url;

/// Parameters whose values are somebody's, by their names without `_` and `-`.
const NAMES: [&str; 29] = [
    "address",
    "birthdate",
    "birthday",
    "cardnumber",
    "creditcard",
    "dateofbirth",
    "dob",
    "email",
    "emailaddress",
    "firstname",
    "fullname",
    "iban",
    "lastname",
    "mail",
    "mobile",
    "passwd",
    "password",
    "phone",
    "phonenumber",
    "postcode",
    "pwd",
    "ssn",
    "street",
    "surname",
    "tel",
    "telephone",
    "username",
    "zip",
    "zipcode",
];

/// What names of pictures end in, some of which are called `jacket@2x.png`.
const PICTURES: [&str; 7] = ["avif", "gif", "jpeg", "jpg", "png", "svg", "webp"];

/// Addresses are put into others, and encoded once more each time; nobody does it more often.
const ENCODED: u32 = 3;

/// What an address tells of a person; none when it tells nothing. It never repeats the value.
pub(super) fn in_url(url: &Url) -> Option<String> {
    if !url.username().is_empty() || url.password().is_some() {
        return Some("a user name or a password".to_owned());
    }
    if has_email(url.path()) || has_email(url.fragment().unwrap_or_default()) {
        return Some("an e-mail address".to_owned());
    }
    url.query_pairs().find_map(|(name, value)| {
        let plain = decoded(&name).replace(['_', '-'], "").to_ascii_lowercase();
        if !value.is_empty() && NAMES.contains(&plain.as_str()) {
            let name: String = name.chars().take(40).collect();
            return Some(format!("the parameter {name:?}"));
        }
        has_email(&value).then(|| "an e-mail address in a parameter".to_owned())
    })
}

/// A text as it was before anybody encoded it for an address.
fn decoded(text: &str) -> Cow<'_, str> {
    let mut plain = Cow::Borrowed(text);
    for _ in 0..ENCODED {
        let next = percent_decode_str(&plain).decode_utf8_lossy().into_owned();
        if next == plain {
            break;
        }
        plain = Cow::Owned(next);
    }
    plain
}

/// Whether somebody's e-mail address stands in a text, encoded or not.
pub(super) fn has_email(text: &str) -> bool {
    let text = decoded(text);
    text.match_indices('@').any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let local = before.is_some_and(|last| last.is_alphanumeric() || "._%+-".contains(last));
        let is_of_host = |one: &char| one.is_alphanumeric() || matches!(one, '.' | '-');
        let host: String = text[at + 1..].chars().take_while(is_of_host).collect();
        let mut labels = host.trim_end_matches('.').rsplit('.');
        let top = labels.next().unwrap_or_default();
        let is_top = top.chars().count() >= 2
            && top.chars().all(char::is_alphabetic)
            && !PICTURES.contains(&top);
        local && is_top && labels.next().is_some_and(|label| !label.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_names_somebody_is_found_whatever_hides_it() {
        for url in [
            "https://shop.example/welcome/ada@example.org",
            "https://shop.example/welcome/ada%40example.org",
            "https://shop.example/welcome/ada%2540example.org",
            "https://shop.example/?next=%2Fa%3Fm%3Dada%252540example.org",
            "https://shop.example/?e%256dail=x",
            "https://shop.example/#ada%2540example%252Eorg",
            "https://shop.example/?next=%2Fa%3Fm%3Dada%40example.org",
            "https://shop.example/?utm_term=ada@example.org",
            "https://shop.example/#ada@example.org",
            "https://shop.example/?Phone-Number=1",
            "https://shop.example/?first_name=Ada",
            "https://shop.example/?password=x",
            "https://ada:secret@shop.example/",
        ] {
            assert!(in_url(&Url::parse(url).unwrap()).is_some(), "{url}");
        }
        for url in [
            "https://shop.example/@ada/posts",
            "https://shop.example/a?email=&page=2&q=me@home",
            "https://shop.example/jacket@2x.png",
            "https://shop.example/?utm_source=mail&gclid=abc@def",
        ] {
            assert_eq!(in_url(&Url::parse(url).unwrap()), None, "{url}");
        }
    }

    #[test]
    fn what_was_found_is_not_repeated() {
        let url = Url::parse("https://shop.example/?email=ada@example.org").unwrap();
        let told = in_url(&url).unwrap();
        assert!(told.contains("email") && !told.contains("ada"), "{told}");
    }
}
