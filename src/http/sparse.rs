//! Shows of each item of a list only the members that its caller names.
//!
//! This is done to every list alike, by the shape of its answer in the API document, before and
//! behind its handler: a list that is added offers it without doing anything.

use std::collections::BTreeSet;

use poem::http::{Method, StatusCode};
use poem::{Request, Response};
use poem_openapi::registry::{
    MetaOperation, MetaOperationParam, MetaParamIn, MetaSchema, MetaSchemaRef, Registry,
};
use serde_json::{Map, Value};

use super::error::{ApiError, Code};

/// The parameter of the query that names the members.
pub(crate) const FIELDS: &str = "fields";

/// What tells an item from others. The first of these that the items of a list have is shown even
/// when nobody names it.
const NAMING: [&str; 6] = ["id", "key", "user_id", "metadata", "line", "name"];

/// The members that each item of a list can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Items {
    known: Vec<&'static str>,
    naming: Option<&'static str>,
}

/// The members that somebody wants to see.
#[derive(Debug)]
pub(crate) struct Choice(BTreeSet<String>);

impl Items {
    /// Those of the list that an operation answers with; none where it answers with none, or reads
    /// the parameter itself, as that of records does: its members are those of a dataset.
    pub(crate) fn of(operation: &MetaOperation, registry: &Registry) -> Option<Self> {
        let is_read = operation.params.iter().any(|one| one.name == FIELDS);
        if operation.method != Method::GET || is_read {
            return None;
        }
        let mut answers = operation.responses.responses.iter();
        let answer = answers.find(|answer| answer.status == Some(200))?;
        let list = schema(&answer.content.first()?.schema, registry)?;
        let (_, items) = list.properties.iter().find(|(name, _)| *name == "items")?;
        let item = schema(items, registry)?.items.as_deref()?;
        let item = schema(item, registry)?;
        let known: Vec<_> = item.properties.iter().map(|(name, _)| *name).collect();
        let naming = NAMING.into_iter().find(|name| known.contains(name));
        (!known.is_empty()).then_some(Self { known, naming })
    }

    /// The parameter as the document shows it.
    pub(crate) fn parameter(&self) -> MetaOperationParam {
        let always = self.naming.map_or_else(String::new, |name| {
            format!(" `{name}` is always there; empty for it alone.")
        });
        let known = self.known.join("`, `");
        let about = format!(
            "Only these members of each item, by their names joined with commas.{always}\n\nThere \
             are `{known}`."
        );
        MetaOperationParam {
            name: FIELDS.to_owned(),
            schema: MetaSchemaRef::Inline(Box::new(MetaSchema::new("string"))),
            in_type: MetaParamIn::Query,
            description: Some(about),
            required: false,
            deprecated: false,
            explode: true,
            style: None,
        }
    }

    /// What a request wants to see; none where it wants all.
    ///
    /// Errs with `bad_query` on names that the items do not have.
    pub(crate) fn choose(&self, request: &Request) -> Result<Option<Choice>, ApiError> {
        let query = request.params::<Vec<(String, String)>>();
        let mut given = query.unwrap_or_default().into_iter();
        let wish = given.find(|(name, _)| name == FIELDS);
        wish.map(|(_, names)| self.read(&names)).transpose()
    }

    fn read(&self, names: &str) -> Result<Choice, ApiError> {
        let names = names.split(',').map(str::trim);
        let wanted: BTreeSet<_> = names.filter(|name| !name.is_empty()).collect();
        let unknown = wanted.iter().filter(|name| !self.known.contains(name));
        let unknown: Vec<_> = unknown.map(|name| format!("{name:?}")).collect();
        if !unknown.is_empty() {
            let (unknown, known) = (unknown.join(", "), self.known.join(", "));
            let detail =
                format!("fields: {unknown} is not a member of these items; they have {known}");
            return Err(ApiError::new(Code::BadQuery, detail));
        }
        let wanted = wanted.into_iter().chain(self.naming);
        Ok(Choice(wanted.map(str::to_owned).collect()))
    }
}

impl Choice {
    /// The answer with nothing else in its items.
    pub(crate) async fn apply(&self, mut response: Response) -> poem::Result<Response> {
        if response.status() != StatusCode::OK {
            return Ok(response);
        }
        let body = response.take_body().into_bytes().await?;
        let mut list: Map<String, Value> =
            serde_json::from_slice(&body).map_err(ApiError::internal)?;
        let items = list.get_mut("items").and_then(Value::as_array_mut);
        let items = items.into_iter().flatten();
        for item in items.filter_map(Value::as_object_mut) {
            item.retain(|name, _| self.0.contains(name));
        }
        response.set_body(Value::from(list).to_string());
        Ok(response)
    }
}

/// The schema that is meant, by itself or by its name.
fn schema<'a>(meant: &'a MetaSchemaRef, registry: &'a Registry) -> Option<&'a MetaSchema> {
    match meant {
        MetaSchemaRef::Inline(schema) => match schema.all_of.first() {
            // A member with a description of its own names its schema so.
            Some(named @ MetaSchemaRef::Reference(_)) => self::schema(named, registry),
            _ => Some(schema),
        },
        MetaSchemaRef::Reference(name) => registry.schemas.get(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items() -> Items {
        Items {
            known: vec!["id", "name", "version"],
            naming: Some("id"),
        }
    }

    async fn shown(names: &str) -> String {
        let list = r#"{"items":[{"id":1,"name":"a","version":7},{"id":2,"name":"b"}],"next":"x"}"#;
        let choice = items().read(names).unwrap();
        let answer = choice.apply(Response::builder().body(list)).await.unwrap();
        answer.into_body().into_string().await.unwrap()
    }

    #[tokio::test]
    async fn only_what_is_named_is_shown_and_always_what_names_the_item() {
        let two = r#"{"items":[{"id":1,"version":7},{"id":2}],"next":"x"}"#;
        assert_eq!(shown("version, id,").await, two);
        assert_eq!(
            shown("").await,
            r#"{"items":[{"id":1},{"id":2}],"next":"x"}"#
        );
    }

    #[test]
    fn a_name_that_there_is_not_is_told_with_those_that_there_are() {
        let refused = items().read("name,Name,constructor").unwrap_err();
        assert_eq!(refused.code(), Code::BadQuery);
        assert_eq!(
            refused.detail(),
            "fields: \"Name\", \"constructor\" is not a member of these items; they have id, name, version"
        );
    }

    #[tokio::test]
    async fn an_answer_that_is_no_list_is_left_alone() {
        let choice = items().read("name").unwrap();
        let answer = Response::builder().status(StatusCode::NOT_FOUND).body("{}");
        let answer = choice.apply(answer).await.unwrap();
        assert_eq!(answer.into_body().into_string().await.unwrap(), "{}");
    }
}
