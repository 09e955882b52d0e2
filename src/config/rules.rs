//! The rules that a section cannot hold by itself.

use super::Config;
use super::fault::Caution;
use super::reader::Reader;

/// The rules between one value and another.
pub(super) fn check(config: &Config, reader: &mut Reader<'_>) {
    if config.auth.session_idle > config.auth.session_absolute {
        let rule = "it must not be longer than auth.session_absolute";
        reader.contradiction("auth.session_idle", rule);
    }
    let key = config.auth.jwt_secret_key.as_ref();
    if key.is_some_and(|key| key.expose().len() < 32) {
        let rule = "it must have at least 32 characters";
        reader.contradiction("auth.jwt_secret_key", rule);
    }
    if config.limits.page_default > config.limits.page_max {
        let rule = "it must not be greater than limits.page_max";
        reader.contradiction("limits.page_default", rule);
    }
    if config.auth.argon2.memory_kib < 8 * config.auth.argon2.parallelism {
        let rule = "it must be at least eight times auth.argon2_parallelism";
        reader.contradiction("auth.argon2_memory_kib", rule);
    }
    if config.net.connect_deadline > config.net.total_deadline {
        let rule = "it must not be longer than net.total_deadline";
        reader.contradiction("net.connect_deadline", rule);
    }
    if config.server.http_listen.is_some() && !config.tls.enabled {
        let rule = "it has nowhere to send anybody while tls.enabled is false";
        reader.contradiction("server.http_listen", rule);
    }
    check_registrations(config, reader);
    if !config.tls.enabled && !config.server.listen.ip().is_loopback() {
        reader.caution("tls.enabled", Caution::TlsOff);
    }
}

/// The rules for the names under which the appliance is known to providers.
fn check_registrations(config: &Config, reader: &mut Reader<'_>) {
    let (airtable, notion, google) = (&config.airtable, &config.notion, &config.google);
    if airtable.client_secret.is_some() && airtable.client_id.is_none() {
        let rule = "it is the secret of an integration whose airtable.client_id is not set";
        reader.contradiction("airtable.client_secret", rule);
    }
    if notion.client_secret.is_some() && notion.client_id.is_none() {
        let rule = "it is the secret of an integration whose notion.client_id is not set";
        reader.contradiction("notion.client_secret", rule);
    }
    if notion.client_id.is_some() && notion.client_secret.is_none() {
        let rule = "Notion demands the secret too: set notion.client_secret";
        reader.contradiction("notion.client_id", rule);
    }
    if google.client_secret.is_some() && google.client_id.is_none() {
        let rule = "it is the secret of a client whose google.client_id is not set";
        reader.contradiction("google.client_secret", rule);
    }
    if google.client_id.is_some() && google.client_secret.is_none() {
        let rule = "Google demands the secret too: set google.client_secret";
        reader.contradiction("google.client_id", rule);
    }
    let ids = [
        ("airtable.client_id", &airtable.client_id),
        ("notion.client_id", &notion.client_id),
        ("google.client_id", &google.client_id),
    ];
    for (key, id) in ids {
        if id.is_some() && config.server.public_url.is_none() {
            reader.caution(key, Caution::NoPublicUrl);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::load::tests::{faults, loaded};
    use super::*;

    #[test]
    fn values_that_contradict_each_other_are_refused() {
        for (text, key) in [
            ("[tls]\ncertificate = \"/c\"", "tls.certificate"),
            ("[auth]\nsession_idle = \"13 hours\"", "auth.session_idle"),
            ("[auth]\njwt_secret_key = \"short\"", "auth.jwt_secret_key"),
            ("[limits]\npage_max = 10", "limits.page_default"),
            (
                "[auth]\nargon2_memory_kib = 8\nargon2_parallelism = 2",
                "auth.argon2_memory_kib",
            ),
            ("[net]\nconnect_deadline = \"1 h\"", "net.connect_deadline"),
            ("[sandbox]\nurl = \"http://localhost:1\"", "sandbox.url"),
            ("[sandbox]\nurl = \"http://10.0.0.1:1\"", "sandbox.url"),
        ] {
            let faults = faults(text, &[]);
            assert!(faults[0].contains(&format!(" {key}: it ")), "{faults:?}");
        }
    }

    #[test]
    fn half_a_registration_at_google_is_refused_and_a_developer_token_fits_a_header() {
        for (text, key) in [
            ("[google]\nclient_id = \"a\"", "google.client_id"),
            ("[google]\nclient_secret = \"a\"", "google.client_secret"),
            (
                "[google]\nads_developer_token = \"a b\"",
                "google.ads_developer_token",
            ),
            ("[google]\nads_version = 0", "google.ads_version"),
        ] {
            let faults = faults(text, &[]);
            assert!(faults[0].contains(key), "{faults:?}");
            assert!(!faults[0].contains("a b"), "{faults:?}");
        }
        let whole = "[google]\nclient_id = \"a\"\nclient_secret = \"b\"";
        let cautions = loaded(whole, &[]).warnings;
        let mut cautions = cautions.iter().map(|warning| warning.caution);
        assert!(cautions.any(|caution| caution == Caution::NoPublicUrl));
    }

    #[test]
    fn plain_http_is_sent_on_only_where_there_is_tls() {
        let text = "[server]\nhttp_listen = \"0.0.0.0:80\"\n";
        let address = loaded(text, &[]).config.server.http_listen;
        assert_eq!(address, "0.0.0.0:80".parse().ok());
        let faults = faults(&format!("{text}[tls]\nenabled = false\n"), &[]);
        assert!(
            faults[0].starts_with("w.toml:2:1: server.http_listen:"),
            "{faults:?}"
        );
    }

    #[test]
    fn going_without_tls_is_warned_about_unless_nobody_else_can_connect() {
        let open = loaded("[tls]\nenabled = false", &[]);
        assert_eq!(open.warnings[0].caution, Caution::TlsOff);
        let near = "[server]\nlisten = \"127.0.0.1:80\"\n[tls]\nenabled = false";
        assert_eq!(loaded(near, &[]).warnings, []);
    }
}
