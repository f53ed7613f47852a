//! How tests run: one runtime for those that share a service, and how long the attacks may take.

use std::{future::Future, sync::LazyLock};

use tokio::runtime::Runtime;

/// Tests that share a service run here: its connections live as long as their runtime.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// Runs a test on the shared runtime.
pub(crate) fn block_on<T>(test: impl Future<Output = T>) -> T {
    RUNTIME.block_on(test)
}

/// Whether the attacks run in full: `EXCHANGE_ATTACKS=long`. The one place that reads it.
#[expect(clippy::disallowed_methods, reason = "a test is no part of the service, and cargo hands it nothing else")]
pub(crate) fn attacks_run_long() -> bool {
    std::env::var("EXCHANGE_ATTACKS").is_ok_and(|extent| extent == "long")
}

/// For how many seconds readers are given damaged files: `EXCHANGE_FUZZ=300`. The one place that reads it.
#[expect(clippy::disallowed_methods, reason = "a test is no part of the service, and cargo hands it nothing else")]
pub(crate) fn fuzz_seconds() -> Option<u64> {
    std::env::var("EXCHANGE_FUZZ").ok()?.parse().ok()
}

/// The most memory that a process has had, bytes; 0 where it has ended.
pub(crate) fn peak_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) << 10
}
