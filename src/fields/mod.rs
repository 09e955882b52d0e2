//! Gives values their types: schema, canonical form, content hash.
