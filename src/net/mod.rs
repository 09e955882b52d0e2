//! Makes every outgoing call: guarded addresses, deadlines, size limits.
