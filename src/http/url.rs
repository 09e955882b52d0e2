//! Says under what address people reach the appliance.

use std::net::SocketAddr;

use crate::base::Secret;
use crate::config::Config;

/// The address that was set, else the one that is listened on; without a slash at its end.
pub fn public_url(config: &Config, listening: SocketAddr) -> String {
    if let Some(url) = &config.server.public_url {
        return url.as_str().trim_end_matches('/').to_owned();
    }
    let scheme = if config.tls.enabled { "https" } else { "http" };
    let port = listening.port();
    if listening.ip().is_unspecified() || listening.ip().is_loopback() {
        return format!("{scheme}://localhost:{port}");
    }
    format!("{scheme}://{listening}")
}

/// The set-up page with its token, which stands behind the `#` so that no browser sends it.
pub fn setup_url(base: &str, token: &Secret) -> Secret {
    Secret::new(format!("{base}/setup#token={}", token.expose()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_that_was_set_goes_before_the_one_listened_on() {
        let mut config = Config::default();
        let listening = |text: &str| text.parse().unwrap();
        assert_eq!(
            public_url(&config, listening("0.0.0.0:8443")),
            "https://localhost:8443"
        );
        assert_eq!(
            public_url(&config, listening("192.0.2.1:443")),
            "https://192.0.2.1:443"
        );
        config.server.public_url = "https://box.example/".parse().ok();
        assert_eq!(
            public_url(&config, listening("0.0.0.0:8443")),
            "https://box.example"
        );
    }
}
