//! Reads the properties of a page, each as it came, by the ids of the properties.

use std::borrow::Cow;
use std::fmt::{Formatter, Result as Shown};

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// All properties of a page.
pub(super) struct Cells<'a>(Vec<Cell<'a>>);

/// One property of a page.
pub(super) struct Cell<'a> {
    id: Cow<'a, str>,
    /// What the member holds that is named like the property's type.
    value: Option<&'a RawValue>,
    /// Whether there is more of it than is shown, if that is told.
    pub(super) has_more: Option<bool>,
}

/// A member's name, borrowed where it can be.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl Cells<'_> {
    /// The property with this id.
    pub(super) fn of(&self, id: &str) -> Option<&Cell<'_>> {
        self.0.iter().find(|cell| cell.id == id)
    }
}

impl Cell<'_> {
    /// What it holds, as JSON.
    pub(super) fn value(&self) -> &str {
        self.value.map_or("null", RawValue::get)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Cells<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Properties;
        impl<'de> Visitor<'de> for Properties {
            type Value = Cells<'de>;
            fn expecting(&self, f: &mut Formatter<'_>) -> Shown {
                f.write_str("properties by their names")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cells<'de>, A::Error> {
                let mut cells = Vec::with_capacity(16);
                // Names change, ids do not.
                while let Some((_name, cell)) = map.next_entry::<IgnoredAny, Cell<'de>>()? {
                    cells.push(cell);
                }
                Ok(Cells(cells))
            }
        }
        from.deserialize_map(Properties)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Cell<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Cell<'de>;
            fn expecting(&self, f: &mut Formatter<'_>) -> Shown {
                f.write_str("a property with its id, its type and its value")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cell<'de>, A::Error> {
                let (mut id, mut kind, mut has_more) = (Cow::default(), Cow::default(), None);
                let mut others: Vec<(Cow<'de, str>, &'de RawValue)> = Vec::with_capacity(2);
                while let Some(Name(name)) = map.next_key::<Name<'de>>()? {
                    match name.as_ref() {
                        "id" => id = map.next_value::<Name<'de>>()?.0,
                        "type" => kind = map.next_value::<Name<'de>>()?.0,
                        "has_more" => has_more = map.next_value()?,
                        _ => others.push((name, map.next_value()?)),
                    }
                }
                let value = others.into_iter().find(|(name, _)| *name == kind);
                Ok(Cell {
                    id,
                    value: value.map(|(_, value)| value),
                    has_more,
                })
            }
        }
        from.deserialize_map(Members)
    }
}
