//! Other clocks than the machine's: of a process, and of a test that moves time on.

use std::{
    process::Command,
    sync::atomic::{AtomicI64, Ordering},
};

use api::domain::Clock;
use chrono::{DateTime, Duration, Utc};

/// A clock that a test moves on, from the time of every test.
#[derive(Default)]
pub(crate) struct MovedClock(AtomicI64);

impl MovedClock {
    /// Lets some seconds pass.
    pub(crate) fn move_on(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> DateTime<Utc> {
        super::clock().now() + Duration::seconds(self.0.load(Ordering::Relaxed))
    }
}

/// Lets a command see the clock off by so much, e.g. `-1h`. Time goes on as it does, and so do waits.
pub(crate) fn with_another_clock(command: &mut Command, off: &str) {
    let found = Command::new("faketime").args(["-f", "+0h", "printenv", "LD_PRELOAD"]).output();
    assert!(found.is_ok(), "faketime is not installed: bash api/tests/run.sh installs it");
    let library = String::from_utf8(found.unwrap().stdout).unwrap();
    command.env("LD_PRELOAD", library.trim()).env("FAKETIME", off).env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
}
