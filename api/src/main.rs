//! `exchange`: the Benchmark Exchange on the command line.

use std::process::ExitCode;

use api::{app, cli};
use clap::Parser;

/// Requests take many short-lived pieces of memory on several threads, which the C library's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let done = match app::set_up(cli.settings()) {
        Ok(_logs) => cli::run(cli).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::debug!(?error, "failed");
            cli::complain(&error);
            ExitCode::FAILURE
        }
    }
}
