//! Meters every call: policies, keys and what the answer says of them.
