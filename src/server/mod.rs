//! Accepts connections and hands them to the HTTP chain.
