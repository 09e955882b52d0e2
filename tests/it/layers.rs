//! Holds every import against the table of layers in the doc comment of `src/lib.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// For each module, the modules that it may name.
type Table = BTreeMap<String, BTreeSet<String>>;

#[test]
fn every_path_between_modules_is_one_that_the_table_lists() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let table = table(&fs::read_to_string(source.join("lib.rs")).unwrap());
    let mut violations = Vec::new();
    for file in files(&source) {
        let inside = file.strip_prefix(&source).unwrap();
        let module = module_path(inside);
        if module.is_empty() {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for (line, named) in named_modules(&text, &module) {
            if !allowed(&table, &module[0], &named, inside) {
                let place = format!("src/{}:{line}", inside.display());
                violations.push(format!("{place}: {} may not name {named}", module[0]));
            }
        }
    }
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn the_table_points_downwards_only_and_lists_every_module() {
    let text = include_str!("../../src/lib.rs");
    let order: Vec<String> = rows(text).map(|(module, _)| module).collect();
    for (at, (module, names)) in rows(text).enumerate() {
        for name in names {
            // Of the store, `http` names the errors alone; the line below holds that.
            assert!(
                order[at + 1..].contains(&name),
                "{module} may not list {name}"
            );
        }
    }
    let declared: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    let listed: BTreeSet<&str> = order.iter().map(String::as_str).collect();
    assert_eq!(&listed - &declared, BTreeSet::from(["main"]));
    assert_eq!(&declared - &listed, BTreeSet::new());
}

#[test]
fn paths_are_found_in_every_form_and_not_in_comments_or_texts() {
    let text = r##"
        //! crate::comment
        use crate::store::Batch;
        use crate::{audit, vault::{self, Key}, base as ground};
        use super::super::fields::Kind;
        use super::sister;
        fn f(a: crate::net::Client) -> &'static str { "crate::text" }
        pub(crate) fn g() { let c = '"'; super::super::limits::take(r#"crate::raw"#) }
        #[cfg(test)]
        mod tests {
            use super::super::super::alerts;
            use super::super::sister;
            use super::*;
        }
        fn after() { /* crate::block */ super::super::auth::check() }
    "##;
    let module = ["sync".to_owned(), "run".to_owned()];
    let named: Vec<(usize, String)> = named_modules(text, &module);
    let expected = [
        (3, "store"),
        (4, "audit"),
        (4, "vault"),
        (4, "base"),
        (5, "fields"),
        (7, "net"),
        (8, "limits"),
        (11, "alerts"),
        (15, "auth"),
    ];
    assert_eq!(named, expected.map(|(line, name)| (line, name.to_owned())));
}

fn table(lib: &str) -> Table {
    rows(lib).collect()
}

/// The rows of the table in the doc comment, top to bottom.
fn rows(lib: &str) -> impl Iterator<Item = (String, BTreeSet<String>)> {
    let doc = lib.lines().filter_map(|line| line.strip_prefix("//!"));
    doc.map(str::trim)
        .skip_while(|line| *line != "```text")
        .skip(1)
        .take_while(|line| *line != "```")
        .filter_map(|line| {
            let mut words = line.split_whitespace().map(str::to_owned);
            Some((words.next()?, words.collect()))
        })
}

fn allowed(table: &Table, module: &str, named: &str, file: &Path) -> bool {
    // The library's errors become statuses in one place only.
    if (module, named) == ("http", "store") {
        return file == Path::new("http/error/services.rs");
    }
    module == named || table.get(module).is_some_and(|names| names.contains(named))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The path of the module that a file holds, from the crate's root; nothing for `lib.rs`.
fn module_path(inside: &Path) -> Vec<String> {
    let plain = inside.with_extension("");
    let names = plain.iter().map(|name| name.to_str().unwrap().to_owned());
    names
        .filter(|name| name != "mod" && name != "lib")
        .collect()
}

/// The top modules that a file names, each with its line.
fn named_modules(text: &str, module: &[String]) -> Vec<(usize, String)> {
    let code = without_comments_and_texts(text);
    let tokens = tokens(&code);
    let mut found = Vec::new();
    let mut inline = Vec::new();
    let mut braces = 0;
    for at in 0..tokens.len() {
        match tokens[at].1 {
            "{" => {
                braces += 1;
                if at > 1 && tokens[at - 2].1 == "mod" {
                    inline.push(braces);
                }
            }
            "}" => {
                if inline.last() == Some(&braces) {
                    inline.pop();
                }
                braces -= 1;
            }
            "crate" | "weighbridge" | "super" if at == 0 || tokens[at - 1].1 != "::" => {
                let depth = module.len() + inline.len();
                let heads = heads(&tokens[at..], depth);
                found.extend(heads.map(|(line, name)| (line, name.to_owned())));
            }
            _ => {}
        }
    }
    found
}

/// The first names below the crate's root in the path that `tokens` begins with; none when the
/// path does not reach up to the root from `depth` modules below it.
fn heads<'a>(tokens: &[(usize, &'a str)], depth: usize) -> impl Iterator<Item = (usize, &'a str)> {
    let mut at = 0;
    let mut up = 0;
    while tokens[at].1 == "super" && tokens.get(at + 1).is_some_and(|next| next.1 == "::") {
        up += 1;
        at += 2;
    }
    if up == 0 && tokens.get(1).is_some_and(|next| next.1 == "::") {
        up = depth;
        at = 2;
    }
    let rest = if up == depth { &tokens[at..] } else { &[] };
    group_or_name(rest).into_iter()
}

/// The one name that `tokens` begins with, or the first name of each member of its `{…}`.
fn group_or_name<'a>(tokens: &[(usize, &'a str)]) -> Vec<(usize, &'a str)> {
    let Some(first) = tokens.first() else {
        return Vec::new();
    };
    if first.1 != "{" {
        return vec![*first];
    }
    let mut names = Vec::new();
    let mut braces = 0;
    for pair in tokens.windows(2) {
        match pair[0].1 {
            "{" => braces += 1,
            "}" => braces -= 1,
            _ => {}
        }
        if braces == 0 {
            break;
        }
        let begins = pair[0].1 == "," || std::ptr::eq(&raw const pair[0], first);
        if braces == 1 && begins && pair[1].1 != "}" {
            names.push(pair[1]);
        }
    }
    names
}

/// Words, `::` and single signs, each with its line from one.
fn tokens(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let word = rest.find(|sign: char| !sign.is_alphanumeric() && sign != '_');
            let length = match word {
                _ if rest.starts_with("::") => 2,
                Some(0) => first.len_utf8(),
                Some(length) => length,
                None => rest.len(),
            };
            found.push((number + 1, &rest[..length]));
            rest = rest[length..].trim_start();
        }
    }
    found
}

/// The code with blanks in place of comments, texts and characters; lines stay where they are.
fn without_comments_and_texts(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        let length = hidden(rest);
        if length == 0 {
            code.push(sign);
            rest = &rest[sign.len_utf8()..];
        } else {
            let (skipped, left) = rest.split_at(length);
            code.extend(
                skipped
                    .chars()
                    .map(|sign| if sign == '\n' { '\n' } else { ' ' }),
            );
            rest = left;
        }
    }
    code
}

/// The length of the comment, text or character that `code` begins with; zero if there is none.
fn hidden(code: &str) -> usize {
    let up_to = |end: &str, after: usize| {
        code[after..]
            .find(end)
            .map_or(code.len(), |at| after + at + end.len())
    };
    if code.starts_with("//") {
        return up_to("\n", 0);
    }
    if code.starts_with("/*") {
        return up_to("*/", 2);
    }
    if code.starts_with("r\"") || code.starts_with("r#") {
        let hashes = code[1..].bytes().take_while(|byte| *byte == b'#').count();
        if code.as_bytes().get(1 + hashes) == Some(&b'"') {
            return up_to(&format!("\"{}", "#".repeat(hashes)), 2 + hashes);
        }
    }
    if code.starts_with('"') {
        return quoted(code);
    }
    // A lifetime has no second quote two signs on; a character has.
    if code.starts_with("'\\") {
        return up_to("'", 3);
    }
    let mut signs = code.char_indices();
    match (signs.next(), signs.next(), signs.next()) {
        (Some((_, '\'')), Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

fn quoted(code: &str) -> usize {
    let mut escaped = false;
    for (at, sign) in code.char_indices().skip(1) {
        match sign {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    code.len()
}
