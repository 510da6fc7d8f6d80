//! `migrate completions` and `migrate man`: for shells and packagers.

use clap::{Args, Command};
use clap_complete::Shell;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::write;

/// Print a completion script for a shell
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// Shell to write the script for
    shell: Shell,
}

impl Completions {
    /// For the command line as it is documented.
    pub(crate) fn perform(&self, mut documented: Command) -> Result<Exit, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut documented, "migrate", &mut script);
        print(&script)
    }
}

/// Print the manual page: `migrate man > migrate.1`
#[derive(Debug, Args)]
pub(crate) struct Man {}

impl Man {
    /// Of the command line as it is documented.
    #[expect(clippy::unused_self, reason = "as every other command")]
    pub(crate) fn perform(&self, mut command: Command) -> Result<Exit, Failure> {
        let mut page = Vec::new();
        command.build();
        let failed = |error: std::io::Error| {
            Failure::environment("cannot write the manual page").cause(&error)
        };
        clap_mangen::Man::new(command.clone())
            .render(&mut page)
            .map_err(failed)?;
        for subcommand in command.get_subcommands() {
            if subcommand.get_name() != "help" {
                let man = clap_mangen::Man::new(subcommand.clone());
                man.render_description_section(&mut page).map_err(failed)?;
                man.render_options_section(&mut page).map_err(failed)?;
            }
        }
        print(&page)
    }
}

fn print(text: &[u8]) -> Result<Exit, Failure> {
    let text = str::from_utf8(text)
        .map_err(|error| Failure::environment("the generated text is not UTF-8").cause(&error))?;
    write(text.trim_end());
    Ok(Exit::Done)
}
