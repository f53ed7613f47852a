//! What makes the program at home in a shell: completions and manual pages, printed for the shell to keep.

use std::io::{Write, stdout};

use anyhow::{Context, Result};
use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;

use super::Cli;

/// Which manual page is wanted.
#[derive(Args, Debug)]
pub(super) struct ManArgs {
    /// A command, e.g. `import results`; the program itself when left out
    #[arg(value_name = "COMMAND")]
    path: Vec<String>,
}

/// Prints the completions of a shell.
pub(super) fn completions(shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "exchange", &mut script);
    print(&script)
}

/// Prints a manual page.
pub(super) fn man(args: &ManArgs) -> Result<()> {
    let page = page(&args.path)?;
    print(&page)
}

/// The manual page of a command, in the language of `man`.
fn page(path: &[String]) -> Result<Vec<u8>> {
    let mut program = Cli::command();
    // Gives every command the options that all share, and its name with those of the commands around it.
    program.build();
    let mut command = &program;
    for name in path {
        command = command.find_subcommand(name).with_context(|| unknown(command, name))?;
    }
    let name = std::iter::once("exchange").chain(path.iter().map(String::as_str)).collect::<Vec<_>>().join("-");
    let mut page = Vec::new();
    let version = program.render_version();
    clap_mangen::Man::new(command.clone().display_name(name)).source(version.trim()).render(&mut page)?;
    Ok(page)
}

fn unknown(command: &Command, name: &str) -> String {
    let known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    match known.as_slice() {
        [] => format!("the command `{}` has no commands of its own, found `{name}`", command.get_name()),
        _ => format!("expected one of {}, found `{name}`", known.join(", ")),
    }
}

fn print(text: &[u8]) -> Result<()> {
    let mut out = stdout().lock();
    out.write_all(text)?;
    out.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &[&str], title: &str) {
        let path: Vec<String> = path.iter().map(|&name| name.to_owned()).collect();
        let page = String::from_utf8(page(&path).unwrap()).unwrap();
        assert!(page.contains(&format!(".TH {title} 1 ")), "{page}");
    }

    #[test]
    fn every_command_has_a_manual_page_of_its_own() {
        check(&[], "exchange");
        check(&["serve"], "exchange-serve");
        check(&["import", "results"], "exchange-import-results");
    }

    #[test]
    fn a_command_that_there_is_not_is_told_with_those_there_are() {
        let error = page(&["import".to_owned(), "all".to_owned()]).unwrap_err().to_string();
        assert!(error.starts_with("expected one of results, destinations"), "{error}");
        let error = page(&["migrate".to_owned(), "all".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("found `all`"), "{error}");
    }
}
