//! The real binary on disks that fill up, turn read-only and fail, and killed at chosen calls.
//!
//! What is here needs root, mounts or strace, and takes minutes: the default profile of nextest
//! leaves it out, and `tests/all.sh --long` runs it, where it fails without what it needs.

mod audit_folder;
mod both;
mod deliveries;
mod disk_errors;
mod disk_full;
mod export;
mod far;
mod first_start;
mod order;
mod pulls;
mod pushes;
mod strict_import;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use poem::http::Method;
use serde_json::{Value, json};

use crate::support::Answer;
use crate::support::process::Served;

/// A file system that is there until this is dropped.
struct Mount(PathBuf);

impl Mount {
    /// A file system in memory of so many MiB.
    fn memory(folder: &Path, mib: u32) -> Self {
        let size = format!("size={mib}m");
        Self::of(folder, &["-t", "tmpfs", "-o", &size, "tmpfs"])
    }

    /// A file system of the disk's kind in a file.
    fn ext4(folder: &Path, image: &Path, mib: u64) -> Self {
        let file = std::fs::File::create(image).unwrap();
        file.set_len(mib << 20).unwrap();
        run("mkfs.ext4", &["-q", image.to_str().unwrap()]);
        Self::of(folder, &["-o", "loop", image.to_str().unwrap()])
    }

    fn of(folder: &Path, words: &[&str]) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let folder_word = folder.to_str().unwrap();
        run("mount", &[words, &[folder_word]].concat());
        Self(folder.to_owned())
    }

    /// Lets it be written, or no longer.
    fn remount(&self, mode: &str) {
        let options = format!("remount,{mode}");
        run("mount", &["-o", &options, self.0.to_str().unwrap()]);
    }

    /// Fills it to the last byte, but for `spare` bytes.
    fn fill(&self, spare: u64) -> Filler {
        let path = self.0.join("filler");
        let mut file = std::fs::File::create(&path).unwrap();
        let block = vec![0x55; 4096];
        while std::io::Write::write_all(&mut file, &block).is_ok() {}
        let length = file.metadata().unwrap().len();
        file.set_len(length.saturating_sub(spare)).unwrap();
        file.sync_all().unwrap();
        Filler(path)
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily: a server that a failing test has left may still be ending.
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

/// A file that takes all the room.
struct Filler(PathBuf);

impl Filler {
    fn remove(self) {
        std::fs::remove_file(self.0).unwrap();
    }
}

/// Runs a program that must succeed: these tests are run as root.
#[track_caller]
fn run(program: &str, args: &[&str]) {
    let status = Command::new(program).args(args).status();
    let succeeded = status.as_ref().is_ok_and(std::process::ExitStatus::success);
    assert!(succeeded, "{program} {args:?}: {status:?}");
}

/// A dataset of one key and one text, and what of it was acknowledged.
struct Things {
    path: String,
    acknowledged: BTreeSet<String>,
}

impl Things {
    async fn new(server: &Served) -> Self {
        let body = json!({"name": "Things", "key_field": "key", "fields": [
            {"name": "key", "type": "text"}, {"name": "note", "type": "text"},
        ]});
        let dataset = server.post("/datasets", body).await.expect(201);
        Self {
            path: format!("/datasets/{}", dataset["id"].as_str().unwrap()),
            acknowledged: BTreeSet::new(),
        }
    }

    /// Tries to write a record, and gives the answer.
    async fn put(&mut self, server: &Served, key: &str) -> Answer {
        let body = json!({"key": key, "note": "x".repeat(200)});
        let path = format!("{}/records/{key}", self.path);
        let answer = server.call(Method::PUT, &path, &body).await;
        if answer.status == 200 {
            self.acknowledged.insert(key.to_owned());
        }
        answer
    }

    /// Every key that is there.
    async fn keys(&self, server: &Served) -> BTreeSet<String> {
        let (mut keys, mut after) = (BTreeSet::new(), String::new());
        loop {
            let path = format!("{}/records?limit=500{after}", self.path);
            let page = server.get(&path).await.expect(200);
            let items = page["items"].as_array().unwrap().iter();
            keys.extend(items.map(|item| item["key"].as_str().unwrap().to_owned()));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return keys,
            }
        }
    }

    /// Fails unless what was acknowledged is there.
    async fn check(&self, server: &Served) {
        let there = self.keys(server).await;
        let lost: Vec<_> = self.acknowledged.difference(&there).collect();
        assert!(lost.is_empty(), "acknowledged and gone: {lost:?}");
    }
}

/// The keys of the records that the book says were created, but for acts that it closes as never
/// carried out.
fn created_in(book: &[Value]) -> BTreeSet<String> {
    let void = book
        .iter()
        .filter_map(|line| line["unmapped"]["void_lines"].as_array());
    let void: BTreeSet<u64> = void.flatten().filter_map(Value::as_u64).collect();
    let stands = |line: &&Value| {
        let number = line["metadata"]["sequence"].as_u64();
        line["metadata"]["labels"][0] == "sensitive_create"
            && number.is_some_and(|number| !void.contains(&number))
    };
    let lines = book.iter().filter(stands);
    let resources = lines.filter_map(|line| line["resources"].as_array());
    let records = resources
        .flatten()
        .filter(|resource| resource["type"] == "record");
    records
        .map(|record| record["uid"].as_str().unwrap().to_owned())
        .collect()
}
