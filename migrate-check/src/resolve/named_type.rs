//! Types, access methods and languages that a statement names.

use migrate_sql::scanner::{Keyword as K, Token};

use super::Resolver;
use super::builtin::{is_common, is_type};
use super::cursor::{Cursor, Word};
use super::nodes::Nodes;
use super::report::Rule;
use super::statement::within;
use crate::diagnostics::nearest;

impl Resolver {
    /// Refuses a statement with a type that surely does not exist: in casts, and of parameters and columns.
    pub(super) fn require_types(&mut self, text: &str, tokens: &[Token], nodes: &Nodes<'_>) {
        for node in &nodes.types {
            if is_common(node.text(text)) {
                continue;
            }
            let Some(name) = within(text, tokens, *node).name() else {
                continue;
            };
            let is_builtin =
                name.schema.is_none() && (is_type(&name.name) || name.name.contains("serial"));
            if !is_builtin {
                self.require_type(&name);
            }
        }
    }

    /// The types of a function's parameters and of what it returns, and its language.
    pub(super) fn require_types_of_function(
        &mut self,
        text: &str,
        tokens: &[Token],
        nodes: &Nodes<'_>,
    ) {
        let mut rest = Cursor::new(text, tokens);
        let mut language = None;
        while !rest.is_done() {
            if rest.accept(K::Language) {
                language = rest.string().or_else(|| rest.word());
            } else {
                rest.read();
            }
        }
        let Some(language) = language else {
            // It is `sql`, of which the body is part of the statement.
            return;
        };
        let lower = Word {
            name: language.name.to_ascii_lowercase(),
            range: language.range,
        };
        self.require_builtin("language", "pg_language", &lower);
        // A function in C may be there before the type that it is for.
        if matches!(lower.name.as_str(), "sql" | "plpgsql") {
            self.require_types(text, tokens, nodes);
        }
    }

    /// `USING gist` of an index.
    pub(super) fn require_access_method(&mut self, method: &Word) {
        self.require_builtin("access method", "pg_am", method);
    }

    /// Something that only PostgreSQL, an extension or a statement of its own makes.
    fn require_builtin(&mut self, what: &str, list: &str, name: &Word) {
        if self.has_unknown_functions() || self.world.anywhere.contains(&name.name) {
            return;
        }
        let known = self.builtins_of(list);
        if known.has(&name.name) {
            return;
        }
        let near = nearest(&name.name, known.names());
        let help = near.map(|near| format!("did you mean \"{near}\"?"));
        self.refuse_with(
            Rule::Unknown,
            &name.range,
            format!("{what} \"{}\" does not exist", name.name),
            help.into_iter().collect(),
        );
    }

    /// `CREATE LANGUAGE` and `CREATE ACCESS METHOD`: what comes after `CREATE`.
    pub(super) fn make_builtin(&mut self, rest: Cursor<'_>) {
        for token in rest.tokens {
            let word = Cursor::new(rest.text, std::slice::from_ref(token)).word();
            self.world.anywhere.extend(word.map(|word| word.name));
        }
    }
}
