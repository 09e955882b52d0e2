//! Colleagues who work in the vendor's table by hand.

use serde_json::{Value, json};

use super::dice::Dice;
use super::people::key;
use super::table::{KEY, KINDS};
use super::vendor::Vendor;

/// What is in the table before the first run.
pub(super) async fn begin(vendor: &mut Vendor, dice: &mut Dice, records: u64) {
    for _ in 0..dice.below(5) {
        create(vendor, dice, records).await;
    }
}

/// One thing that a colleague does.
pub(super) async fn act(vendor: &mut Vendor, dice: &mut Dice, records: u64) {
    let ids: Vec<String> = vendor.table.rows.keys().cloned().collect();
    if ids.is_empty() || dice.chance(0.15) {
        return create(vendor, dice, records).await;
    }
    let id = dice.one(&ids).clone();
    match dice.below(4) {
        0 => vendor.delete(&id).await,
        // A record that was given another key can be recognised by the rest of it alone: who
        // changes both makes another record of it.
        1 => {
            let fields = json!({ KEY: format!("X{:06}", dice.below(1_000_000)) });
            if vendor.table.rows[&id].edited.is_empty() {
                vendor.edit(&id, fields).await;
            }
        }
        _ => {
            let fields = cell(dice);
            if !vendor.table.rows[&id].edited.contains(KEY) {
                vendor.edit(&id, fields).await;
            }
        }
    }
}

fn cell(dice: &mut Dice) -> Value {
    match dice.below(3) {
        0 => json!({ "Name": format!("Colleague {}", dice.below(1_000)) }),
        1 => json!({ "Size": dice.below(1_000) }),
        _ => json!({ "Kind": dice.one(&KINDS) }),
    }
}

/// Creates a record, perhaps with the key of one of ours.
async fn create(vendor: &mut Vendor, dice: &mut Dice, records: u64) {
    let key = match dice.below(3) {
        0 => format!("F{:06}", dice.below(1_000_000)),
        _ => key(dice.below(records + 4)),
    };
    let mut fields = cell(dice);
    fields[KEY] = key.into();
    vendor.create(fields).await;
}
