//! Changes the properties of a data source: all that a call names, or none.
use serde_json::{Map, Value};

use crate::sandbox::notion::{
    kind::{self, Kind, Relation},
    refusal::Refusal,
    source::{Column, Property, SourceAt},
    vendor::{Moment, Notion},
    webhooks::News,
};

/// A relation whose other end is to have a property too, and how that one is to be called.
type Pair = (Column, Option<String>);

impl Notion {
    /// Adds, changes and removes properties as `given` says.
    pub(in crate::sandbox::notion) fn shape(
        &mut self,
        at: SourceAt,
        given: &Map<String, Value>,
        moment: Moment<'_>,
    ) -> Result<(), Refusal> {
        let before = self.source(at).columns();
        match self.reshape(at, given) {
            Ok((pairs, cleared)) => {
                for column in cleared {
                    self.clear(at, column);
                }
                for pair in pairs {
                    self.pair(at, pair);
                }
                self.source_mut(at).edited = moment.now;
                self.webhooks.note(News::Shaped(at, before));
                Ok(())
            }
            Err(refusal) => {
                self.source_mut(at).put_back(before);
                Err(refusal)
            }
        }
    }

    fn reshape(
        &mut self,
        at: SourceAt,
        given: &Map<String, Value>,
    ) -> Result<(Vec<Pair>, Vec<Column>), Refusal> {
        let (mut pairs, mut cleared) = (Vec::new(), Vec::new());
        for (key, given) in given {
            let place = format!("properties.{key}");
            match (self.source(at).column(key), given) {
                (None, Value::Object(given)) => {
                    let column = self.add_property(at, key, &place, given)?;
                    pairs.extend(pair(column, given));
                }
                (None, _) => {
                    self.source(at).known(key)?;
                }
                (Some(column), Value::Null) => {
                    if matches!(self.source(at).property(column).kind, Kind::Title) {
                        return Err(Refusal::invalid("Cannot delete the title property."));
                    }
                    self.source_mut(at).remove(column);
                }
                (Some(column), Value::Object(given)) => {
                    self.rename(at, column, given)?;
                    if self.change_kind(at, column, &place, given)? {
                        cleared.push(column);
                        pairs.extend(pair(column, given));
                    }
                }
                (Some(_), other) => return Err(Refusal::expected(&place, "an object", other)),
            }
        }
        Ok((pairs, cleared))
    }

    fn add_property(
        &mut self,
        at: SourceAt,
        name: &str,
        place: &str,
        given: &Map<String, Value>,
    ) -> Result<Column, Refusal> {
        let kind = self.with_setting(at, place, |setting| kind::parse(given, setting))?;
        let id = if matches!(kind, Kind::Title) {
            if self.source(at).title().is_some() {
                return Err(Refusal::invalid(
                    "A data source has one title property alone.",
                ));
            }
            "title".to_owned()
        } else {
            self.ids.property()
        };
        let description = given.get("description").and_then(Value::as_str);
        Ok(self.source_mut(at).add(Property {
            id,
            name: name.to_owned(),
            description: description.map(str::to_owned),
            kind,
        }))
    }

    fn rename(
        &mut self,
        at: SourceAt,
        column: Column,
        given: &Map<String, Value>,
    ) -> Result<(), Refusal> {
        let Some(name) = given.get("name").and_then(Value::as_str) else {
            return Ok(());
        };
        if self
            .source(at)
            .by_name(name)
            .is_some_and(|other| other != column)
        {
            return Err(Refusal::invalid(format!(
                "Cannot rename property: \"{name}\" is the name of another property."
            )));
        }
        name.clone_into(&mut self.source_mut(at).property_mut(column).name);
        Ok(())
    }

    /// Changes the settings or the type; `true` when the values are lost by it.
    fn change_kind(
        &mut self,
        at: SourceAt,
        column: Column,
        place: &str,
        given: &Map<String, Value>,
    ) -> Result<bool, Refusal> {
        let mut kind = self.source(at).property(column).kind.clone();
        let is_another =
            self.with_setting(at, place, |setting| kind::change(&mut kind, given, setting))?;
        self.source_mut(at).property_mut(column).kind = kind;
        Ok(is_another)
    }

    fn clear(&mut self, at: SourceAt, column: Column) {
        for page in self.source(at).pages.clone() {
            if self.page_if_there(page).is_some() {
                self.page_mut(page).put((column, None));
            }
        }
    }

    /// Gives the other end of a relation a property that leads back.
    fn pair(&mut self, at: SourceAt, (column, name): Pair) {
        let own = self.source(at).property(column);
        let Kind::Relation(to) = &own.kind else {
            return;
        };
        let target = to.source;
        let name =
            name.unwrap_or_else(|| format!("Related to {} ({})", self.source(at).name, own.name));
        let back = Property {
            id: self.ids.property(),
            name,
            description: None,
            kind: Kind::Relation(Relation {
                source: at,
                synced: Some(self.source(at).property(column).id.clone()),
            }),
        };
        let id = back.id.clone();
        self.source_mut(target).add(back);
        if let Kind::Relation(to) = &mut self.source_mut(at).property_mut(column).kind {
            to.synced = Some(id);
        }
    }
}

/// The pair that a relation is to be one half of.
fn pair(column: Column, given: &Map<String, Value>) -> Option<Pair> {
    let relation = given.get("relation")?;
    let dual = relation.get("dual_property")?;
    let name = dual.get("synced_property_name").and_then(Value::as_str);
    Some((column, name.map(str::to_owned)))
}
