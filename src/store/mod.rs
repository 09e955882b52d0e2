//! Keeps records: reads are get and scan, a write is one batch with its audit event.
