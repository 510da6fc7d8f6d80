//! `migrate database`: creates the database itself, drops it, or both.

use std::io::{IsTerminal as _, Write as _, stderr, stdin};

use clap::{Args, Subcommand};
use serde_json::json;

use crate::connection::environment::Environment;
use crate::connection::target::Target;
use crate::failure::Failure;
use crate::job::Job;
use crate::maintenance::{Maintenance, Shape};
use crate::options::Options;

/// Create the database that the migrations are for, or drop it
#[derive(Debug, Args)]
pub(crate) struct Database {
    #[command(subcommand)]
    action: Action,

    /// Connect to this database in the meantime [default: `postgres`, or `template1`]
    #[arg(long, global = true, value_name = "NAME")]
    maintenance_database: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create the database, unless it exists
    Create(Creation),
    /// Drop the database with everything in it, if it exists
    Drop(Removal),
    /// Drop the database, create it and apply every migration
    ///
    /// The new database has the owner of the old one, unless `--owner` names another. What `ALTER DATABASE` has set for the old
    /// one, and rights that were granted on it, are gone.
    Reset {
        #[command(flatten)]
        removal: Removal,
        #[command(flatten)]
        creation: Creation,
    },
}

#[derive(Debug, Args)]
struct Creation {
    /// Role that owns the new database [default: the role that connects]
    #[arg(long, value_name = "ROLE")]
    owner: Option<String>,

    /// Database to copy [default: `template1`; `template0` with an encoding or a locale]
    #[arg(long, value_name = "NAME")]
    template: Option<String>,

    /// Character set of the new database, e.g. UTF8 [default: the template's]
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,

    /// Locale of the new database, e.g. C.UTF-8 [default: the template's]
    #[arg(long, value_name = "NAME")]
    locale: Option<String>,
}

#[derive(Debug, Args)]
struct Removal {
    /// Do not ask
    #[arg(long)]
    yes: bool,

    /// Drop a database on a server that is not on this machine
    #[arg(long)]
    force: bool,

    /// End the sessions that are connected to the database
    #[arg(long)]
    end_sessions: bool,
}

impl Creation {
    fn shape(&self) -> Shape {
        Shape {
            owner: self.owner.clone(),
            template: self.template.clone(),
            encoding: self.encoding.clone(),
            locale: self.locale.clone(),
        }
    }
}

impl Database {
    /// Whether the files of the migrations are needed.
    pub(crate) fn applies(&self) -> bool {
        matches!(self.action, Action::Reset { .. })
    }

    /// What is left to do: apply every migration to this target.
    pub(crate) async fn perform(
        &self,
        job: &Job<'_>,
        options: &Options,
    ) -> Result<Option<Target>, Failure> {
        let environment = Environment::read()?;
        let target = Target::find(options.database_url.as_deref(), &environment)?;
        let beside = || Maintenance::connect(&target, self.maintenance_database.as_deref());
        let shown = target.shown();
        let said = match &self.action {
            Action::Create(creation) => {
                let created = beside().await?.create(&creation.shape()).await?;
                tell_created(job, &shown, created);
                json!({ "database": target.database(), "created": created })
            }
            Action::Drop(removal) => {
                removal.check_place(&target)?;
                let dropped = removal.perform(job, &target, &beside().await?).await?;
                json!({ "database": target.database(), "dropped": dropped.is_some() })
            }
            // Its document is the run's.
            Action::Reset { removal, creation } => {
                removal.check_place(&target)?;
                let beside = beside().await?;
                let mut shape = creation.shape();
                let owner = removal.perform(job, &target, &beside).await?;
                shape.owner = shape.owner.or(owner);
                let created = beside.create(&shape).await?;
                tell_created(job, &shown, created);
                drop(beside);
                return Ok(Some(target));
            }
        };
        job.output.document("database", said);
        Ok(None)
    }
}

fn tell_created(job: &Job<'_>, shown: &str, created: bool) {
    job.output.text(&if created {
        format!("created {shown}")
    } else {
        format!("nothing to create: {shown} exists")
    });
}

impl Removal {
    /// Drops the database if that is wanted: its former owner, or None if there was no database.
    async fn perform(
        &self,
        job: &Job<'_>,
        target: &Target,
        beside: &Maintenance,
    ) -> Result<Option<String>, Failure> {
        let shown = target.shown();
        let owner = beside.owner().await?;
        if owner.is_none() {
            job.output
                .text(&format!("nothing to drop: there is no {shown}"));
            return Ok(None);
        }
        self.confirm(&shown)?;
        beside.drop(self.end_sessions).await?;
        job.output.text(&format!("dropped {shown}"));
        Ok(owner)
    }

    /// # Errors
    /// The server is not on this machine, and that is not allowed.
    fn check_place(&self, target: &Target) -> Result<(), Failure> {
        if target.is_local() || self.force {
            return Ok(());
        }
        let refused = format!(
            "{} is not on this machine, so it is not dropped",
            target.shown()
        );
        Err(Failure::environment(refused).help("if that is what you want, give `--force`"))
    }

    /// Asks on a terminal.
    fn confirm(&self, shown: &str) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        let unasked = || {
            Failure::environment(format!("{shown} would be dropped with everything in it"))
                .help("give `--yes` if that is what you want: there is no terminal to ask on")
        };
        if !stdin().is_terminal() || !stderr().is_terminal() {
            return Err(unasked());
        }
        let asked = write!(stderr(), "drop {shown} with everything in it? [y/N] ");
        asked.map_err(|_| unasked())?;
        let mut answer = String::new();
        stdin().read_line(&mut answer).map_err(|_| unasked())?;
        if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
            Ok(())
        } else {
            Err(Failure::refused("nothing was dropped"))
        }
    }
}
