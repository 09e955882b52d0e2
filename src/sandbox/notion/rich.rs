//! Rich text: runs of words, each with its looks.
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, json};

use super::refusal::Refusal;

/// The most characters in one run, in UTF-16 units as the vendor's own language counts.
const LONGEST: usize = 2_000;
/// The most characters of an equation.
const LONGEST_EQUATION: usize = 1_000;
/// The longest address of a link.
const LONGEST_LINK: usize = 2_000;
/// The most runs in one value.
const MOST: usize = 100;

/// One run; most have no looks of their own.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    content: Box<str>,
    looks: Option<Box<Looks>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Looks {
    kind: Kind,
    link: Option<String>,
    annotations: Annotations,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Text,
    Equation,
    Mention(Value),
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "the vendor has five switches"
)]
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Annotations {
    bold: bool,
    italic: bool,
    strikethrough: bool,
    underline: bool,
    code: bool,
    color: String,
}

/// The looks of a run that has none of its own.
const PLAIN: PlainAnnotations = PlainAnnotations {
    bold: false,
    italic: false,
    strikethrough: false,
    underline: false,
    code: false,
    color: "default",
};

#[expect(
    clippy::struct_excessive_bools,
    reason = "the vendor has five switches"
)]
#[derive(Serialize)]
struct PlainAnnotations {
    bold: bool,
    italic: bool,
    strikethrough: bool,
    underline: bool,
    code: bool,
    color: &'static str,
}

impl Run {
    /// A run without looks.
    pub(crate) fn plain(content: impl Into<Box<str>>) -> Self {
        Self {
            content: content.into(),
            looks: None,
        }
    }

    pub(crate) fn content(&self) -> &str {
        &self.content
    }

    fn read(place: &str, value: &Value) -> Result<Self, Refusal> {
        let kind = value.get("type").and_then(Value::as_str);
        if kind == Some("mention") || value.get("mention").is_some() {
            let mention = value.get("mention").cloned().unwrap_or_default();
            return Ok(Self {
                content: "@mention".into(),
                looks: Some(Box::new(Looks {
                    kind: Kind::Mention(mention),
                    link: None,
                    annotations: annotations(value),
                })),
            });
        }
        let is_equation = kind == Some("equation") || value.get("equation").is_some();
        let (pointer, path, most) = if is_equation {
            (
                "/equation/expression",
                "equation.expression",
                LONGEST_EQUATION,
            )
        } else {
            ("/text/content", "text.content", LONGEST)
        };
        let path = format!("{place}.{path}");
        let content = value
            .pointer(pointer)
            .ok_or_else(|| Refusal::absent(&path))?;
        let content = content
            .as_str()
            .ok_or_else(|| Refusal::expected(&path, "a string", content))?;
        let length = utf16(content);
        if length > most {
            return Err(Refusal::too_many(&path, most, length));
        }
        let link = link(place, value)?;
        let annotations = annotations(value);
        let is_plain = !is_equation && link.is_none() && value.get("annotations").is_none();
        let kind = if is_equation {
            Kind::Equation
        } else {
            Kind::Text
        };
        let looks = Box::new(Looks {
            kind,
            link,
            annotations,
        });
        Ok(Self {
            content: content.into(),
            looks: (!is_plain).then_some(looks),
        })
    }
}

fn link(place: &str, value: &Value) -> Result<Option<String>, Refusal> {
    let Some(url) = value.pointer("/text/link/url").and_then(Value::as_str) else {
        return Ok(None);
    };
    let length = utf16(url);
    if length > LONGEST_LINK {
        let path = format!("{place}.text.link.url");
        return Err(Refusal::too_many(&path, LONGEST_LINK, length));
    }
    Ok(Some(url.to_owned()))
}

fn annotations(value: &Value) -> Annotations {
    let own = value.get("annotations");
    let on = |name: &str| {
        own.and_then(|own| own.get(name))
            .and_then(Value::as_bool)
            .unwrap_or(false)
    };
    Annotations {
        bold: on("bold"),
        italic: on("italic"),
        strikethrough: on("strikethrough"),
        underline: on("underline"),
        code: on("code"),
        color: own
            .and_then(|own| own.get("color"))
            .and_then(Value::as_str)
            .unwrap_or("default")
            .to_owned(),
    }
}

/// How long the vendor takes a text to be.
pub(crate) fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Reads a value of rich text; runs without a character are dropped, as the vendor does.
pub(crate) fn read(place: &str, value: &Value) -> Result<Vec<Run>, Refusal> {
    let runs = value
        .as_array()
        .ok_or_else(|| Refusal::expected(place, "an array", value))?;
    if runs.len() > MOST {
        return Err(Refusal::too_many(place, MOST, runs.len()));
    }
    let mut read = Vec::with_capacity(runs.len());
    for (number, run) in runs.iter().enumerate() {
        read.push(Run::read(&format!("{place}[{number}]"), run)?);
    }
    read.retain(|run: &Run| !run.content.is_empty());
    Ok(read)
}

/// The words alone.
pub(crate) fn words(runs: &[Run]) -> String {
    runs.iter().map(Run::content).collect()
}

impl Serialize for Run {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(5))?;
        let content = &self.content;
        let Some(looks) = &self.looks else {
            map.serialize_entry("type", "text")?;
            map.serialize_entry(
                "text",
                &Words {
                    content,
                    link: None,
                },
            )?;
            map.serialize_entry("annotations", &PLAIN)?;
            map.serialize_entry("plain_text", content)?;
            map.serialize_entry("href", &None::<&str>)?;
            return map.end();
        };
        match &looks.kind {
            Kind::Text => {
                map.serialize_entry("type", "text")?;
                let link = looks.link.as_deref().map(|url| Link { url });
                map.serialize_entry("text", &Words { content, link })?;
            }
            Kind::Equation => {
                map.serialize_entry("type", "equation")?;
                map.serialize_entry("equation", &json!({ "expression": content }))?;
            }
            Kind::Mention(mention) => {
                map.serialize_entry("type", "mention")?;
                map.serialize_entry("mention", mention)?;
            }
        }
        map.serialize_entry("annotations", &looks.annotations)?;
        map.serialize_entry("plain_text", content)?;
        map.serialize_entry("href", &looks.link)?;
        map.end()
    }
}

#[derive(Serialize)]
struct Words<'a> {
    content: &'a str,
    link: Option<Link<'a>>,
}

#[derive(Serialize)]
struct Link<'a> {
    url: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_as_long_as_its_utf16_units() {
        let run = |content: String| read("t", &json!([{ "text": { "content": content } }]));
        assert!(run("é".repeat(2_000)).is_ok());
        assert!(run("😀".repeat(1_000)).is_ok());
        let refused = run("😀".repeat(1_001)).unwrap_err();
        assert!(
            refused
                .message
                .contains("body.t[0].text.content.length should be ≤ `2000`")
        );
    }

    #[test]
    fn a_value_takes_a_hundred_runs() {
        let runs = |count| {
            read(
                "t",
                &json!(vec![json!({ "text": { "content": "a" } }); count]),
            )
        };
        assert_eq!(runs(100).unwrap().len(), 100);
        assert!(runs(101).unwrap_err().message.contains("≤ `100`"));
    }

    #[test]
    fn a_run_shows_its_words_three_times() {
        let runs =
            json!([{ "text": { "content": "Ann", "link": { "url": "https://a.example" } } }]);
        let shown = json!(read("t", &runs).unwrap());
        assert_eq!(
            shown[0],
            json!({
                "type": "text",
                "text": { "content": "Ann", "link": { "url": "https://a.example" } },
                "annotations": { "bold": false, "italic": false, "strikethrough": false,
                    "underline": false, "code": false, "color": "default" },
                "plain_text": "Ann",
                "href": "https://a.example",
            })
        );
    }

    #[test]
    fn an_empty_run_is_dropped() {
        let runs = json!([{ "text": { "content": "" } }]);
        assert_eq!(read("t", &runs), Ok(vec![]));
    }
}
