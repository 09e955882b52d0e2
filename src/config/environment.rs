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
    pub(super) fn get(&self, name: &str) -> Option<&str> {
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

    /// The names of the variables that look as if they set a key: `WEIGHBRIDGE_SECTION__KEY`.
    pub(super) fn overrides(&self) -> impl Iterator<Item = &str> {
        self.0
            .keys()
            .map(String::as_str)
            .filter(|name| name.starts_with(PREFIX) && name.contains("__"))
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
