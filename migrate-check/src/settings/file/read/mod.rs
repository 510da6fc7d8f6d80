//! The settings file's text -> settings.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Caller, Place, RULE};
use crate::diagnostics::nearest;
use crate::diagnostics::{Diagnostic, Span};
use crate::files::Source;
use crate::layouts::Layout;
use crate::settings::{Level, Order, RuleNames, Settings, Syntax, judge_name};

/// Every setting there is. Each is an option of `embed_migrations!`, too.
const KEYS: [&str; 7] = [
    "layout",
    "order",
    "table",
    "schema",
    "syntax",
    "lint",
    "start_after",
];

/// What stands in `[lint]`.
const LEVELS: [(&str, Level); 3] = [
    ("deny", Level::Deny),
    ("warn", Level::Warn),
    ("allow", Level::Allow),
];

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
                message,
                "the file is in TOML: https://toml.io",
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

/// `start_after` was called `since`, which still works.
fn current_name(name: &str) -> &str {
    match name {
        "since" => "start_after",
        name => name,
    }
}

impl Reading<'_> {
    fn find(&mut self, document: &DeTable<'_>, place: Place) {
        if place == Place::Top {
            return self.read(document);
        }
        let mut table = document;
        for part in ["package", "metadata", "migrate"] {
            // That such a line is there does not make it a table: it may stand in a string.
            match table.get(part).map(Spanned::get_ref) {
                Some(DeValue::Table(inner)) => table = inner,
                _ => return,
            }
        }
        self.read(table);
    }

    fn read(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            let (name, key_span) = (current_name(key.get_ref()), key.span());
            if !KEYS.contains(&name) {
                let help = match nearest(name, KEYS) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => format!("the settings are `{}`", KEYS.join("`, `")),
                };
                self.complain(key_span, format!("unknown setting `{name}`"), help);
                continue;
            }
            let mut said = self.settings.clone();
            let set = match (name, value.get_ref()) {
                ("lint", DeValue::Table(levels)) => {
                    self.set_levels(&mut said, levels);
                    Ok(())
                }
                ("lint", _) => Err((
                    "`lint` is not a table".to_owned(),
                    "write `[lint]`, and below it `deny = [\"…\"]`, `warn` or `allow`".to_owned(),
                )),
                ("start_after", DeValue::Integer(number)) => {
                    set(&mut said, name, &number.to_string())
                }
                (_, DeValue::String(text)) => set(&mut said, name, text),
                _ => Err((
                    format!("`{name}` is not a string"),
                    "write it in quotes".to_owned(),
                )),
            };
            match set {
                Ok(()) => self.take(name, said, value.span()),
                Err((message, help)) => self.complain(value.span(), message, help),
            }
        }
    }

    /// The rules that `[lint]` names. What is wrong with one of them is said at its place.
    fn set_levels(&mut self, settings: &mut Settings, table: &DeTable<'_>) {
        for (key, value) in table {
            let named = LEVELS.iter().find(|(name, _)| *name == key.get_ref());
            let Some((_, level)) = named else {
                let name = key.get_ref();
                let help = "the levels are `deny`, `warn` and `allow`";
                self.complain(key.span(), format!("unknown level `{name}`"), help);
                continue;
            };
            let DeValue::Array(rules) = value.get_ref() else {
                let message = format!("`{}` is not a list", key.get_ref());
                self.complain(
                    value.span(),
                    message,
                    "write names of rules in brackets: `[\"rename\"]`",
                );
                continue;
            };
            for rule in rules {
                if let Err((message, help)) =
                    set_level(settings, self.caller.rules, rule.get_ref(), *level)
                {
                    self.complain(rule.span(), message, help);
                }
            }
        }
    }

    /// One setting; where the caller has named it as well, only a comparison.
    fn take(&mut self, key: &str, said: Settings, span: Span) {
        if !self.caller.named.contains(&key) {
            *self.settings = said;
        } else if said != *self.settings {
            self.complain(
                span,
                format!(
                    "`{key}` is this here, and something else in the call of embed_migrations!"
                ),
                "say it here only: the program `migrate` reads this file as well",
            );
        }
    }

    fn complain(&mut self, span: Span, message: String, help: impl Into<String>) {
        let problem = Diagnostic::error(RULE, &self.source.file, message);
        self.problems.push(problem.at(span).help(help));
    }
}

/// Gives a rule a level.
fn set_level(
    settings: &mut Settings,
    rules: &RuleNames,
    rule: &DeValue<'_>,
    level: Level,
) -> Result<(), (String, String)> {
    let DeValue::String(id) = rule else {
        return Err((
            "this is not a string".to_owned(),
            "write it in quotes".to_owned(),
        ));
    };
    let find = |names: &[&'static str]| names.iter().copied().find(|name| name == id);
    match (find(&rules.allowable), find(&rules.fixed)) {
        (None, None) => {
            let names = rules.allowable.iter().chain(&rules.fixed).copied();
            Err((
                format!("unknown rule `{id}`"),
                match nearest(id, names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`migrate rules` lists them".to_owned(),
                },
            ))
        }
        (None, Some(_)) if level < Level::Deny => Err((
            format!("`{id}` cannot be allowed"),
            "what it reports could not be applied and recorded as it is".to_owned(),
        )),
        (Some(name), _) | (None, Some(name)) => {
            settings.lint.set(name, level);
            Ok(())
        }
    }
}

fn set(settings: &mut Settings, key: &str, value: &str) -> Result<(), (String, String)> {
    let unknown = |words: &[&str]| {
        let help = match nearest(value, words.iter().copied()) {
            Some(known) => format!("did you mean {known:?}?"),
            None => format!("it is one of \"{}\"", words.join("\", \"")),
        };
        (format!("unknown {key} {value:?}"), help)
    };
    match key {
        "order" => {
            settings.order = match value {
                "alphabetical" => Order::Alphabetical,
                "numeric" => Order::Numeric,
                _ => return Err(unknown(&["alphabetical", "numeric"])),
            }
        }
        "syntax" => {
            settings.syntax = match value {
                "on" => Syntax::On,
                "off" => Syntax::Off,
                _ => return Err(unknown(&["on", "off"])),
            }
        }
        "layout" => {
            let names = Layout::ALL.map(Layout::name);
            settings.layout = Layout::named(value).ok_or_else(|| unknown(&names))?;
        }
        "start_after" => {
            let version = value.parse().map_err(|_| {
                (
                    format!("{value:?} is not a version"),
                    "give the version of the newest file to skip, e.g. 20250131093000".to_owned(),
                )
            })?;
            settings.start_after = Some(version);
        }
        "table" => {
            judge_name("table", value)?;
            value.clone_into(&mut settings.table.name);
        }
        _ => {
            judge_name("schema", value)?;
            value.clone_into(&mut settings.table.schema);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
