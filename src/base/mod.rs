//! Holds what every layer needs and no layer owns: time, ids, secrets, actors.
