//! The variables the process was started with, read once and handed in.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// What starts the name of every variable that sets a key.
const PREFIX: &str = "WEIGHBRIDGE_";

/// Variables that set a key under a name of long standing: section, key, variable.
const LONG_STANDING: [(&str, &str, &str); 5] = [
    ("google", "client_id", "GOOGLE_CLIENT_ID"),
    ("google", "client_secret", "GOOGLE_CLIENT_SECRET"),
    ("sentry", "dsn", "SENTRY_DSN"),
    ("redis", "url", "REDIS_URL"),
    ("auth", "jwt_secret_key", "JWT_SECRET_KEY"),
];

/// Variables of ours that set no key: where the configuration is, and what the build, the
/// tests and the examples are told.
pub(super) const OURS: [&str; 10] = [
    "WEIGHBRIDGE_BIN",
    "WEIGHBRIDGE_BROWSER_LOG",
    "WEIGHBRIDGE_CONFIG",
    "WEIGHBRIDGE_JUNIT",
    "WEIGHBRIDGE_LONG",
    "WEIGHBRIDGE_SEED",
    "WEIGHBRIDGE_SKIP_UI",
    "WEIGHBRIDGE_TEST_KILL_FOLDER",
    "WEIGHBRIDGE_URL",
    "WEIGHBRIDGE_VENV",
];

/// What Kubernetes and linked containers set by themselves beside a service of our name; they mean
/// no key, and nobody could keep them from being set.
const OF_OTHERS: [&str; 3] = [
    "WEIGHBRIDGE_SERVICE_",
    "WEIGHBRIDGE_PORT",
    "WEIGHBRIDGE_ENV_",
];

/// The environment's variables; those whose name or value is not UTF-8 are left out.
///
/// There is no `Debug`: a variable may hold a secret.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The variables of this process.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The value of a variable; one that is set to nothing counts as not set.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Where systemd has put the credential `name`, if the unit has credentials at all.
    pub(super) fn credential(&self, name: &str) -> Option<PathBuf> {
        let folder = self.get("CREDENTIALS_DIRECTORY")?;
        Some(PathBuf::from(folder).join(name))
    }

    /// The names of the variables that look as if they were for us: whoever sets one wants it to
    /// be heeded.
    pub(super) fn overrides(&self) -> impl Iterator<Item = &str> {
        self.0
            .keys()
            .map(String::as_str)
            .filter(|name| name.starts_with(PREFIX))
            .filter(|name| !OF_OTHERS.iter().any(|start| name.starts_with(start)))
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

/// The variable that sets `key` of `section`.
pub(super) fn variable(section: &str, key: &str) -> String {
    format!("{PREFIX}{section}__{key}").to_uppercase()
}

/// The variable of long standing that sets the key as well, if it has one.
pub(super) fn long_standing(section: &str, key: &str) -> Option<&'static str> {
    LONG_STANDING
        .iter()
        .find(|(of, named, _)| *of == section && *named == key)
        .map(|(_, _, variable)| *variable)
}
