//! Seals credentials with keys that never leave the appliance.
