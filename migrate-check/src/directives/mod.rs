//! Directives: what a file says about itself, in the comments before its first statement.
//!
//! ```sql
//! -- migrate: no-transaction
//! -- migrate: out-of-order
//! -- migrate: lock-timeout 10s
//! -- migrate: allow(drop-column) nothing has read it since March
//! ```
//!
//! An `allow` may also stand right above a later statement, and then holds for that one alone.
//!
//! A comment that a program reads must not fail silently: one that is misspelt, or that stands where
//! it has no effect, is an error.

mod comments;
mod further;
mod lock_timeout;
mod piece;

use std::time::Duration;

use self::comments::Leading;
pub(crate) use self::further::{Place, read_further};
use self::piece::Piece;
use crate::diagnostics::nearest;
use crate::diagnostics::{Diagnostic, Span};
use crate::migration::Transaction;
use crate::settings::RuleNames;

/// What the directives of one file say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Directives {
    /// `no-transaction`.
    pub(crate) transaction: Transaction,
    /// `out-of-order`, and where it says so.
    pub(crate) out_of_order: Option<Span>,
    /// `lock-timeout …`.
    pub(crate) lock_timeout: Option<Duration>,
    /// Every `allow(…) …` of a known rule.
    pub(crate) allows: Vec<Allow>,
    /// Where the leading comments end.
    end: usize,
}

/// `allow(<rule>) <reason>`: the findings of a rule are wanted in this file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Allow {
    /// The rule's name.
    pub(crate) rule: String,
    /// Where the name stands.
    pub(crate) span: Span,
    /// The statement below it; none if it stands at the top and holds for the file.
    pub(crate) statement: Option<Span>,
}

const NO_TRANSACTION: &str = "no-transaction";
const OUT_OF_ORDER: &str = "out-of-order";
const LOCK_TIMEOUT: &str = "lock-timeout";
const ALLOW: &str = "allow";
const KNOWN: [&str; 4] = [NO_TRANSACTION, OUT_OF_ORDER, LOCK_TIMEOUT, ALLOW];

const ALL_KNOWN: &str = "the directives are `no-transaction`, `out-of-order`, `lock-timeout <time>` and `allow(<rule>) <reason>`";

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
            Leading::Line(comment) => reader.line(comment),
            Leading::Block(comment) => reader.block(comment),
        }
    }
    (reader.read, reader.problems)
}

/// What a comment looks like.
enum Form<'t> {
    /// `-- migrate: …`: what follows the colon.
    Directive(Piece<'t>),
    /// `-- no-transaction`, as sqlx has it.
    NoTransaction,
    /// `-- Migrate: no-transaction`.
    Miscased,
    /// The mark of a tool that keeps both directions in one file.
    Foreign(Diagnostic),
}

impl<'t> Form<'t> {
    /// None for a comment that is only a comment.
    fn of(comment: Piece<'t>, file: &str) -> Option<Self> {
        let comment = comment.trim();
        if !comment.text.starts_with(['m', 'M', 'n', '+']) {
            return None;
        }
        // In sqlx a reason may follow.
        let (word, _) = comment.split_while(|character| !character.is_whitespace());
        if word.text == NO_TRANSACTION {
            return Some(Self::NoTransaction);
        }
        if word.text.starts_with('+') {
            return foreign(comment, word.text, file).map(Self::Foreign);
        }
        let (word, rest) = comment.split_while(is_of_word);
        if !word.text.eq_ignore_ascii_case("migrate") {
            return None;
        }
        let said = rest.trim().after(":")?;
        if word.text == "migrate" {
            return Some(Self::Directive(said.trim()));
        }
        // `-- Migrate: users to accounts` is prose.
        let (name, _) = said.trim().split_while(is_of_word);
        KNOWN.contains(&name.text).then_some(Self::Miscased)
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
    fn line(&mut self, comment: Piece<'_>) {
        match Form::of(comment, self.file) {
            None => {}
            Some(Form::NoTransaction) => self.read.transaction = Transaction::None,
            Some(Form::Directive(said)) => self.directive(comment, said),
            Some(Form::Foreign(problem)) => self.problems.push(problem),
            Some(Form::Miscased) => {
                self.malformed(
                    comment.trim(),
                    "directives begin with `migrate:` in lower case",
                    "write `-- migrate: …`",
                );
            }
        }
    }

    /// A block comment is no place for directives; somebody may think it is.
    fn block(&mut self, comment: Piece<'_>) {
        if let Some(Form::Directive(said)) = Form::of(comment, self.file) {
            let (name, _) = said.split_while(is_of_word);
            if KNOWN.contains(&name.text) {
                self.malformed(
                    name,
                    "a directive in a block comment has no effect",
                    format!("write `-- migrate: {}` on a line of its own", said.text),
                );
            }
        }
    }

    fn directive(&mut self, comment: Piece<'_>, said: Piece<'_>) {
        let (name, argument) = said.split_while(is_of_word);
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
            ALLOW => self.allow(name, argument),
            "up" | "down" => self.problems.push(dbmate(name, self.file)),
            _ => self.unknown(comment, said, name),
        }
    }

    fn unknown(&mut self, comment: Piece<'_>, said: Piece<'_>, name: Piece<'_>) {
        let whole = if said.text.is_empty() {
            comment.trim()
        } else {
            said
        };
        let (place, message) = if name.text.is_empty() {
            (whole, "a directive without a name".to_owned())
        } else {
            (name, format!("unknown directive `{}`", name.text))
        };
        let mut problem =
            Diagnostic::error("unknown-directive", self.file, message).at(place.span());
        if let Some(near) = nearest(name.text, KNOWN) {
            problem = problem.help(format!("did you mean `{near}`?"));
            // Taken as meant, so that one slip of the pen is one error.
            if near == NO_TRANSACTION {
                self.read.transaction = Transaction::None;
            }
        }
        self.problems.push(problem.help(ALL_KNOWN));
    }

    fn no_argument(&mut self, name: Piece<'_>, argument: Piece<'_>) {
        if !argument.text.is_empty() {
            self.malformed(
                argument,
                format!("nothing may follow `{}`", name.text),
                "put a remark into a comment of its own, and each directive on its own line",
            );
        }
    }

    fn lock_timeout(&mut self, name: Piece<'_>, argument: Piece<'_>) {
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
                    "write a number and `ms`, `s` or `min`, such as `lock-timeout 10s`",
                );
            }
            Ok(_) if self.read.lock_timeout.is_some() => {
                self.malformed(place, "a second lock timeout", "keep one of the two");
            }
            Ok(timeout) => self.read.lock_timeout = Some(timeout),
        }
    }

    fn allow(&mut self, name: Piece<'_>, argument: Piece<'_>) {
        let Some((rule, reason)) = argument.after("(").and_then(|rest| rest.split_once(')')) else {
            self.malformed(
                name,
                "`allow` without a rule",
                "write `-- migrate: allow(<rule>) <reason>`",
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
                "an `allow` without a reason",
                format!(
                    "say why it is safe here: `-- migrate: allow({}) <reason>`",
                    rule.text
                ),
            );
        }
    }

    fn not_allowable(&mut self, rule: Piece<'_>, argument: Piece<'_>) {
        let name = rule.text;
        if self.rules.fixed.contains(&name) {
            self.malformed(
                rule,
                format!("`{name}` cannot be allowed"),
                "put right what it reports: the migration could not be applied and recorded as it is",
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
            None => "`migrate rules` lists them, and so does `docs/rules.md`".to_owned(),
        };
        self.problems.push(problem.help(help));
    }

    fn malformed(&mut self, place: Piece<'_>, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(
            Diagnostic::error("malformed-directive", self.file, message)
                .at(place.span())
                .help(help),
        );
    }
}

fn dbmate(name: Piece<'_>, file: &str) -> Diagnostic {
    let message = format!("`migrate:{}` is dbmate's mark", name.text);
    Diagnostic::error("foreign-mark", file, message)
        .at(name.span())
        .help("keep what applies the migration here, without the mark, and put what follows `-- migrate:down` into a file of the same name ending in `.down.sql`")
}

/// Left as they are, such files would be run from end to end: made and dropped again.
fn foreign(comment: Piece<'_>, mark: &str, file: &str) -> Option<Diagnostic> {
    let tool = match mark {
        "+goose" => "goose",
        "+migrate" => "sql-migrate",
        _ => return None,
    };
    Some(
        Diagnostic::error("foreign-mark", file, format!("`{mark}` is {tool}'s mark"))
            .at(comment.span())
            .help("keep what applies the migration here, without the marks, and put what reverts it into a file of the same name ending in `.down.sql`"),
    )
}
