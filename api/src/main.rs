//! `exchange`: the Benchmark Exchange on the command line.

use std::process::ExitCode;

use api::{
    app, cli,
    http::{Playground, PlaygroundFile},
};
use clap::Parser;
use rust_embed::RustEmbed;

/// Requests take many short-lived pieces of memory on several threads, which the C library's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The playground, if it was built. Its build touches this file, so that the binary, and nothing but it, is compiled again.
#[derive(RustEmbed)]
#[folder = "playground/dist"]
#[allow_missing = true]
struct Built;

/// The playground's file of a name.
fn playground(name: &str) -> Option<PlaygroundFile> {
    let file = Built::get(name)?;
    Some(PlaygroundFile { media_type: file.metadata.mimetype().to_owned(), data: file.data })
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let done = match app::set_up(cli.settings()) {
        Ok(_logs) => cli::run(cli, Playground(playground)).await,
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
