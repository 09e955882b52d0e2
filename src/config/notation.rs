//! How each kind of value is written in the file, and read back.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Url;
use toml_edit::Value;

use super::{Network, Rate, span};

/// A kind of value that a key can have.
pub(super) trait Notation: Sized {
    /// What is to be written, as it completes "it must be …".
    fn expects() -> String;

    /// Reads the value; `None` when it is not of this kind.
    fn read(value: &Value) -> Option<Self>;

    /// Writes the value as it would stand in the file; empty when it is not set.
    fn write(&self) -> String;

    /// The value as it is meant in a file of `folder`: a relative path starts there.
    #[must_use]
    fn starting_at(self, _folder: &Path) -> Self {
        self
    }

    /// How a value that is not of this kind is named to its writer.
    fn found(value: &Value) -> String {
        let mut value = value.clone();
        // The blanks and comments around a value are no part of it.
        value.decor_mut().clear();
        value.to_string()
    }
}

/// Writes a text as it would stand in the file.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

impl Notation for bool {
    fn expects() -> String {
        "true or false".to_owned()
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_bool()
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Notation for u32 {
    fn expects() -> String {
        "a whole number".to_owned()
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_integer()?.try_into().ok()
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Notation for String {
    fn expects() -> String {
        "a text that is not empty".to_owned()
    }

    fn read(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn write(&self) -> String {
        quoted(self)
    }
}

impl Notation for PathBuf {
    fn expects() -> String {
        "a path".to_owned()
    }

    fn read(value: &Value) -> Option<Self> {
        String::read(value).map(Self::from)
    }

    fn write(&self) -> String {
        quoted(&self.to_string_lossy())
    }

    fn starting_at(self, folder: &Path) -> Self {
        folder.join(self)
    }
}

impl Notation for SocketAddr {
    fn expects() -> String {
        "an address and a port such as \"0.0.0.0:8443\" or \"[::]:8443\"".to_owned()
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }

    fn write(&self) -> String {
        quoted(&self.to_string())
    }
}

impl Notation for Url {
    fn expects() -> String {
        "an http or https URL without a path".to_owned()
    }

    fn read(value: &Value) -> Option<Self> {
        let url = Self::parse(value.as_str()?).ok()?;
        let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let nobody = url.username().is_empty() && url.password().is_none();
        (matches!(url.scheme(), "http" | "https") && plain && nobody).then_some(url)
    }

    fn write(&self) -> String {
        quoted(self.as_str().trim_end_matches('/'))
    }
}

impl Notation for Network {
    fn expects() -> String {
        "an address or a network such as \"10.0.0.0/8\"".to_owned()
    }

    fn read(value: &Value) -> Option<Self> {
        Self::parse(value.as_str()?)
    }

    fn write(&self) -> String {
        quoted(&self.to_string())
    }
}

impl Notation for Duration {
    fn expects() -> String {
        "a span of time above zero such as \"10 s\", \"5 minutes\" or \"12 h\"".to_owned()
    }

    fn read(value: &Value) -> Option<Self> {
        span::parse(value.as_str()?).filter(|span| !span.is_zero())
    }

    fn write(&self) -> String {
        quoted(&span::write(*self))
    }
}

impl Notation for Rate {
    fn expects() -> String {
        "a rate such as \"5 / 5 minutes\" or \"600 / minute\"".to_owned()
    }

    fn read(value: &Value) -> Option<Self> {
        Self::parse(value.as_str()?)
    }

    fn write(&self) -> String {
        quoted(&self.to_string())
    }
}

impl<T: Notation> Notation for Option<T> {
    fn expects() -> String {
        T::expects()
    }

    fn read(value: &Value) -> Option<Self> {
        T::read(value).map(Some)
    }

    fn write(&self) -> String {
        self.as_ref().map(T::write).unwrap_or_default()
    }

    fn starting_at(self, folder: &Path) -> Self {
        self.map(|value| value.starting_at(folder))
    }

    fn found(value: &Value) -> String {
        T::found(value)
    }
}

impl<T: Notation> Notation for Vec<T> {
    fn expects() -> String {
        format!("a list in which each is {}", T::expects())
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(T::read).collect()
    }

    fn write(&self) -> String {
        let items: Vec<String> = self.iter().map(T::write).collect();
        format!("[{}]", items.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_with_a_path_a_name_or_another_scheme_is_refused() {
        for text in [
            "https://host/path",
            "https://me@host",
            "ftp://host",
            "https://host/?q",
            "host",
        ] {
            assert_eq!(Url::read(&text.into()), None, "{text}");
        }
        assert!(Url::read(&"https://host:8443".into()).is_some());
    }

    #[test]
    fn a_list_is_read_whole_or_not_at_all() {
        let networks = |text: &str| Vec::<Network>::read(&text.parse().unwrap());
        assert_eq!(
            networks(r#"["10.0.0.0/8", "::1"]"#).map(|n| n.len()),
            Some(2)
        );
        assert_eq!(networks(r#"["10.0.0.0/8", "nowhere"]"#), None);
    }
}
