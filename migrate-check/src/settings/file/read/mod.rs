//! The settings file's text -> settings.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Caller, Place, RULE};
use crate::diagnostics::{Diagnostic, Span};
use crate::files::Source;
use crate::settings::option::{self, Complaint, Notation};
use crate::settings::{Lint, Settings};

/// Puts the file's settings into `settings`; says what is wrong with them.
pub(super) fn apply(
    source: &Source,
    place: Place,
    caller: Caller<'_>,
    settings: &mut Settings,
) -> Vec<Diagnostic> {
    let mut reading = Reading {
        source,
        caller,
        settings,
        problems: Vec::new(),
    };
    match DeTable::parse(&source.text) {
        Ok(document) => reading.find(document.get_ref(), place),
        Err(error) => {
            let message = error.message().replace('\n', ": ");
            reading.complain(
                error.span().unwrap_or(0..0),
                complaint(
                    message,
                    "correct the TOML; its grammar is at https://toml.io",
                ),
            );
        }
    }
    let mut problems = reading.problems;
    problems.sort_by_key(|problem| problem.span.as_ref().map(|span| span.start));
    problems
}

struct Reading<'r> {
    source: &'r Source,
    caller: Caller<'r>,
    settings: &'r mut Settings,
    problems: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn find(&mut self, document: &DeTable<'_>, place: Place) {
        if place == Place::Top {
            return self.read(document);
        }
        let mut table = document;
        for part in ["package", "metadata", "migrate"] {
            // That such a line is there does not make it a table: it may appear in a string.
            match table.get(part).map(Spanned::get_ref) {
                Some(DeValue::Table(inner)) => table = inner,
                _ => return,
            }
        }
        self.read(table);
    }

    fn read(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = match option::key(key.get_ref(), "setting") {
                Ok(name) => name,
                Err(complaint) => {
                    self.complain(key.span(), complaint);
                    continue;
                }
            };
            let mut said = self.settings.clone();
            let set = match (name, value.get_ref()) {
                ("lint", DeValue::Table(levels)) => {
                    if self.caller.named.contains(&name) {
                        // To be compared: the caller's levels are not the file's.
                        said.lint = Lint::default();
                    }
                    self.set_levels(&mut said, levels);
                    Ok(())
                }
                ("lint", _) => Err(complaint(
                    "`lint` is not a table",
                    "write `[lint]`, and below it `deny = [\"…\"]`, `warn` or `allow`",
                )),
                ("assume" | "after" | "assume_extensions", value) => {
                    said.clear(name);
                    set_list(&mut said, name, value)
                }
                ("start_after", DeValue::Integer(number)) => {
                    said.set(name, &number.to_string(), Notation::Toml)
                }
                (_, DeValue::String(text)) => said.set(name, text, Notation::Toml),
                _ => Err(complaint(
                    format!("`{name}` is not a string"),
                    "write it in quotes",
                )),
            };
            match set {
                Ok(()) => self.take(name, said, value.span()),
                Err(complaint) => self.complain(value.span(), complaint),
            }
        }
    }

    /// The rules that `[lint]` names. What is wrong with one of them is said at its place.
    fn set_levels(&mut self, settings: &mut Settings, table: &DeTable<'_>) {
        for (key, value) in table {
            let level = match option::level(key.get_ref()) {
                Ok(level) => level,
                Err(complaint) => {
                    self.complain(key.span(), complaint);
                    continue;
                }
            };
            let DeValue::Array(rules) = value.get_ref() else {
                let wrong = complaint(
                    format!("`{}` is not a list", key.get_ref()),
                    "write names of rules in brackets: `[\"rename\"]`",
                );
                self.complain(value.span(), wrong);
                continue;
            };
            for rule in rules {
                let set = match rule.get_ref() {
                    DeValue::String(id) => settings.set_level(id, level, self.caller.rules),
                    _ => Err(complaint("this is not a string", "write it in quotes")),
                };
                if let Err(complaint) = set {
                    self.complain(rule.span(), complaint);
                }
            }
        }
    }

    /// One setting; where the caller has named it as well, only a comparison.
    fn take(&mut self, key: &str, said: Settings, span: Span) {
        if !self.caller.named.contains(&key) {
            *self.settings = said;
        } else if let Some(difference) =
            said.difference(key, self.settings, "here", "in embed_migrations!")
        {
            let help = format!(
                "remove `{key}` from embed_migrations!: the program `migrate` reads this file only"
            );
            self.complain(span, complaint(difference, help));
        }
    }

    fn complain(&mut self, span: Span, complaint: Complaint) {
        let problem = Diagnostic::error(RULE, &self.source.file, complaint.message);
        self.problems.push(problem.at(span).help(complaint.help));
    }
}

/// Sets a list of strings; a single string is a list of one.
fn set_list(settings: &mut Settings, key: &str, value: &DeValue<'_>) -> Result<(), Complaint> {
    let wrong = || {
        complaint(
            format!("`{key}` is not a list of strings"),
            format!("write it in brackets and quotes: `{key} = [\"…\"]`"),
        )
    };
    match value {
        DeValue::String(text) => settings.set(key, text, Notation::Toml),
        DeValue::Array(items) => {
            for item in items {
                match item.get_ref() {
                    DeValue::String(text) => settings.set(key, text, Notation::Toml)?,
                    _ => return Err(wrong()),
                }
            }
            Ok(())
        }
        _ => Err(wrong()),
    }
}

fn complaint(message: impl Into<String>, help: impl Into<String>) -> Complaint {
    Complaint {
        message: message.into(),
        help: help.into(),
    }
}

#[cfg(test)]
mod tests;
