//! What was called, and what became of it.
use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;

use super::{answer::Delivery, fault::Fault, incoming::Incoming};

/// How many calls are remembered one by one.
const KEPT: usize = 1_000;

/// Counts of all calls, and the last ones in full.
#[derive(Default)]
pub(super) struct Journal {
    calls: BTreeMap<&'static str, u64>,
    faults: BTreeMap<Fault, u64>,
    refused_by_limit: u64,
    last: VecDeque<Entry>,
}

/// One call, as the request log shows it; tokens and bodies are left out.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Entry {
    at: Timestamp,
    method: String,
    target: String,
    kind: &'static str,
    /// Absent when the connection was closed without an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<Fault>,
}

/// What all calls add up to.
#[derive(Debug, Serialize)]
pub(super) struct Statistics<'a> {
    total: u64,
    calls: &'a BTreeMap<&'static str, u64>,
    faults: &'a BTreeMap<Fault, u64>,
    refused_by_limit: u64,
    greatest_rate: u32,
}

/// What became of a call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ending {
    pub(super) status: u16,
    pub(super) delivery: Delivery,
    pub(super) fault: Option<Fault>,
}

impl Journal {
    pub(super) fn note(&mut self, incoming: &Incoming, kind: &'static str, ending: Ending) {
        *self.calls.entry(kind).or_default() += 1;
        if let Some(fault) = ending.fault {
            *self.faults.entry(fault).or_default() += 1;
        }
        if ending.status == 429 {
            self.refused_by_limit += 1;
        }
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(Entry {
            at: incoming.at,
            method: incoming.method.to_string(),
            target: incoming.target.clone(),
            kind,
            status: (ending.delivery != Delivery::Lost).then_some(ending.status),
            fault: ending.fault,
        });
    }

    pub(super) fn statistics(&self, greatest_rate: u32) -> Statistics<'_> {
        Statistics {
            total: self.calls.values().sum(),
            calls: &self.calls,
            faults: &self.faults,
            refused_by_limit: self.refused_by_limit,
            greatest_rate,
        }
    }

    /// The last calls, newest first.
    pub(super) fn last(&self, limit: usize) -> Vec<&Entry> {
        self.last.iter().rev().take(limit).collect()
    }
}
