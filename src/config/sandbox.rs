//! `[sandbox]`: the practice provider.

use std::net::IpAddr;

use reqwest::Url;

use super::fault::Reason;
use super::reader::Section;

/// Where connections to the sandbox go.
#[derive(Clone, Debug)]
pub struct Sandbox {
    /// The address of a running sandbox, on this machine only.
    pub url: Option<Url>,
}

impl Sandbox {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        let url: Option<Url> = from.key(
            "url",
            None,
            "Address of a sandbox that runs on this machine (`weighbridge sandbox`). Without one \
             no connection to a sandbox can be made.",
        );
        if url.as_ref().is_some_and(|url| !on_this_machine(url)) {
            // The sandbox is the only address that the guard against inner networks lets pass.
            let rule = "it must be a loopback address such as http://127.0.0.1:8480";
            let key = from.path("url");
            from.refuse("url", Reason::Contradiction { key, rule });
        }
        Self { url }
    }
}

/// Whether the URL names a loopback address; a name may resolve to anything and does not count.
fn on_this_machine(url: &Url) -> bool {
    url.host_str()
        .map(|host| host.trim_matches(['[', ']']))
        .and_then(|host| host.parse().ok())
        .is_some_and(|address: IpAddr| address.is_loopback())
}
