//! Knows which methods are offered at a path, for the `Allow` header of a 405.

use serde_json::Value;

/// The paths of the API document with their methods.
#[derive(Debug)]
pub(crate) struct Offered(Vec<(Vec<String>, String)>);

impl Offered {
    /// Reads them from the document, whose paths begin at its server's `url`.
    pub(crate) fn read(document: &Value) -> Self {
        let base = document["servers"][0]["url"].as_str().unwrap_or_default();
        let paths = document["paths"].as_object().into_iter().flatten();
        Self(
            paths
                .map(|(path, operations)| (parts(&format!("{base}{path}")), methods(operations)))
                .collect(),
        )
    }

    /// The methods at `path`, joined as `Allow` wants them.
    pub(crate) fn at(&self, path: &str) -> String {
        let wanted = parts(path);
        let fitting = self
            .0
            .iter()
            .filter(|(template, _)| fits(template, &wanted));
        // As the router does: a word of the path comes before a parameter in its place.
        let offered = fitting.min_by_key(|(template, _)| parameters(template));
        // Whatever is not in the document is read only.
        offered.map_or("GET, HEAD".to_owned(), |(_, methods)| methods.clone())
    }
}

fn parts(path: &str) -> Vec<String> {
    path.split('/').map(str::to_owned).collect()
}

fn methods(operations: &Value) -> String {
    let mut methods: Vec<String> = operations
        .as_object()
        .into_iter()
        .flat_map(|operations| operations.keys().map(|method| method.to_uppercase()))
        .collect();
    if methods.iter().any(|method| method == "GET") {
        methods.push("HEAD".to_owned());
    }
    methods.join(", ")
}

fn parameters(template: &[String]) -> usize {
    template.iter().filter(|part| part.starts_with('{')).count()
}

fn fits(template: &[String], path: &[String]) -> bool {
    template.len() == path.len()
        && template
            .iter()
            .zip(path)
            .all(|(part, given)| part.starts_with('{') || part == given)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_offers_what_the_document_says() {
        let offered = Offered::read(&json!({
            "servers": [{"url": "/api/v1"}],
            "paths": {
                "/users/{id}": {"get": {}, "patch": {}}, "/users": {"post": {}},
                "/users/preview": {"post": {}},
            },
        }));
        assert_eq!(offered.at("/api/v1/users/preview"), "POST");
        assert_eq!(offered.at("/api/v1/users/7"), "GET, PATCH, HEAD");
        assert_eq!(offered.at("/api/v1/users"), "POST");
        assert_eq!(offered.at("/assets/index.js"), "GET, HEAD");
    }
}
