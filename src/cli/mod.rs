//! Runs the commands: each is one API call, or one act on local files.
