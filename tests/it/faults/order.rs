//! In which order the disk is told to keep what, and the client is told that it is kept.

use poem::http::Method;
use serde_json::json;

use super::Things;
use crate::support::process::Home;
use crate::support::strace::Tracer;

/// Where the first line of a trace after line `from` stands that `is` holds for.
#[track_caller]
fn place(lines: &[&str], from: usize, what: &str, is: impl Fn(&str) -> bool) -> usize {
    let found = lines.iter().skip(from).position(|line| is(line));
    let found = found.unwrap_or_else(|| panic!("{what} is missing after line {from}: {lines:#?}"));
    from + found
}

/// Where a call that begins at line `begun` ends: there, unless another thread came between.
#[track_caller]
fn end(lines: &[&str], begun: usize) -> usize {
    if !lines[begun].contains("<unfinished ...>") {
        return begun;
    }
    let thread = lines[begun].split_whitespace().next().unwrap();
    place(lines, begun + 1, "the end of a call", |line| {
        line.starts_with(thread) && line.contains(" resumed>")
    })
}

#[tokio::test]
async fn the_book_then_the_store_are_durable_before_a_change_is_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path());
    let mut server = home.serve().await;
    server.set_up(&home).await;
    let things = Things::new(&server).await;
    let calls = [
        "-y",
        "-s",
        "8192",
        "-e",
        "trace=write,writev,sendto,sendmsg,pwrite64,fdatasync,fsync",
    ];
    let tracer = Tracer::attach(&server.pid(), &folder.path().join("trace"), &calls);
    let path = format!("{}/records/ordered", things.path);
    let body = json!({"key": "ordered", "note": "first the book"});
    server.call(Method::PUT, &path, &body).await.expect(200);
    let seen = tracer.detach();
    let lines: Vec<&str> = seen.lines().collect();

    let told = place(&lines, 0, "the line in the book", |line| {
        line.contains("write(") && line.contains(".ndjson>") && line.contains("WB-DATA-006")
    });
    let told = end(&lines, told);
    let synced = place(&lines, told, "the book's sync", |line| {
        line.contains("fdatasync(") && line.contains(".ndjson>")
    });
    let synced = end(&lines, synced);
    let kept = place(&lines, synced, "the store's sync", |line| {
        line.contains("fdatasync(") && line.contains("store.redb>")
    });
    // The commit has two phases; the second makes it the one that holds.
    let kept = place(&lines, end(&lines, kept) + 1, "its second sync", |line| {
        line.contains("fdatasync(") && line.contains("store.redb>")
    });
    let kept = end(&lines, kept);
    place(&lines, kept, "the answer", |line| {
        line.contains("HTTP/1.1 200")
    });
    let answers = lines.iter().filter(|line| line.contains("HTTP/1.1 200"));
    assert_eq!(answers.count(), 1, "{lines:#?}");
}
