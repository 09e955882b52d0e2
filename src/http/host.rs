//! Decides whether a request names the host that it is for, exactly once.

use poem::Request;
use poem::http::header::HOST;
use poem::http::uri::Authority;
use poem::http::{HeaderMap, Uri, Version};

use crate::base::Peer;
use crate::config::Server;

/// What is wrong with the host that a request names.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// There is none.
    #[error("The request names no host.")]
    Missing,
    /// There are two, which somebody on the way may read otherwise.
    #[error("The request names more than one host.")]
    Ambiguous,
    /// It is none.
    #[error("The host that the request names is not valid.")]
    Invalid,
    /// It is not ours.
    #[error("The appliance is not called {0:?}.")]
    Foreign(String),
}

/// The names by which the appliance may be called; none allow every name.
pub(crate) fn names(server: &Server) -> Vec<String> {
    let public = server.public_url.as_ref().and_then(|url| url.host_str());
    let public = public.filter(|_| !server.hosts.is_empty());
    let hosts = server.hosts.iter().map(String::as_str).chain(public);
    hosts.map(str::to_owned).collect()
}

/// Errs unless the request names one host (RFC 9112, 3.2), and one of `names` if there are any.
///
/// What comes over the local socket is for this appliance, whatever it says.
pub(crate) fn check(request: &Request, names: &[String]) -> Result<(), Fault> {
    if let Some(Peer::Local { .. }) = request.extensions().get() {
        return Ok(());
    }
    let Some(called) = called(request.version(), request.uri(), request.headers())? else {
        // HTTP/1.0 knows no Host; where names matter, it cannot show that it means ours.
        return names.is_empty().then_some(()).ok_or(Fault::Missing);
    };
    let name = called.host().trim_matches(['[', ']']).trim_end_matches('.');
    let known = names.is_empty() || names.iter().any(|own| own.eq_ignore_ascii_case(name));
    known
        .then_some(())
        .ok_or_else(|| Fault::Foreign(name.to_owned()))
}

/// The one host that is named in the target or in the header; both must agree.
fn called(version: Version, uri: &Uri, headers: &HeaderMap) -> Result<Option<Authority>, Fault> {
    let mut sent = headers.get_all(HOST).iter();
    let (header, second) = (sent.next(), sent.next());
    if second.is_some() {
        return Err(Fault::Ambiguous);
    }
    let header = header
        .map(|value| Authority::try_from(value.as_bytes()))
        .transpose()
        .map_err(|_invalid| Fault::Invalid)?;
    let called = match (uri.authority(), header) {
        (Some(target), Some(header)) if *target != header => return Err(Fault::Ambiguous),
        (Some(target), _) => Some(target.clone()),
        (None, header) => header,
    };
    match called {
        None if version != Version::HTTP_10 => Err(Fault::Missing),
        Some(called) if called.as_str().contains('@') => Err(Fault::Invalid),
        called => Ok(called),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn request(version: Version, target: &str, hosts: &[&str]) -> Request {
        let request = Request::builder()
            .version(version)
            .uri(target.parse().unwrap());
        hosts
            .iter()
            .fold(request, |request, host| request.header(HOST, *host))
            .finish()
    }

    #[test]
    fn a_request_names_exactly_one_host() {
        use Version as V;
        for (version, target, hosts, expected) in [
            (V::HTTP_11, "/", vec!["box.example:8443"], Ok(())),
            (V::HTTP_11, "/", vec!["[::1]:8443"], Ok(())),
            (V::HTTP_11, "/", vec![], Err(Fault::Missing)),
            (V::HTTP_11, "/", vec!["a", "a"], Err(Fault::Ambiguous)),
            (V::HTTP_11, "/", vec!["a", "b"], Err(Fault::Ambiguous)),
            (V::HTTP_11, "/", vec!["a b"], Err(Fault::Invalid)),
            (V::HTTP_11, "/", vec![""], Err(Fault::Invalid)),
            (V::HTTP_11, "/", vec!["me@a"], Err(Fault::Invalid)),
            (V::HTTP_11, "http://a/", vec!["b"], Err(Fault::Ambiguous)),
            (V::HTTP_11, "http://a/", vec!["A"], Ok(())),
            (V::HTTP_2, "https://a/", vec![], Ok(())),
            (V::HTTP_2, "https://a/", vec!["b"], Err(Fault::Ambiguous)),
            (V::HTTP_2, "/", vec![], Err(Fault::Missing)),
            (V::HTTP_10, "/", vec![], Ok(())),
        ] {
            let found = check(&request(version, target, &hosts), &[]);
            assert_eq!(found, expected, "{version:?} {target} {hosts:?}");
        }
    }

    #[test]
    fn a_command_at_the_machine_need_not_name_a_host() {
        let mut request = request(Version::HTTP_11, "/", &[]);
        request.extensions_mut().insert(Peer::Local { uid: 0 });
        assert_eq!(check(&request, &["box.example".to_owned()]), Ok(()));
    }

    #[test]
    fn the_public_name_is_one_of_the_configured_names() {
        let mut server = Config::default().server;
        server.public_url = Some("https://sync.example".parse().unwrap());
        assert!(names(&server).is_empty());
        server.hosts = vec!["box.example".to_owned()];
        assert_eq!(names(&server), ["box.example", "sync.example"]);
    }

    #[test]
    fn where_names_are_configured_only_they_are_answered() {
        let names = ["box.example".to_owned(), "::1".to_owned()];
        for (host, ours) in [
            ("box.example", true),
            ("BOX.example.:8443", true),
            ("[::1]:8443", true),
            ("other.example", false),
            ("box.example.evil.example", false),
        ] {
            let found = check(&request(Version::HTTP_11, "/", &[host]), &names);
            assert_eq!(found.is_ok(), ours, "{host}");
        }
        let unnamed = request(Version::HTTP_10, "/", &[]);
        assert_eq!(check(&unnamed, &names), Err(Fault::Missing));
    }
}
