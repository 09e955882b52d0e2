//! Loads or makes the certificate that the server shows.
