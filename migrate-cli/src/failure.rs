//! Why a command failed, as data: what it prints and what `--format json` says.

use std::error::Error as StdError;

use migrate_runtime::{ErrorKind, Hint};
use serde_json::{Map, Value, json};

use crate::exit::Exit;

/// A command that did not do what it was asked to.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    parts: Box<Parts>,
}

#[derive(Debug, Default)]
struct Parts {
    /// On one line.
    message: String,
    /// What a person reads in place of the message.
    text: Option<String>,
    causes: Vec<String>,
    help: Vec<String>,
    sqlstate: Option<String>,
    version: Option<i64>,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    statement: Option<usize>,
    /// What else the JSON document says, such as what was applied before.
    details: Map<String, Value>,
}

impl Failure {
    /// Something about the surroundings: exit code 2.
    pub(crate) fn environment(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Environment,
            parts: Box::new(Parts {
                message: message.into(),
                ..Parts::default()
            }),
        }
    }

    /// Something about the migrations or the database: exit code 1.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Refused,
            ..Self::environment(message)
        }
    }

    /// With further members of the JSON document: those of `details`, an object.
    pub(crate) fn details(mut self, details: Value) -> Self {
        if let Value::Object(details) = details {
            self.parts.details.extend(details);
        }
        self
    }

    /// With a longer text for people; the message stays what the JSON document says.
    pub(crate) fn described(mut self, text: impl Into<String>) -> Self {
        self.parts.text = Some(text.into());
        self
    }

    /// With one more thing one can do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.parts.help.push(help.into());
        self
    }

    /// With its causes.
    pub(crate) fn cause(mut self, cause: &(dyn StdError + 'static)) -> Self {
        let mut cause = Some(cause);
        while let Some(error) = cause {
            self.parts.causes.push(error.to_string());
            cause = error.source();
        }
        self
    }

    /// With a cause that is no error of anything below.
    pub(crate) fn reason(mut self, reason: impl Into<String>) -> Self {
        self.parts.causes.push(reason.into());
        self
    }

    /// With what the server has said, or else the driver.
    pub(crate) fn driver(self, error: &tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(database) => self.cause(database).sqlstate(Some(database.code().code())),
            None => self.cause(error),
        }
    }

    /// With the server's error code.
    pub(crate) fn sqlstate(mut self, code: Option<&str>) -> Self {
        self.parts.sqlstate = code.map(str::to_owned);
        self
    }

    /// What a person reads below `error: `.
    pub(crate) fn text(&self) -> String {
        let text = self.parts.text.as_ref();
        let mut text = text.unwrap_or(&self.parts.message).clone();
        for cause in &self.parts.causes {
            text.push_str("\n  caused by: ");
            text.push_str(cause);
        }
        for help in &self.parts.help {
            text.push_str("\n  = help: ");
            text.push_str(help);
        }
        text
    }

    /// The members that a failure adds to a JSON document.
    pub(crate) fn json(&self) -> Map<String, Value> {
        let mut members = self.parts.details.clone();
        let error = json!({
            "message": self.parts.message,
            "causes": self.parts.causes,
            "help": self.parts.help,
            "sqlstate": self.parts.sqlstate,
            "version": self.parts.version,
            "file": self.parts.file,
            "line": self.parts.line,
            "column": self.parts.column,
            "statement": self.parts.statement,
        });
        members.insert("error".to_owned(), error);
        members
    }
}

impl From<migrate_runtime::Error> for Failure {
    fn from(error: migrate_runtime::Error) -> Self {
        let exit = if error.kind() == ErrorKind::Connection {
            Exit::Environment
        } else {
            Exit::Refused
        };
        let position = error.position();
        let parts = Parts {
            message: error.to_string(),
            text: Some(error.details().to_string()),
            help: error.hints().iter().filter_map(help).collect(),
            sqlstate: error.sqlstate().map(str::to_owned),
            version: error.version(),
            file: error.file().map(str::to_owned),
            line: position.map(|(line, _)| line),
            column: position.map(|(_, column)| column),
            statement: error.statement(),
            ..Parts::default()
        };
        let failure = Self {
            exit,
            parts: Box::new(parts),
        };
        match error.source() {
            Some(source) => failure.cause(source),
            None => failure,
        }
    }
}

/// The library's hints are about its methods; here the same is a command or a flag.
fn help(hint: &Hint) -> Option<String> {
    Some(match hint {
        Hint::AcceptChecksums { versions, .. } => {
            let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
            format!(
                "if the edit is deliberate and the database needs no change: `migrate repair --accept {}`",
                versions.join(",")
            )
        }
        Hint::Repair { version, .. } => format!(
            "check its effects in the database, then run `migrate repair --applied {version}` if they are complete, or `migrate repair --retry {version}` if none is left"
        ),
        Hint::SeparateTable => "if another program records its migrations there, keep this history in another table: `--schema` and `--table`, or `schema` and `table` in migrate.toml".to_owned(),
        Hint::RecordRenumbered { from, to, file, .. } => format!(
            "{file} has the text that was applied as version {from}: if it was renumbered, run `migrate repair --renumber {from} {to}`"
        ),
        Hint::Forget { versions, .. } => {
            let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
            format!(
                "forget what is gone for good, e.g. with a dropped branch: `migrate repair --forget {} --reason \"…\"`",
                versions.join(",")
            )
        }
        Hint::AllowMissing => "give `--allow missing` to continue without it".to_owned(),
        // The program has no such policy: a newer program is what it is.
        Hint::AllowAhead => return None,
        Hint::UseNewerRelease => "use the files of the newer release".to_owned(),
        Hint::Rebuild => {
            "if the files are embedded in a program, build it again: they may have changed since".to_owned()
        }
        Hint::ListApplied => "run `migrate status` to list what is applied".to_owned(),
        Hint::RevertAll => "run `migrate revert --all` to revert everything".to_owned(),
        Hint::CommitEachFile => {
            "leave out `--single-transaction`: each file then commits by itself".to_owned()
        }
        Hint::WaitLonger { .. } => {
            "wait for it to finish and run again, or give a longer `--wait`, e.g. `--wait 10min`"
                .to_owned()
        }
        Hint::Adopt {
            tool: Some(tool), ..
        } => format!("run `migrate adopt --from {tool} --dry-run` to see what can be adopted"),
        Hint::Adopt { .. } => "if it is a history, `migrate adopt --help` says how to adopt it".to_owned(),
        Hint::Baseline => "if the database already has what the files create, e.g. from a dump without the history table, record that: `migrate baseline VERSION` with the newest version whose effects it has".to_owned(),
        Hint::OtherTable => {
            "keep this history in another table: `--schema` and `--table`, or `schema` and `table` in migrate.toml"
                .to_owned()
        }
        other => other.to_string(),
    })
}
