//! Builds the page for analysts before the binary that embeds it, where Node is at hand: so that `cargo run` alone serves it.
//!
//! Nothing is done where the page stands built and no file of it is younger, or with `EXCHANGE_PLAYGROUND=off`. Without Node, and
//! where npm fails, the build goes on with a warning: the address of the page then tells how to get it.

#![expect(clippy::disallowed_methods, reason = "a build script has no settings but the variables that cargo hands on")]

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::SystemTime,
};

/// What the page is made of, beside what npm brings.
const SOURCES: [&str; 7] =
    ["src", "index.html", "editor.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"];
/// The setting that leaves the page out.
const SETTING: &str = "EXCHANGE_PLAYGROUND";

fn main() {
    let page = Path::new("playground");
    println!("cargo::rerun-if-env-changed={SETTING}");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", page.join(source).display());
    }
    if std::env::var(SETTING).is_ok_and(|setting| setting == "off") || stands_built(page).unwrap_or(false) {
        return;
    }
    if npm(page, &["--version"]).is_err() {
        println!("cargo::warning=the page for analysts is left out: it needs Node with npm, which was not found");
        return;
    }
    for arguments in [
        // A network that does not answer is given up within the minute.
        &[
            "ci",
            "--no-audit",
            "--no-fund",
            "--no-progress",
            "--prefer-offline",
            "--fetch-retries=1",
            "--fetch-timeout=20000",
        ][..],
        &["run", "build"],
    ] {
        if let Err(why) = npm(page, arguments) {
            println!(
                "cargo::warning=the page for analysts is left out: `npm {}` failed: {why}",
                arguments[..2].join(" ")
            );
            return;
        }
    }
}

/// Whether the page was built after the last change of what it is made of.
fn stands_built(page: &Path) -> io::Result<bool> {
    let built = fs::metadata(page.join("dist/index.html"))?.modified()?;
    let mut newest = SystemTime::UNIX_EPOCH;
    let mut left: Vec<PathBuf> = SOURCES.iter().map(|source| page.join(source)).collect();
    while let Some(path) = left.pop() {
        let found = fs::metadata(&path)?;
        if found.is_dir() {
            for entry in fs::read_dir(&path)? {
                left.push(entry?.path());
            }
        } else {
            newest = newest.max(found.modified()?);
        }
    }
    Ok(newest <= built)
}

/// Runs npm in the folder of the page, and tells the first error of which it spoke where it fails.
fn npm(page: &Path, arguments: &[&str]) -> Result<(), String> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let Output { status, stdout: told, stderr } =
        Command::new(program).args(arguments).current_dir(page).output().map_err(|error| error.to_string())?;
    if status.success() {
        return Ok(());
    }
    let said = [stderr, told].concat();
    let said = String::from_utf8_lossy(&said);
    Err(said.lines().find(|line| line.contains("rror")).unwrap_or("it named no error").to_owned())
}
