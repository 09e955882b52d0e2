//! Turns a filter into what is looked for in the bytes, and what is then read and judged.

use super::filter::{CodePattern, Filter};
use super::needle::Needle;
use super::told::Told;
use crate::audit::json::cut;
use crate::audit::object::NAME_CHARS;

/// A filter made ready.
///
/// The needles are a sieve: a line that lacks one cannot be wanted, and one that holds them all
/// may hold them in the wrong place, as when somebody has called their client like a code. Only
/// what the line's members say counts.
pub(super) struct Plan {
    filter: Filter,
    /// The rarest first.
    needles: Vec<Needle>,
    words: Vec<String>,
    /// Whether more is asked than the beginning of a line tells.
    must_read: bool,
}

impl Plan {
    pub(super) fn new(filter: &Filter) -> Self {
        let lower = filter.text.as_deref().unwrap_or_default().to_lowercase();
        let words: Vec<_> = lower.split_whitespace().map(str::to_owned).collect();
        let needles = needles(filter, &words);
        let about = filter.object.is_some() || filter.object_type.is_some();
        let origin = filter.request.is_some() || filter.address.is_some();
        let rest = !filter.codes.is_empty() || filter.outcome.is_some() || filter.actor.is_some();
        Self {
            must_read: about || origin || rest || !words.is_empty(),
            filter: filter.clone(),
            needles,
            words,
        }
    }

    /// Whether nothing is asked: every line is wanted.
    pub(super) fn takes_all(&self) -> bool {
        !self.must_read && !self.filter.without_reads && !self.asks_time()
    }

    fn asks_time(&self) -> bool {
        self.filter.from.is_some() || self.filter.to.is_some()
    }

    /// The first line of `lines` that may be wanted: its bytes without line feed, and where the
    /// next one begins.
    pub(super) fn next<'a>(&self, lines: &'a [u8]) -> Option<(&'a [u8], usize)> {
        let mut from = 0;
        loop {
            let (start, end) = self.sieve(lines, from)?;
            let line = &lines[start..end];
            if self.wants(line) {
                return Some((line, end + 1));
            }
            from = end + 1;
        }
    }

    /// The next line from `from` on that holds the rarest needle.
    fn sieve(&self, lines: &[u8], from: usize) -> Option<(usize, usize)> {
        let rest = lines.get(from..).filter(|rest| !rest.is_empty())?;
        let hit = match self.needles.first() {
            Some(rarest) => from + rarest.find(rest)?,
            None => from,
        };
        let start = memchr::memrchr(b'\n', &lines[from..hit]).map_or(from, |at| from + at + 1);
        let end = memchr::memchr(b'\n', &lines[hit..]).map_or(lines.len(), |at| hit + at);
        Some((start, end))
    }

    fn wants(&self, line: &[u8]) -> bool {
        if self.filter.without_reads && is_read(line) {
            return false;
        }
        if self.asks_time() && !self.is_of_time(line) {
            return false;
        }
        if !self
            .needles
            .iter()
            .skip(1)
            .all(|one| one.find(line).is_some())
        {
            return false;
        }
        !self.must_read
            || Told::read(line)
                .is_some_and(|told| told.fits(&self.filter) && told.has_words(&self.words))
    }

    fn is_of_time(&self, line: &[u8]) -> bool {
        let Some(time) = time_of(line) else {
            return false;
        };
        let at = |moment: jiff::Timestamp| moment.as_millisecond();
        self.filter.from.is_none_or(|from| at(from) <= time)
            && self.filter.to.is_none_or(|to| time < at(to))
    }
}

fn needles(filter: &Filter, words: &[String]) -> Vec<Needle> {
    let mut needles = Vec::new();
    let quoted = |name: &str, value: &str| {
        let value = cut(value, NAME_CHARS);
        let is_plain = value
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
        is_plain.then(|| Needle::exact(&format!("\"{name}\":\"{value}\"")))
    };
    if let Some(request) = filter.request {
        needles.extend(quoted("correlation_uid", &request.to_string()));
    }
    if let Some(object) = &filter.object {
        needles.extend(quoted("uid", object));
    }
    if let Some(address) = filter.address {
        needles.extend(quoted("ip", &address.to_canonical().to_string()));
    }
    needles.extend(filter.actor.as_deref().and_then(Needle::any_case));
    needles.extend(words.iter().filter_map(|word| Needle::any_case(word)));
    needles.extend(code_needle(&filter.codes));
    if let Some(kind) = &filter.object_type
        && kind != "user"
    {
        needles.extend(quoted("type", kind));
    }
    if let Some(outcome) = filter.outcome {
        let status = outcome.status();
        needles.push(Needle::exact(&format!("\"status_id\":{status}")));
    }
    needles
}

/// What the codes of all patterns begin with.
fn code_needle(codes: &[CodePattern]) -> Option<Needle> {
    let (first, others) = codes.split_first()?;
    let common = others.iter().fold(first.beginning(), |common, other| {
        let pairs = common.bytes().zip(other.beginning().bytes());
        &common[..pairs.take_while(|(one, other)| one == other).count()]
    });
    Some(Needle::exact(&format!("\"event_code\":\"{common}")))
}

/// When the act of a line was, in milliseconds since 1970: a line begins with it.
pub(super) fn time_of(line: &[u8]) -> Option<i64> {
    let rest = line.strip_prefix(b"{\"time\":")?;
    let end = rest.iter().position(|byte| *byte == b',')?;
    std::str::from_utf8(&rest[..end]).ok()?.parse().ok()
}

/// Whether a line tells of a call that only read. What it begins with has a fixed order and holds
/// nothing that came from outside.
fn is_read(line: &[u8]) -> bool {
    const READ: &[u8] = b"\"class_uid\":6003,\"class_name\":\"API Activity\",\"activity_id\":2,";
    let beginning = &line[..line.len().min(160)];
    memchr::memmem::find(beginning, READ).is_some()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::audit::{Code, Event};
    use crate::base::{Actor, Clock};

    #[test]
    fn how_a_line_begins_is_as_events_write_it() {
        let clock = Clock::manual(Timestamp::from_millisecond(1_700_000_000_123).unwrap());
        let line = |code| {
            let act = Event::new(code, &Actor::system()).build(&clock);
            format!("{{{},\"metadata\":{{", act.members).into_bytes()
        };
        assert_eq!(time_of(&line(Code::RecordsRead)), Some(1_700_000_000_123));
        assert!(is_read(&line(Code::RecordsRead)));
        assert!(!is_read(&line(Code::DatasetCreated)));
    }
}
