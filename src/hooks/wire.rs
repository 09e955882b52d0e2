//! What is sent to a hook.

use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};

use crate::base::{Hex, HookId};
use crate::datasets::{Dataset, Deed, News, Record};
use crate::fields::Value;

/// The id of what is told: the same however often it is sent, and no other's.
pub(super) fn id(hook: HookId, news: &News) -> String {
    let mut hash = Sha256::new();
    hash.update(hook.as_bytes());
    hash.update(news.version.0.to_be_bytes());
    hash.update(&news.key);
    let whole: [u8; 32] = hash.finalize().into();
    Hex(&whole[..16]).to_string()
}

/// The body of a delivery: its id, what became of which record of which dataset, and when; then the
/// record's values by their names. An empty one is there as null, so that a Zap sees the same names
/// every time; of a record that is gone none is there.
pub(super) fn body(
    (id, deed, news): (&str, Deed, &News),
    dataset: &Dataset,
    record: Option<&Record>,
) -> Vec<u8> {
    let mut body = json!({
        "id": id, "event": deed.name(), "at": news.at.to_string(), "key": news.key,
        "dataset": {"id": dataset.id().to_string(), "name": dataset.name()},
    });
    if let Some(record) = record {
        let fields = dataset.schema().fields().iter().enumerate();
        let values = fields.map(|(at, field)| {
            let value = record.fields.at(at).map_or(Json::Null, Value::to_json);
            (field.name.clone(), value)
        });
        body["record"] = Json::Object(values.collect::<Map<_, _>>());
    }
    body.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::base::Clock;
    use crate::store::Version;

    fn news(key: &str, version: u64) -> News {
        News {
            key: key.to_owned(),
            at: Timestamp::UNIX_EPOCH,
            version: Version(version),
        }
    }

    #[test]
    fn what_is_told_keeps_its_id_and_nothing_else_has_it() {
        let clock = Clock::system();
        let (hook, other) = (HookId::new(&clock), HookId::new(&clock));
        let told = id(hook, &news("LHR", 7));
        assert_eq!(told, id(hook, &news("LHR", 7)));
        assert_eq!(told.len(), 32);
        for (hook, news) in [
            (other, news("LHR", 7)),
            (hook, news("CDG", 7)),
            (hook, news("LHR", 8)),
        ] {
            assert_ne!(told, id(hook, &news));
        }
    }
}
