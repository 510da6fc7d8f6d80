//! Why a command failed, as data: what it prints and what `--format json` says.

use std::error::Error as StdError;

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
    message: String,
    causes: Vec<String>,
    help: Vec<String>,
    sqlstate: Option<String>,
    version: Option<i64>,
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

    /// With one more thing one can do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.parts.help.push(help.into());
        self
    }

    /// With what lies behind it.
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
        let mut text = self.parts.message.clone();
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
        });
        members.insert("error".to_owned(), error);
        members
    }
}

impl From<migrate_runtime::Error> for Failure {
    fn from(error: migrate_runtime::Error) -> Self {
        let text = error.to_string();
        // `Display` ends with the hints; here they are data of their own.
        let message = text
            .split("\n  = help: ")
            .next()
            .unwrap_or_default()
            .to_owned();
        let exit = if error.is_connection() {
            Exit::Environment
        } else {
            Exit::Refused
        };
        let parts = Parts {
            message,
            help: error.hints().iter().map(|hint| for_program(hint)).collect(),
            sqlstate: error.sqlstate().map(str::to_owned),
            version: error.migration(),
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

/// The runtime's hints speak of its builder; here the same is a flag.
fn for_program(hint: &str) -> String {
    hint.replace("set `.missing(Policy::Allow)`", "give `--allow missing`")
        .replace(
            "run the newer program, or set `.ahead(Policy::Allow)`",
            "use the files that the newer program was made with",
        )
        .replace("allow a longer `.wait(…)`", "give a longer `--wait`")
        .replace(
            "`embed_migrations!(…, table = \"…\")` or `.table(Table::new(schema, name))`",
            "`--schema` and `--table`, or `schema` and `table` in migrate.toml",
        )
        .replace("with `repair`", "with `migrate repair`")
        .replace("`status`", "`migrate status`")
}
