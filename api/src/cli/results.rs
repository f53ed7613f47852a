//! `exchange import results`: what is to be known of the institutions first, then their results.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::{config::Settings, ingest::Form, service::RegisterRequest};

use super::{
    import::{Content, FilesArgs, run},
    register,
};

/// Which files of results, who hands them in, and what is to be known of the institutions.
#[derive(Args, Debug)]
pub(super) struct ResultsArgs {
    #[command(flatten)]
    files: FilesArgs,
    /// A register to take in first, as `import register` does: what the files do not tell of an institution it does
    #[arg(long, value_name = "FILE")]
    register: Option<PathBuf>,
    /// Links between the establishments of a register to take in first, as `import register` does
    #[arg(long, value_name = "FILE")]
    links: Option<PathBuf>,
}

/// Takes in registers and links, then results.
pub(super) async fn import(settings: &Settings, args: &ResultsArgs) -> Result<()> {
    if args.register.is_some() || args.links.is_some() {
        let (registers, links): (Vec<_>, Vec<_>) = (args.register.iter().collect(), args.links.iter().collect());
        let request = RegisterRequest::default();
        register::take_in(settings, &Form::default(), &request, &registers, &links).await?;
    }
    run(settings, Content::Results, &args.files).await
}
