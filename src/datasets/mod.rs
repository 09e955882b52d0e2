//! Holds the organisation's records: datasets, import, query, export.
