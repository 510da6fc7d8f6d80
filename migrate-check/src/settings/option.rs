//! The settings by name: which there are, what each may be, and what is said of a value that is none.
//!
//! The options of `embed_migrations!`, the settings file and the program's options all come through here, so
//! that they take the same values and refuse the same mistakes.

use super::{Level, Order, RuleNames, Settings, Syntax};
use crate::diagnostics::nearest;
use crate::layouts::Layout;

/// Every setting there is.
pub const KEYS: [&str; 10] = [
    "layout",
    "order",
    "table",
    "schema",
    "syntax",
    "lint",
    "start_after",
    "assume",
    "after",
    "assume_extensions",
];

/// Where a setting is written, which decides how its values are spelled there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// An option of `embed_migrations!`: values are words, `golang_migrate`.
    Rust,
    /// The settings file: values are strings, `"golang-migrate"`.
    Toml,
    /// An option of the program: `golang-migrate`.
    CommandLine,
}

/// Why a setting cannot be what it is given as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What one can do about it.
    pub help: String,
}

impl Notation {
    /// A value as it was written.
    fn quote(self, value: &str) -> String {
        match self {
            Self::Rust | Self::CommandLine => format!("`{value}`"),
            Self::Toml => format!("{value:?}"),
        }
    }

    /// A value as one would write it.
    fn suggest(self, value: &str) -> String {
        match self {
            Self::Rust => self.quote(&value.replace('-', "_")),
            Self::Toml | Self::CommandLine => self.quote(value),
        }
    }
}

impl Complaint {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
        }
    }

    /// Not one of the words that `key` can be.
    fn unknown(key: &str, value: &str, words: &[&str], notation: Notation) -> Self {
        let help = if let Some(near) = nearest(value, words.iter().copied()) {
            format!("did you mean {}?", notation.suggest(near))
        } else {
            let words: Vec<String> = words.iter().map(|word| notation.suggest(word)).collect();
            format!("use one of {}", words.join(", "))
        };
        Self::new(format!("unknown {key} {}", notation.quote(value)), help)
    }
}

/// The setting of that name, or of the name that it had before: `start_after` was `since`.
///
/// # Errors
/// There is none; `kind` is what the caller calls one, e.g. `option`.
pub fn key(name: &str, kind: &str) -> Result<&'static str, Complaint> {
    let name = match name {
        "since" => "start_after",
        name => name,
    };
    let known = KEYS.into_iter().find(|key| *key == name);
    known.ok_or_else(|| {
        let help = match nearest(name, KEYS) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the {kind}s are `{}`", KEYS.join("`, `")),
        };
        Complaint::new(format!("unknown {kind} `{name}`"), help)
    })
}

/// The level of that name.
///
/// # Errors
/// There is none.
pub fn level(name: &str) -> Result<Level, Complaint> {
    match name {
        "deny" => Ok(Level::Deny),
        "warn" => Ok(Level::Warn),
        "allow" => Ok(Level::Allow),
        _ => Err(Complaint::new(
            format!("unknown level `{name}`"),
            "the levels are `deny`, `warn` and `allow`",
        )),
    }
}

impl Settings {
    /// Sets one of the settings that are a single value: all but `lint`. One that is a list gets another entry.
    ///
    /// # Errors
    /// The setting cannot be that, or there is no such setting.
    pub fn set(&mut self, key: &str, value: &str, notation: Notation) -> Result<(), Complaint> {
        let unknown = |words: &[&str]| Complaint::unknown(key, value, words, notation);
        match key {
            "layout" => {
                let names = Layout::ALL.map(Layout::name);
                self.layout = Layout::named(value).ok_or_else(|| unknown(&names))?;
            }
            "order" => {
                self.order = match value {
                    "alphabetical" => Order::Alphabetical,
                    "numeric" => Order::Numeric,
                    _ => return Err(unknown(&["alphabetical", "numeric"])),
                }
            }
            "syntax" => {
                self.syntax = match value {
                    "on" => Syntax::On,
                    "off" => Syntax::Off,
                    _ => return Err(unknown(&["on", "off"])),
                }
            }
            "start_after" => {
                let version = value.parse().map_err(|_| {
                    Complaint::new(
                        format!("{} is not a version", notation.quote(value)),
                        "give the version of the newest file to skip, e.g. 20250131093000",
                    )
                })?;
                self.start_after = Some(version);
            }
            "assume" | "after" | "assume_extensions" => {
                if value.is_empty() {
                    return Err(Complaint::new(
                        format!("`{key}` names nothing"),
                        "leave the setting out if there is nothing to name",
                    ));
                }
                if let Some(list) = self.surroundings.list(key) {
                    list.push(value.to_owned());
                }
            }
            "table" => {
                judge_table(value, notation)?;
                value.clone_into(&mut self.table.name);
            }
            "schema" => {
                judge_name("schema", value)?;
                value.clone_into(&mut self.table.schema);
            }
            other => {
                self::key(other, "setting")?;
                return Err(Complaint::new(
                    format!("`{other}` has no single value"),
                    "give each rule its level",
                ));
            }
        }
        Ok(())
    }

    /// Gives a rule a level, one of `rules`.
    ///
    /// # Errors
    /// There is no such rule, or it cannot have that level.
    pub fn set_level(
        &mut self,
        id: &str,
        level: Level,
        rules: &RuleNames,
    ) -> Result<(), Complaint> {
        let find = |names: &[&'static str]| names.iter().copied().find(|name| *name == id);
        match (find(&rules.allowable), find(&rules.fixed)) {
            (None, None) => {
                let names = rules.allowable.iter().chain(&rules.fixed).copied();
                let help = match nearest(id, names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => {
                        "run `migrate rules`, or read docs/rules.md, for their names".to_owned()
                    }
                };
                Err(Complaint::new(format!("unknown rule `{id}`"), help))
            }
            (None, Some(_)) if level < Level::Deny => Err(Complaint::new(
                format!("`{id}` cannot be allowed"),
                "remove it from the list: the statements that it reports fail when the migration runs",
            )),
            (Some(name), _) if level > Level::Allow && rules.left_out.contains(&name) => {
                Err(Complaint::new(
                    format!("`{name}` is not compiled in"),
                    "enable the feature `meaning` of migrate-runtime",
                ))
            }
            (Some(name), _) | (None, Some(name)) => {
                self.lint.set(name, level);
                Ok(())
            }
        }
    }

    /// How `key` differs from what it is in `other`, as the end of a sentence that begins with its name; None
    /// where it does not. `here` and `there` say where the two are written.
    #[cfg_attr(
        not(feature = "settings-file"),
        expect(dead_code, reason = "there is no file to compare with")
    )]
    pub(crate) fn difference(
        &self,
        key: &str,
        other: &Self,
        here: &str,
        there: &str,
    ) -> Option<String> {
        if key == "lint" {
            let level = |settings: &Self, rule: &str| settings.lint.chosen(rule);
            let differs = |rule: &&str| level(self, rule) != level(other, rule);
            let first = |settings: &Self| settings.lint.rules().filter(differs).min();
            let rule = first(self).or_else(|| first(other))?;
            let (own, others) = (level(self, rule), level(other, rule));
            let level = |level: Option<Level>| match level {
                Some(Level::Deny) => "denies",
                Some(Level::Warn) => "warns of",
                Some(Level::Allow) => "allows",
                None => "does not name",
            };
            let (own, others) = (level(own), level(others));
            return Some(format!(
                "`lint` {own} `{rule}` {here} but {others} it {there}"
            ));
        }
        let (own, others) = (self.value(key), other.value(key));
        (own != others).then(|| format!("`{key}` is {own} {here} but {others} {there}"))
    }

    /// What `key` is, as a person reads it.
    fn value(&self, key: &str) -> String {
        let word = match key {
            "layout" => self.layout.name(),
            "order" => match self.order {
                Order::Alphabetical => "alphabetical",
                Order::Numeric => "numeric",
            },
            "syntax" => match self.syntax {
                Syntax::On => "on",
                Syntax::Off => "off",
            },
            "table" => &self.table.name,
            "schema" => &self.table.schema,
            "assume" => &self.surroundings.assume.join(", "),
            "after" => &self.surroundings.after.join(", "),
            "assume_extensions" => &self.surroundings.extensions.join(", "),
            _ => {
                return self
                    .start_after
                    .map_or_else(|| "not set".to_owned(), |version| version.to_string());
            }
        };
        format!("{word:?}")
    }
}

/// PostgreSQL cuts longer names short (`NAMEDATALEN` less one).
const LONGEST_NAME: usize = 63;

/// The schema is a setting of its own.
fn judge_table(name: &str, notation: Notation) -> Result<(), Complaint> {
    let Some((schema, table)) = name.split_once('.') else {
        return judge_name("table", name);
    };
    // On the command line the table may be one that exists, and it may be named like that.
    if schema.is_empty() || table.is_empty() || notation == Notation::CommandLine {
        return judge_name("table", name);
    }
    let separator = match notation {
        Notation::Toml => "` and `",
        Notation::Rust | Notation::CommandLine => ", ",
    };
    Err(Complaint::new(
        format!("`{name}` is not the name of a table"),
        format!("name the schema separately: `schema = {schema:?}{separator}table = {table:?}`"),
    ))
}

/// Whether PostgreSQL can keep this name of a table or a schema as it is.
fn judge_name(what: &str, name: &str) -> Result<(), Complaint> {
    if name.is_empty() {
        Err(Complaint::new(
            format!("the {what}'s name is empty"),
            "leave the option out for the default",
        ))
    } else if name.contains('\0') {
        Err(Complaint::new(
            format!("the {what}'s name contains a NUL character"),
            "delete it: PostgreSQL has no such names",
        ))
    } else if name.len() > LONGEST_NAME {
        Err(Complaint::new(
            format!("the {what}'s name has {} bytes", name.len()),
            format!(
                "PostgreSQL keeps the first {LONGEST_NAME} bytes of a name: choose a shorter one"
            ),
        ))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{KEYS, Notation, key};
    use crate::layouts::Layout;
    use crate::settings::{Level, RuleNames, Settings};

    #[test]
    fn every_notation_takes_every_layout_in_both_spellings() {
        for layout in Layout::ALL {
            for value in [layout.name().to_owned(), layout.option()] {
                for notation in [Notation::Rust, Notation::Toml, Notation::CommandLine] {
                    let mut settings = Settings::default();
                    settings.set("layout", &value, notation).unwrap();
                    assert_eq!(settings.layout, layout);
                }
            }
        }
    }

    #[test]
    fn a_wrong_value_is_answered_in_the_notation_it_was_written_in() {
        let answer = |value: &str, notation| {
            let mut settings = Settings::default();
            let complaint = settings.set("layout", value, notation).unwrap_err();
            format!("{} | {}", complaint.message, complaint.help)
        };
        assert_eq!(
            answer("flyway_doted", Notation::Rust),
            "unknown layout `flyway_doted` | did you mean `flyway_dotted`?"
        );
        assert_eq!(
            answer("flyway-doted", Notation::Toml),
            "unknown layout \"flyway-doted\" | did you mean \"flyway-dotted\"?"
        );
        assert_eq!(
            answer("liquibase", Notation::CommandLine),
            "unknown layout `liquibase` | use one of `flat`, `sqlx`, `diesel`, `refinery`, `flyway`, \
             `flyway-dotted`, `golang-migrate`, `goose`, `sql-migrate`, `dbmate`, `prisma`"
        );
    }

    #[test]
    fn every_key_is_known_and_the_old_name_of_start_after_too() {
        for name in KEYS {
            assert_eq!(key(name, "option"), Ok(name));
        }
        assert_eq!(key("since", "option"), Ok("start_after"));
        let unknown = key("tabel", "option").unwrap_err();
        assert_eq!(unknown.message, "unknown option `tabel`");
        assert_eq!(unknown.help, "did you mean `table`?");
    }

    #[test]
    fn a_rule_that_is_not_compiled_in_is_not_switched_on_in_silence() {
        let rules = RuleNames {
            allowable: vec!["unknown-name"],
            left_out: vec!["unknown-name"],
            ..RuleNames::default()
        };
        let mut settings = Settings::default();
        let wrong = settings.set_level("unknown-name", Level::Deny, &rules);
        let wrong = wrong.unwrap_err();
        assert_eq!(wrong.message, "`unknown-name` is not compiled in");
        assert_eq!(
            wrong.help,
            "enable the feature `meaning` of migrate-runtime"
        );
        let allowed = settings.set_level("unknown-name", Level::Allow, &rules);
        assert_eq!(allowed, Ok(()));
    }
}
