//! Directives: comments at the top of a file that change how it is checked or run.
//!
//! ```sql
//! -- migrate: no-transaction
//! -- migrate: out-of-order
//! -- migrate: lock-timeout 10s
//! -- migrate: flush
//! -- migrate: allow(drop-column) nothing has read it since March
//! ```
//!
//! An `allow` directly above a later statement applies to that statement only. `-- migrate: alone` always applies to the
//! statement below it.
//!
//! A directive never fails silently: a misspelt one, or one in a place where it has no effect, is an error.

mod comments;
mod fragment;
mod lock_timeout;
mod statement_level;
mod unsent;

use std::time::Duration;

use self::comments::Leading;
use self::fragment::Fragment;
pub(crate) use self::statement_level::{Place, read_statement_level};
pub(crate) use self::unsent::remove;
use crate::diagnostics::nearest;
use crate::diagnostics::{Diagnostic, Span};
use crate::migration::Transaction;
use crate::settings::RuleNames;

/// The directives of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Directives {
    /// `no-transaction`.
    pub(crate) transaction: Transaction,
    /// The place of `out-of-order`, if the file has it.
    pub(crate) out_of_order: Option<Span>,
    /// `lock-timeout …`.
    pub(crate) lock_timeout: Option<Duration>,
    /// `flush`, and where it is.
    pub(crate) flush: Option<Span>,
    /// Every `allow(…) …` of a known rule.
    pub(crate) allows: Vec<Allow>,
    /// Every `alone`.
    pub(crate) alone: Vec<Alone>,
    /// The lines of directives that do not change what is sent to the server, in order.
    pub(crate) unsent: Vec<Span>,
    /// Where the leading comments end.
    end: usize,
}

/// `allow(<rule>) <reason>`: accepts what a rule finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Allow {
    /// The rule's name.
    pub(crate) rule: String,
    /// Where the rule's name is.
    pub(crate) span: Span,
    /// The statement below it; None if it is at the top and applies to the whole file.
    pub(crate) statement: Option<Span>,
}

/// `alone`: a statement of a `no-transaction` file is sent outside any transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alone {
    /// Where the directive is.
    pub(crate) span: Span,
    /// The statement below it; None if that is the first one of the file.
    pub(crate) statement: Option<Span>,
}

const NO_TRANSACTION: &str = "no-transaction";
const OUT_OF_ORDER: &str = "out-of-order";
const LOCK_TIMEOUT: &str = "lock-timeout";
const FLUSH: &str = "flush";
const ALLOW: &str = "allow";
const ALONE: &str = "alone";
const KNOWN: [&str; 6] = [
    NO_TRANSACTION,
    OUT_OF_ORDER,
    LOCK_TIMEOUT,
    FLUSH,
    ALLOW,
    ALONE,
];

const ALL_KNOWN: &str = "use `no-transaction`, `out-of-order`, `lock-timeout <time>`, `flush`, `allow(<rule>) <reason>` or `alone`";

/// Reads the directives of `file`.
pub(crate) fn read(file: &str, text: &str, rules: &RuleNames) -> (Directives, Vec<Diagnostic>) {
    let (comments, end) = comments::leading(text);
    let mut reader = Reader {
        file,
        rules,
        read: Directives {
            end,
            ..Directives::default()
        },
        problems: Vec::new(),
    };
    for comment in comments {
        match comment {
            Leading::Line(comment) => {
                reader.line(comment);
                reader.read.unsent.extend(unsent::line(text, comment));
            }
            Leading::Block(comment) => reader.block(comment),
        }
    }
    (reader.read, reader.problems)
}

/// The kinds of comment that matter here.
enum Form<'t> {
    /// `-- migrate: …`: the text after the colon.
    Directive(Fragment<'t>),
    /// `-- no-transaction`, as sqlx writes it.
    NoTransaction,
    /// `-- Migrate: no-transaction`: the text after the colon.
    Miscased(Fragment<'t>),
    /// A marker of another tool that keeps both directions in one file: the marker, and the tool.
    Foreign(Fragment<'t>, &'static str),
}

impl<'t> Form<'t> {
    /// None for an ordinary comment, without reading all of it.
    fn of(comment: Fragment<'t>) -> Option<Self> {
        let comment = comment.trim_start();
        if !comment.text.starts_with(['m', 'M', 'n', '+']) {
            return None;
        }
        let is_word = |prefix| {
            let rest = comment.after(prefix)?;
            let ends = !rest.text.starts_with(|next: char| !next.is_whitespace());
            ends.then(|| comment.until(rest))
        };
        // sqlx allows a reason after it.
        if is_word(NO_TRANSACTION).is_some() {
            return Some(Self::NoTransaction);
        }
        for (mark, tool) in [("+goose", "goose"), ("+migrate", "sql-migrate")] {
            if let Some(mark) = is_word(mark) {
                return Some(Self::Foreign(mark, tool));
            }
        }
        let (word, rest) = comment.split_at("migrate".len())?;
        if !word.text.eq_ignore_ascii_case("migrate") {
            return None;
        }
        let said = rest.trim_start().after(":")?;
        if word.text == "migrate" {
            return Some(Self::Directive(said.trim()));
        }
        // `-- Migrate: users to accounts` is prose.
        let (name, _) = said.trim_start().split_while(is_of_word);
        let is_known = KNOWN.contains(&name.text);
        is_known.then(|| Self::Miscased(said.trim()))
    }
}

fn is_of_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

struct Reader<'r> {
    file: &'r str,
    rules: &'r RuleNames,
    read: Directives,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn line(&mut self, comment: Fragment<'_>) {
        match Form::of(comment) {
            None => {}
            Some(Form::NoTransaction) => self.read.transaction = Transaction::None,
            Some(Form::Directive(directive)) => self.directive(comment, directive),
            Some(Form::Foreign(mark, tool)) => self.problems.push(foreign(self.file, mark, tool)),
            Some(Form::Miscased(directive)) => {
                self.malformed(
                    comment.trim(),
                    "`migrate:` is not in lower case",
                    format!("write `-- migrate: {}`", directive.text),
                );
            }
        }
    }

    /// Reports a directive in a block comment: it has no effect, and must not seem to have one.
    fn block(&mut self, comment: Fragment<'_>) {
        if let Some(Form::Directive(directive)) = Form::of(comment) {
            let (name, _) = directive.split_while(is_of_word);
            if KNOWN.contains(&name.text) {
                self.malformed(
                    name,
                    "a directive in a block comment has no effect",
                    format!(
                        "write `-- migrate: {}` on a line of its own",
                        directive.text
                    ),
                );
            }
        }
    }

    fn directive(&mut self, comment: Fragment<'_>, directive: Fragment<'_>) {
        let (name, argument) = directive.split_while(is_of_word);
        let argument = argument.trim();
        match name.text {
            NO_TRANSACTION => {
                self.read.transaction = Transaction::None;
                self.no_argument(name, argument);
            }
            OUT_OF_ORDER => {
                self.read.out_of_order = Some(comment.trim().span());
                self.no_argument(name, argument);
            }
            LOCK_TIMEOUT => self.lock_timeout(name, argument),
            FLUSH => {
                self.read.flush = Some(comment.trim().span());
                self.no_argument(name, argument);
            }
            ALLOW => self.allow(name, argument),
            ALONE => {
                self.read.alone.push(Alone {
                    span: comment.trim().span(),
                    statement: None,
                });
                self.no_argument(name, argument);
            }
            "up" | "down" => self.problems.push(foreign(self.file, name, "dbmate")),
            _ => self.unknown(comment, directive, name),
        }
    }

    fn unknown(&mut self, comment: Fragment<'_>, directive: Fragment<'_>, name: Fragment<'_>) {
        let whole = if directive.text.is_empty() {
            comment.trim()
        } else {
            directive
        };
        let (place, message) = if name.text.is_empty() {
            (whole, "no directive after `migrate:`".to_owned())
        } else {
            (name, format!("unknown directive `{}`", name.text))
        };
        let mut problem =
            Diagnostic::error("unknown-directive", self.file, message).at(place.span());
        if let Some(near) = nearest(name.text, KNOWN) {
            problem = problem.help(format!("did you mean `{near}`?"));
            // Take the likely meaning, so that one typo makes one error.
            if near == NO_TRANSACTION {
                self.read.transaction = Transaction::None;
            }
        }
        self.problems.push(problem.help(ALL_KNOWN));
    }

    fn no_argument(&mut self, name: Fragment<'_>, argument: Fragment<'_>) {
        if !argument.text.is_empty() {
            self.malformed(
                argument,
                format!("`{}` takes no argument", name.text),
                "move this to a separate comment",
            );
        }
    }

    fn lock_timeout(&mut self, name: Fragment<'_>, argument: Fragment<'_>) {
        let place = if argument.text.is_empty() {
            name
        } else {
            argument
        };
        match lock_timeout::parse(argument.text) {
            Err(message) => {
                self.malformed(
                    place,
                    message,
                    "write a number and its unit, `ms`, `s` or `min`: `-- migrate: lock-timeout 10s`",
                );
            }
            Ok(_) if self.read.lock_timeout.is_some() => {
                self.malformed(place, "duplicate `lock-timeout`", "delete one of the two");
            }
            Ok(timeout) => self.read.lock_timeout = Some(timeout),
        }
    }

    fn allow(&mut self, name: Fragment<'_>, argument: Fragment<'_>) {
        let Some((rule, reason)) = argument.after("(").and_then(|rest| rest.split_once(')')) else {
            self.malformed(
                name,
                "`allow` does not name a rule",
                "name it in parentheses: `-- migrate: allow(<rule>) <reason>`",
            );
            return;
        };
        let rule = rule.trim();
        if !self.rules.allowable.contains(&rule.text) {
            self.not_allowable(rule, argument);
            return;
        }
        self.read.allows.push(Allow {
            rule: rule.text.to_owned(),
            span: rule.span(),
            statement: None,
        });
        if reason.trim().text.is_empty() {
            self.malformed(
                rule,
                "`allow` gives no reason",
                format!(
                    "say why this is safe: `-- migrate: allow({}) <reason>`",
                    rule.text
                ),
            );
        }
    }

    fn not_allowable(&mut self, rule: Fragment<'_>, argument: Fragment<'_>) {
        let name = rule.text;
        if self.rules.fixed.contains(&name) {
            self.malformed(
                rule,
                format!("`{name}` cannot be allowed"),
                "fix the statement: it would fail when the migration runs",
            );
            return;
        }
        let place = if name.is_empty() { argument } else { rule };
        let problem =
            Diagnostic::error("unknown-rule", self.file, format!("unknown rule `{name}`"))
                .at(place.span());
        let allowable = self.rules.allowable.iter().copied();
        let help = match nearest(name, allowable) {
            Some(near) => format!("did you mean `{near}`?"),
            None if name.contains(',') => "write one `allow` for each rule".to_owned(),
            None => "run `migrate rules` for a list of the rules".to_owned(),
        };
        self.problems.push(problem.help(help));
    }

    fn malformed(
        &mut self,
        place: Fragment<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.problems.push(
            Diagnostic::error("malformed-directive", self.file, message)
                .at(place.span())
                .help(help),
        );
    }
}

/// Reports a marker of a tool that keeps both directions in one file. Without the error the whole file would run: it
/// would create its tables and drop them again.
fn foreign(file: &str, mark: Fragment<'_>, tool: &str) -> Diagnostic {
    let name = file.rsplit('/').next().unwrap_or_default();
    let stem = name.strip_suffix(".sql").unwrap_or(name);
    let stem = stem.strip_suffix(".up").unwrap_or(stem);
    let prefix = if tool == "dbmate" { "migrate:" } else { "" };
    let message = format!("`{prefix}{}` is a {tool} marker", mark.text);
    Diagnostic::error("foreign-mark", file, message)
        .at(mark.span())
        .help(format!(
            "delete the markers, and move the statements that revert this migration to `{stem}.down.sql`"
        ))
}
