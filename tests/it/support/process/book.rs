//! Reads the audit log's files as an auditor would.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The files of an audit log, in order.
pub(super) fn segments(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "ndjson"))
        .collect();
    files.sort();
    files
}

/// Every line of the audit log in `folder`, read as JSON. Left out is what is torn, and what a
/// failed write has left behind: the next segment names the bytes, which are no part of the log.
pub(crate) fn book(folder: &Path) -> Vec<Value> {
    let mut placed = Vec::new();
    for file in segments(folder) {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let mut offset = 0;
        for line in fs::read(file)
            .unwrap()
            .split_inclusive(|byte| *byte == b'\n')
        {
            if let Ok(line) = serde_json::from_slice::<Value>(line) {
                placed.push((name.clone(), offset, line));
            }
            offset += line.len() as u64;
        }
    }
    let voids = placed
        .iter()
        .filter_map(|(_, _, line)| line["unmapped"]["segment"]["void"].as_array());
    let voids: Vec<Value> = voids.flatten().cloned().collect();
    let stands = |name: &str, offset: u64| {
        !voids.iter().any(|void| {
            let from = void["offset"].as_u64().unwrap();
            let to = from + void["length"].as_u64().unwrap();
            void["file"] == name && (from..to).contains(&offset)
        })
    };
    placed.retain(|(name, offset, _)| stands(name, *offset));
    placed.into_iter().map(|(_, _, line)| line).collect()
}
