//! A process with another clock than the machine's.

use std::process::Command;

/// Lets a command see the clock off by so much, e.g. `-1h`. Time goes on as it does, and so do waits.
pub(crate) fn with_another_clock(command: &mut Command, off: &str) {
    let found = Command::new("faketime").args(["-f", "+0h", "printenv", "LD_PRELOAD"]).output();
    assert!(found.is_ok(), "faketime is not installed: bash api/tests/run.sh installs it");
    let library = String::from_utf8(found.unwrap().stdout).unwrap();
    command.env("LD_PRELOAD", library.trim()).env("FAKETIME", off).env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
}
