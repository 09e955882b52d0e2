//! The last part of the way of a request: from the route that was found to its handler.

use std::collections::{BTreeSet, HashMap};

use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem::{Endpoint, EndpointExt as _, Request, Response};
use poem_openapi::registry::{MetaApi, MetaOperation, MetaParamIn, Registry};
use poem_openapi::{OpenApi, OperationId};

use super::caller::Visitor;
use super::error::{ApiError, Code};
use super::leave::Leave;
use super::once::{self, Way};
use super::sparse::{FIELDS, Items};
use super::wording::Words;
use crate::app::App;
use crate::base::Clock;
use crate::receipts::Receipts;

/// All operations of `resources`, each behind the question whether the caller may.
///
/// They are wrapped as they are added, by the route that leads to them: there is no second way to
/// one, and none that was not asked about.
pub(crate) struct Operations<T> {
    resources: T,
    receipts: Receipts,
    clock: Clock,
}

type Routes = HashMap<String, HashMap<Method, BoxEndpoint<'static>>>;

impl<T> Operations<T> {
    pub(crate) fn new(resources: T, app: &App) -> Self {
        Self {
            resources,
            receipts: app.receipts.clone(),
            clock: app.clock.clone(),
        }
    }
}

impl<T: OpenApi> OpenApi for Operations<T> {
    fn meta() -> Vec<MetaApi> {
        let registry = registry::<T>();
        let mut apis = T::meta();
        let paths = apis.iter_mut().flat_map(|api| &mut api.paths);
        for operation in paths.flat_map(|path| &mut path.operations) {
            let items = Items::of(operation, &registry);
            operation
                .params
                .extend(items.map(|items| items.parameter()));
        }
        apis
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn add_routes(self, routes: &mut Routes) {
        let registry = registry::<T>();
        let words = Words::of(&registry);
        let paths = T::meta().into_iter().flat_map(|api| api.paths);
        let operations = paths.flat_map(|path| {
            let template = template(&path.path);
            let operations = path.operations.into_iter();
            operations
                .map(move |operation| ((template.clone(), operation.method.clone()), operation))
        });
        let mut operations: HashMap<_, _> = operations.collect();
        let mut bare = Routes::new();
        self.resources.add_routes(&mut bare);
        for (path, methods) in bare {
            for (method, handler) in methods {
                let about = operations.remove(&(template(&path), method.clone()));
                let operation = Operation {
                    id: about.as_ref().and_then(|about| about.operation_id),
                    leave: about.as_ref().map_or(Leave::Nobody, Leave::of),
                    query: about.as_ref().map(query).unwrap_or_default(),
                    items: about.and_then(|about| Items::of(&about, &registry)),
                    receipts: self.receipts.clone(),
                    clock: self.clock.clone(),
                    words: words.clone(),
                    handler,
                };
                let methods = routes.entry(path.clone()).or_default();
                methods.insert(method, operation.boxed());
            }
        }
    }
}

/// What the operations' answers look like.
fn registry<T: OpenApi>() -> Registry {
    let mut registry = Registry::new();
    T::register(&mut registry);
    registry
}

/// A path with `*` for each parameter, which the document and the router spell differently.
fn template(path: &str) -> String {
    let is_parameter = |part: &str| part.starts_with([':', '{']);
    let parts = path.split('/');
    let parts = parts.map(|part| if is_parameter(part) { "*" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The names that may stand in the query.
fn query(operation: &MetaOperation) -> BTreeSet<String> {
    let parameters = operation.params.iter();
    let of_query = parameters.filter(|one| one.in_type == MetaParamIn::Query);
    of_query.map(|one| one.name.clone()).collect()
}

struct Operation {
    id: Option<&'static str>,
    leave: Leave,
    query: BTreeSet<String>,
    /// What the items have that it answers with, if it is a list.
    items: Option<Items>,
    receipts: Receipts,
    clock: Clock,
    /// What a refusal of a word names instead.
    words: Words,
    handler: BoxEndpoint<'static>,
}

impl Endpoint for Operation {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let mut outcome = self.carry_out(request).await;
        // A handler names its operation with its answer; a refusal before it must as well.
        if let Err(error) = &mut outcome {
            error.set_data(self.words.clone());
            if let Some(id) = self.id {
                error.set_data(OperationId(id));
            }
        }
        outcome
    }
}

impl Operation {
    /// Whether they may → whether the query is one of this operation's → whether it was done
    /// already → the handler, which reads the rest → of its list, what was asked for.
    async fn carry_out(&self, mut request: Request) -> poem::Result<Response> {
        let visitor = request.extensions_mut().remove::<Visitor>();
        let mut visitor = visitor
            .ok_or_else(|| ApiError::internal("a request was routed without its visitor"))?;
        self.leave.ask(&visitor)?;
        self.check_query(&request)?;
        let choice = match &self.items {
            Some(items) => items.choose(&request)?,
            None => None,
        };
        let way = once::way(&self.receipts, &self.clock, &mut request, &mut visitor).await?;
        if let Way::Again(response) = way {
            return Ok(response);
        }
        request.extensions_mut().insert(visitor);
        let mut outcome = self.handler.call(request).await;
        if let Some(choice) = choice {
            outcome = choice.apply(outcome?).await;
        }
        match way {
            Way::Once(ticket) => Ok(once::keep(ticket, outcome.map_err(ApiError::from)).await?),
            Way::Plain | Way::Again(_) => outcome,
        }
    }

    fn takes(&self, name: &str) -> bool {
        self.query.contains(name) || self.items.is_some() && name == FIELDS
    }

    /// Refuses what would be read by nobody, or could be read in two ways.
    fn check_query(&self, request: &Request) -> Result<(), ApiError> {
        let bad = |detail: String| Err(ApiError::new(Code::BadQuery, detail));
        let Ok(given) = request.params::<Vec<(String, String)>>() else {
            return bad("The query cannot be read.".to_owned());
        };
        let mut seen = BTreeSet::new();
        for (name, _) in given {
            let shown: String = name.chars().take(100).collect();
            if !self.takes(&name) {
                return bad(format!("{shown:?} is not a parameter of this operation."));
            }
            if !seen.insert(name) {
                return bad(format!("{shown:?} is given twice."));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::template;

    #[test]
    fn the_document_and_the_router_mean_the_same_path() {
        let expected = "/datasets/*/records/*";
        assert_eq!(template("/datasets/{id}/records/{key}"), expected);
        assert_eq!(template("/datasets/:param0/records/:param1"), expected);
        assert_eq!(template("/auth/login"), "/auth/login");
    }
}
