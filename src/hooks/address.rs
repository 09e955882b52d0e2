//! The address of a hook: who has it may deliver, so it is kept like a token.

use reqwest::Url;

use super::Error;
use crate::base::Secret;
use crate::net::{self, Target};

/// No address is longer.
const LONGEST: usize = 2_000;

/// An address that may be called, as far as can be seen before it is.
pub(super) struct Address {
    pub(super) target: Target,
    /// Whose it is: all of it that is no secret.
    pub(super) host: String,
}

impl Address {
    /// Reads an address: one of the public internet, or of the sandbox at `sandbox`.
    ///
    /// What a name leads to is looked at by the guard at each call, and not here.
    pub(super) fn read(text: &str, sandbox: Option<&Url>) -> Result<Self, Error> {
        if text.len() > LONGEST {
            let told = format!("an address has at most {LONGEST} characters");
            return Err(Error::BadAddress(told));
        }
        // What was given is told to nobody again, since it may be a secret with a slip in it.
        let url = Url::parse(text).map_err(|_misspelt| bad("this is no address"))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        if sandbox.is_some_and(|sandbox| sandbox.origin() == url.origin()) {
            let target = Target::sandbox(&url).map_err(|_elsewhere| bad("no sandbox is there"))?;
            return Ok(Self { target, host });
        }
        net::look(&url).map_err(|refusal| Error::BadAddress(refusal.to_string()))?;
        let target = Target::public(url);
        Ok(Self { target, host })
    }

    /// The same of an address that was sealed.
    pub(super) fn sealed(text: &Secret, sandbox: Option<&Url>) -> Result<Self, Error> {
        Self::read(text.expose(), sandbox)
    }
}

fn bad(told: &str) -> Error {
    Error::BadAddress(told.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_public_or_the_sandboxs_and_no_refusal_repeats_it() {
        let sandbox: Url = "http://127.0.0.1:9400".parse().unwrap();
        let read = |text: &str| Address::read(text, Some(&sandbox));
        for (text, host) in [
            (
                "https://hooks.zapier.com/hooks/standard/1/CANARY/",
                "hooks.zapier.com",
            ),
            ("https://n8n.example:443/x?token=CANARY", "n8n.example"),
            ("http://127.0.0.1:9400/hooks/standard/1/CANARY", "127.0.0.1"),
        ] {
            let address = read(text);
            assert_eq!(address.ok().map(|it| it.host).as_deref(), Some(host));
        }
        for text in [
            "http://hooks.zapier.com/CANARY",
            "http://127.0.0.1:9401/CANARY",
            "https://127.0.0.1:9400/CANARY",
            "https://127.0.0.1/CANARY",
            "https://[::1]/CANARY",
            "https://169.254.169.254/CANARY",
            "https://0x7f.1/CANARY",
            "https://10.0.0.1/CANARY",
            "https://u:CANARY@hooks.zapier.com/",
            "https://hooks.zapier.com:8443/CANARY",
            "ftp://hooks.zapier.com/CANARY",
            "file:///CANARY",
            "CANARY",
            &format!("https://hooks.zapier.com/{}", "CANARY".repeat(400)),
        ] {
            let Err(refused) = read(text) else {
                panic!("{text} was taken")
            };
            assert!(!refused.to_string().contains("CANARY"), "{refused}");
        }
    }

    #[test]
    fn without_a_sandbox_nothing_of_this_machine_is_called() {
        assert!(Address::read("http://127.0.0.1:9400/hooks/standard/1/a", None).is_err());
    }
}
