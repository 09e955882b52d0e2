//! Speaks the vendors' protocols behind one trait.
