//! Writes the book: OCSF lines, chained, signed and verifiable without the server.
