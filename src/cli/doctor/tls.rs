//! Whether the certificate can be shown, for how long and under which names.

use jiff::{SignedDuration, Timestamp};

use super::Check;
use crate::base::chain;
use crate::config::Config;
use crate::tls::{Error, Inspection, inspect};

const NAME: &str = "TLS";
/// Who renews by hand needs some days.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

pub(super) fn check(config: &Config, now: Timestamp) -> Check {
    if !config.tls.enabled {
        return Check::not_checked(NAME, "it is off; a proxy must add it");
    }
    let public = config.server.public_url.as_ref();
    let public = public.and_then(|url| url.host_str());
    let public = public.map(|host| host.trim_matches(['[', ']']).to_owned());
    let wanted: Vec<String> = config.server.hosts.iter().cloned().chain(public).collect();
    judge(inspect(config), &wanted, now)
}

fn judge(found: Result<Option<Inspection>, Error>, wanted: &[String], now: Timestamp) -> Check {
    let found = match found {
        Ok(Some(found)) => found,
        Ok(None) => return Check::not_checked(NAME, "a certificate is made at the first start"),
        Err(error) => {
            return Check::failed(NAME, chain(&error).to_string())
                .remedy("Correct the files: a start would refuse them.");
        }
    };
    let file = found.files.certificate.display();
    let pair = Check::ok("pair", format!("{file} and its key belong together"));
    Check::group(NAME, vec![pair, time(&found, now), names(&found, wanted)])
}

fn time(found: &Inspection, now: Timestamp) -> Check {
    let (from, to) = (found.not_before, found.not_after);
    let name = "time";
    let renew = "Put a new pair in place; it is taken up at once.";
    if now < from {
        Check::failed(name, format!("it is good from {from} on only")).remedy("Check the clock.")
    } else if now >= to {
        Check::failed(name, format!("it has ended at {to}")).remedy(renew)
    } else if to.duration_since(now) < SOON {
        Check::warning(name, format!("it ends at {to}")).remedy(renew)
    } else {
        Check::ok(name, format!("it is good until {to}"))
    }
}

fn names(found: &Inspection, wanted: &[String]) -> Check {
    let lacks = |name: &&String| !found.names.iter().any(|given| fits(given, name));
    let missing: Vec<&str> = wanted.iter().filter(lacks).map(String::as_str).collect();
    if missing.is_empty() {
        return Check::ok("names", found.names.join(", "));
    }
    let detail = format!("it is not good for {}", missing.join(", "));
    Check::warning("names", detail)
        .remedy("Get a certificate with these names, or correct server.hosts and public_url.")
}

/// RFC 6125, section 6.4.3: a star stands for one label, the first.
fn fits(given: &str, name: &str) -> bool {
    if given.eq_ignore_ascii_case(name) {
        return true;
    }
    let (Some(rest), Some((_, domain))) = (given.strip_prefix("*."), name.split_once('.')) else {
        return false;
    };
    rest.eq_ignore_ascii_case(domain)
}

#[cfg(test)]
mod tests {
    use super::super::verdict::Verdict;
    use super::*;
    use crate::config::CertificateFiles;

    const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn found() -> Inspection {
        Inspection {
            files: CertificateFiles {
                certificate: "/c.pem".into(),
                key: "/k.pem".into(),
            },
            not_before: NOON - SignedDuration::from_hours(1),
            not_after: NOON + SignedDuration::from_hours(15 * 24),
            names: vec!["box.example".into(), "*.wild.example".into()],
        }
    }

    #[test]
    fn a_certificate_is_judged_by_its_time() {
        for (hours, expected) in [
            (-2, Verdict::Failed),
            (0, Verdict::Ok),
            (48, Verdict::Warning),
            (15 * 24, Verdict::Failed),
        ] {
            let now = NOON + SignedDuration::from_hours(hours);
            assert_eq!(time(&found(), now).verdict, expected, "{hours}");
        }
    }

    #[test]
    fn a_name_that_the_certificate_lacks_is_told() {
        for (wanted, expected) in [
            ("BOX.example", Verdict::Ok),
            ("a.wild.example", Verdict::Ok),
            ("a.b.wild.example", Verdict::Warning),
            ("wild.example", Verdict::Warning),
            ("other.example", Verdict::Warning),
        ] {
            let judged = names(&found(), &[wanted.to_owned()]);
            assert_eq!(judged.verdict, expected, "{wanted}");
        }
    }
}
