//! Functions of the files: what their bodies do when something runs them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use migrate_sql::scanner::{Keyword as K, Token, TokenKind, scan, spelled};

use super::Resolver;
use super::cursor::Cursor;

/// The body of a function.
#[derive(Debug, Clone)]
pub(super) struct Body {
    text: String,
    language: Language,
    /// Whether it returns `trigger`, so that only triggers can depend on it.
    is_of_trigger: bool,
}

/// What a body is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    /// SQL or PL/pgSQL, which are read.
    Sql,
    /// Any other.
    Other,
}

/// Words that change what exists, or run text that does.
const ACTIVE: [K; 6] = [
    K::Create,
    K::Alter,
    K::Drop,
    K::Execute,
    K::Import,
    K::Rollback,
];

/// Functions without effect on what exists that follow an extension in a file.
const QUIET: &[&str] = &[
    "array",
    "array_agg",
    "avg",
    "cast",
    "ceil",
    "char_length",
    "clock_timestamp",
    "coalesce",
    "concat",
    "count",
    "currval",
    "date_trunc",
    "encode",
    "exists",
    "extract",
    "floor",
    "format",
    "gen_random_uuid",
    "generate_series",
    "greatest",
    "in",
    "json_build_object",
    "jsonb_build_object",
    "lastval",
    "least",
    "length",
    "lower",
    "max",
    "md5",
    "min",
    "nextval",
    "now",
    "nullif",
    "pg_advisory_xact_lock",
    "pg_advisory_lock",
    "pg_advisory_unlock",
    "pg_sleep",
    "random",
    "replace",
    "round",
    "row_number",
    "setval",
    "string_agg",
    "substring",
    "sum",
    "to_char",
    "to_timestamp",
    "trim",
    "unnest",
    "upper",
    "uuid_generate_v4",
    "values",
    "pg_get_serial_sequence",
    "to_regclass",
];

impl Resolver {
    /// Keeps the body of a function for the day when something calls it.
    pub(super) fn remember_function(&mut self, mut rest: Cursor<'_>) {
        let Some(name) = rest.name() else { return };
        let mut language = Language::Sql;
        let mut text = String::new();
        let mut is_of_trigger = false;
        while let Some(token) = rest.read() {
            if token.is(K::Language) {
                let word = rest.string().or_else(|| rest.word());
                let word = word.map(|word| word.name.to_ascii_lowercase());
                if !matches!(word.as_deref(), Some("sql" | "plpgsql" | "internal")) {
                    language = Language::Other;
                }
            } else if token.is(K::Returns) {
                is_of_trigger = rest.is(K::Trigger);
            } else if token.is(K::As)
                && let Some(body) = rest.string()
            {
                text = body.name;
            } else if token.is(K::Atomic) || token.is(K::Return) {
                let range = rest.range();
                rest.text
                    .get(range)
                    .unwrap_or_default()
                    .clone_into(&mut text);
            }
        }
        self.armed = None;
        let bodies = self.functions.get_or_insert(&name.name, Vec::new);
        bodies.push(Body {
            text,
            language,
            is_of_trigger,
        });
    }

    /// Whether the functions that a `DROP FUNCTION` names return `trigger`, those that may be there.
    pub(super) fn are_trigger_functions(&mut self, mut rest: Cursor<'_>) -> bool {
        let guard = rest.accept_all(&[K::If, K::Exists]);
        rest.split().into_iter().all(|mut item| {
            let Some(name) = item.name() else {
                return false;
            };
            match self.functions.get(&name.name) {
                Some(bodies) if !bodies.is_empty() => bodies.iter().all(|body| body.is_of_trigger),
                _ => guard && self.lacks_function(&name),
            }
        })
    }

    /// `ALTER FUNCTION f RENAME TO g`
    pub(super) fn rename_function(&mut self, mut rest: Cursor<'_>) {
        rest.read();
        let Some(old) = rest.name() else { return };
        if rest.seek(&[K::Rename]) {
            rest.read();
            rest.accept(K::To);
            if let Some(new) = rest.word()
                && let Some(bodies) = self.functions.get(&old.name).cloned()
            {
                self.functions
                    .get_or_insert(&new.name, Vec::new)
                    .extend(bodies);
                self.armed = None;
            }
        }
    }

    /// Runs what triggers, defaults and checks may run.
    pub(super) fn run_hooked(&mut self) {
        if self.hooked.is_empty() {
            return;
        }
        if self.armed.is_none() {
            let hooked = self.hooked.iter();
            let armed = hooked.filter(|name| self.is_active(name)).cloned();
            self.armed = Some(armed.collect());
        }
        let armed = self.armed.clone().unwrap_or_default();
        self.run(armed);
    }

    /// Whether a function may change what exists.
    pub(super) fn is_active(&self, name: &str) -> bool {
        let mut left = vec![name.to_owned()];
        let mut seen = BTreeSet::new();
        while let Some(name) = left.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            for body in self.functions.get(&name).into_iter().flatten() {
                if body.language == Language::Other {
                    return true;
                }
                let scanned = scan(&body.text);
                for token in &scanned.tokens {
                    if let Some(keyword) = token.keyword()
                        && ACTIVE.contains(&keyword)
                    {
                        return true;
                    }
                    if let Some(name) = ident(&body.text, token) {
                        if name == "set_config" || name == "search_path" {
                            return true;
                        }
                        if self.functions.contains_key(&name) {
                            left.push(name.into_owned());
                        }
                    }
                }
            }
        }
        false
    }

    /// Runs the functions of files that a statement names, and those that nothing is known of.
    pub(super) fn run_called(&mut self, start: Cursor<'_>) {
        let mut rest = start;
        let is_definition = rest.is(K::Comment)
            || rest.is(K::Grant)
            || rest.is(K::Revoke)
            || rest.is(K::Drop)
            || (rest.accept(K::Create) && {
                rest.accept_all(&[K::Or, K::Replace]);
                rest.is(K::Function) || rest.is(K::Procedure) || rest.is(K::Aggregate)
            })
            || (rest.accept(K::Alter) && (rest.is(K::Function) || rest.is(K::Procedure)));
        if is_definition {
            return;
        }
        let first = start.tokens.first().and_then(Token::keyword);
        let is_query = matches!(
            first,
            Some(
                K::Select
                    | K::Call
                    | K::With
                    | K::Insert
                    | K::Update
                    | K::Delete
                    | K::Merge
                    | K::Values
            )
        );
        if self.functions.is_empty() && !self.has_strangers && first != Some(K::Select) {
            return;
        }
        let mut called = Vec::new();
        let mut is_strange = false;
        let mut tokens = start.tokens;
        while let [token, others @ ..] = tokens {
            tokens = others;
            let Some(name) = ident(start.text, token) else {
                continue;
            };
            if self.functions.contains_key(&name) {
                called.push(name.into_owned());
            } else if is_query && others.first().is_some_and(|next| next.is_char(b'(')) {
                if name == "set_config" {
                    self.world.path = None;
                }
                if matches!(&*name, "query_to_xml" | "dblink_exec" | "dblink") {
                    is_strange = true;
                }
                is_strange |= self.has_strangers && !QUIET.contains(&&*name);
            }
        }
        if is_strange {
            self.world.forget();
        }
        if called.is_empty() {
            return;
        }
        for name in &called {
            if self.hooked.insert(name.clone()) {
                self.armed = None;
            }
        }
        self.run(called);
    }

    /// Runs functions, each once: what they may do may have happened.
    fn run(&mut self, names: Vec<String>) {
        let mut left = names;
        let mut seen = BTreeSet::new();
        while let Some(name) = left.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            for body in self.functions.get(&name).cloned().unwrap_or_default() {
                if body.language == Language::Other {
                    self.world.forget();
                } else {
                    left.append(&mut self.run_text(&body.text));
                }
            }
        }
    }

    /// `DO`
    pub(super) fn run_block(&mut self, mut rest: Cursor<'_>) {
        let mut body = None;
        while !rest.is_done() {
            if rest.accept(K::Language) {
                let word = rest.string().or_else(|| rest.word());
                if word.is_none_or(|word| !word.name.eq_ignore_ascii_case("plpgsql")) {
                    self.world.forget();
                    return;
                }
            } else if let Some(found) = rest.string() {
                body = Some(found);
            } else {
                rest.read();
            }
        }
        let Some(body) = body else { return };
        if self.run_straight(rest.text, &body) {
            return;
        }
        let called = self.run_text(&body.name);
        self.run(called);
    }

    /// What a body may do: the functions that it calls are left to the caller.
    fn run_text(&mut self, text: &str) -> Vec<String> {
        let scanned = scan(text);
        if !scanned.faults.is_empty() {
            self.world.forget();
            return Vec::new();
        }
        let mut called = Vec::new();
        for token in &scanned.tokens {
            if let Some(name) = ident(text, token) {
                if self.functions.contains_key(&name) {
                    called.push(name.into_owned());
                } else if name == "set_config" || name == "search_path" {
                    self.world.path = None;
                }
            }
        }
        if self.has_strangers {
            let pairs = scanned.tokens.windows(2);
            let is_strange = pairs
                .filter(|pair| matches!(pair, [_, next] if next.is_char(b'(')))
                .filter_map(|pair| ident(text, pair.first()?))
                .any(|name| !QUIET.contains(&&*name) && !self.functions.contains_key(&name));
            if is_strange {
                self.world.forget();
            }
        }
        self.possible(text, &scanned.tokens);
        called
    }
}

/// The name that a token is, if it is one that is no keyword.
pub(super) fn ident<'t>(text: &'t str, token: &Token) -> Option<Cow<'t, str>> {
    match token.kind {
        TokenKind::Ident | TokenKind::UnicodeIdent => spelled(text, token, '\\'),
        _ => None,
    }
}
