//! Undoes a run that went both ways: what it wrote here is taken back here, and what it wrote there
//! is taken back there.
//!
//! ```text
//! what the run remembers of both ─▶ look at both ─▶ plan ─▶ (somebody approves) ─▶ here ─▶ there
//! ```
//!
//! The part here goes the way of undoing a pull, the part there that of undoing a push: with the same
//! looks, reasons and batches. What both last agreed on becomes what either side then holds: they
//! agree to differ in what was taken back, and the next run finds nothing to do about it. A record
//! whose other side is taken away is put *apart*: it stays where it is, alone, until it is edited.

mod agree;
mod carry;
mod plan;
