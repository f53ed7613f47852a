//! Tests that mount file systems: in a namespace of their own, which the kernel clears away with them.

use std::process::Command;

/// Set where a test runs again.
const AGAIN: &str = "EXCHANGE_TEST_MOUNTS";

/// Nothing where the ignored test of a name may mount what it likes. Elsewhere it is run there, and fails if it fails there; what it printed
/// is given.
#[expect(
    clippy::disallowed_methods,
    reason = "a test is no part of the service, and its own process hands it nothing else"
)]
pub(crate) fn again_with_mounts_of_its_own(name: &str) -> Option<String> {
    if std::env::var_os(AGAIN).is_some() {
        return None;
    }
    assert!(rustix::process::geteuid().is_root(), "{name}: only root may mount a file system");
    let program = std::env::current_exe().unwrap();
    let mut unshare = Command::new("unshare");
    let again = unshare.arg("--mount").arg(program).args(["--ignored", "--exact", name, "--nocapture"]).env(AGAIN, "1");
    let output = again.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("1 passed"), "it did not run: {told}");
    Some(told)
}
