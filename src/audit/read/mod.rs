//! Finds lines of the log and pages through them, without holding more of it than one block.
//!
//! `span` knows which lines of which segment are part of the log and when they were written, so
//! that segments of another time are passed by. `block` reads a segment in blocks of whole lines,
//! `plan` looks in a block for bytes that a wanted line must hold (`needle`), and only what holds
//! them all is read as JSON (`told`) and judged. `page` puts it together within a budget.

mod block;
mod filter;
mod needle;
mod page;
mod plan;
mod span;
mod told;

pub use filter::{CodePattern, Ended, Filter};
pub use page::{Mark, Order, Page, Query};
pub use span::first_key;

pub(super) use page::read;
pub(super) use span::{Times, span_of};
