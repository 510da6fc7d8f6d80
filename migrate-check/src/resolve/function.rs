//! Functions that a statement calls or names.

use migrate_sql::grammar::Node;
use migrate_sql::scanner::{Keyword as K, Token};

use super::Resolver;
use super::builtin::TYPES;
use super::cursor::{Cursor, QualifiedName};
use super::report::{OUTSIDE, Rule};
use super::statement::within;
use super::symbol as s;
use crate::diagnostics::nearest;

/// What PostgreSQL 13 to 18 and the extensions that come with them bring, by name: after `[pg_catalog]`, the name of the
/// extension, `[pg_am]` or `[pg_language]` a name a line, in the order of their bytes. `cargo xtask functions` asks servers
/// for them; PostgreSQL and these extensions are under the PostgreSQL License.
const LISTS: &str = include_str!("functions.txt");

/// Lists of other things than functions: access methods and languages, of PostgreSQL and of extensions.
const CATALOGS: [&str; 2] = ["pg_am", "pg_language"];

/// The functions of PostgreSQL and of extensions, as lists to search.
#[derive(Debug, Default)]
pub(super) struct Functions {
    lists: Vec<(&'static str, Vec<&'static str>)>,
}

impl Functions {
    fn read() -> Self {
        let mut lists: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
        for line in LISTS.lines() {
            if let Some(name) = line.strip_prefix('[') {
                lists.push((name.trim_end_matches(']'), Vec::new()));
            } else if let Some((_, names)) = lists.last_mut() {
                names.push(line);
            }
        }
        Self { lists }
    }

    /// Whether PostgreSQL or one of these extensions has a function of this name.
    fn has(&self, name: &str, extensions: &[String]) -> bool {
        let mut lists = self.lists.iter();
        lists.any(|(of, names)| {
            (*of == "pg_catalog" || extensions.iter().any(|known| known == of))
                && names.binary_search(&name).is_ok()
        })
    }

    /// An extension that has it.
    fn extension_with(&self, name: &str) -> Option<&'static str> {
        let mut lists = self.lists.iter().filter(|(of, _)| !CATALOGS.contains(of));
        lists
            .find(|(_, names)| names.binary_search(&name).is_ok())
            .map(|(of, _)| *of)
    }
}

impl Resolver {
    /// Refuses a statement that calls a function that surely does not exist.
    pub(super) fn require_functions(&mut self, text: &str, tokens: &[Token], calls: &[Node<'_>]) {
        if self.has_unknown_functions() {
            return;
        }
        for call in calls {
            let Some(node) = call.child(s::FUNCTION_NAME) else {
                continue;
            };
            let Some(name) = within(text, tokens, node).name() else {
                continue;
            };
            if self.lacks_function(&name) {
                let has_arguments = within(text, tokens, *call).tokens.len()
                    > within(text, tokens, node).tokens.len() + 2;
                let arguments = if has_arguments { "…" } else { "" };
                self.refuse_function(&name, arguments);
            }
        }
    }

    /// The function of a trigger.
    pub(super) fn require_function_of(&mut self, text: &str, tokens: &[Token], root: Node<'_>) {
        let name = root.child(s::FUNCTION_NAME);
        if let Some(name) = name.and_then(|name| within(text, tokens, name).name())
            && self.lacks_function(&name)
        {
            self.refuse_function(&name, "");
        }
    }

    /// What one of the catalogs holds.
    pub(super) fn builtins_of(&mut self, catalog: &str) -> Vec<&'static str> {
        if self.builtin_functions.lists.is_empty() {
            self.builtin_functions = Functions::read();
        }
        let mut lists = self.builtin_functions.lists.iter();
        let list = lists.find(|(of, _)| *of == catalog);
        list.map_or_else(Vec::new, |(_, names)| names.clone())
    }

    /// Whether there may be functions that are not known by name.
    pub(super) const fn has_unknown_functions(&self) -> bool {
        self.has_strangers || self.world.schemas_open
    }

    /// Whether there is surely no function, and nothing else that is called like one.
    pub(super) fn lacks_function(&mut self, name: &QualifiedName) -> bool {
        if self.has_unknown_functions() || self.functions.contains_key(&name.name) {
            return false;
        }
        if name.schema.as_deref() == Some("information_schema") {
            return false;
        }
        if self.builtin_functions.lists.is_empty() {
            self.builtin_functions = Functions::read();
        }
        if self.builtin_functions.has(&name.name, &self.extensions) {
            return false;
        }
        // `name(x)` may be a cast, or the column of a row.
        let word = name.name.as_str();
        let is_type = TYPES.contains(&word)
            || self.world.types.iter().any(|known| known.name == word)
            || self.world.by_name.contains_key(word)
            || self.world.anywhere.contains(word)
            || word.ends_with("multirange");
        let mut relations = self.world.relations.iter();
        !is_type && !relations.any(|relation| relation.columns.contains_key(word))
    }

    fn refuse_function(&mut self, name: &QualifiedName, arguments: &str) {
        if let Some(schema) = &name.schema
            && !self.may_have_schema(schema)
        {
            self.refuse_schema(&schema.clone(), &name.range);
            return;
        }
        let mut help = Vec::new();
        if let Some(extension) = self.builtin_functions.extension_with(&name.name) {
            help.push(format!(
                "create the extension that brings it in an earlier file: `CREATE EXTENSION \"{extension}\"`"
            ));
        } else {
            let own = self.functions.keys().map(String::as_str);
            let lists = self.builtin_functions.lists.iter();
            let all = lists
                .filter(|(of, _)| *of == "pg_catalog")
                .flat_map(|(_, names)| names.iter().copied());
            help.push(nearest(&name.name, own.chain(all)).map_or_else(
                || OUTSIDE.to_owned(),
                |near| format!("did you mean \"{near}\"?"),
            ));
        }
        if !self.is_quiet {
            let wanted = self.wanted.entry(format!("{}()", name.name)).or_default();
            wanted.push(self.problems.len());
        }
        let shown = name.shown();
        self.refuse_with(
            Rule::Unknown,
            &name.range,
            format!("function {shown}({arguments}) does not exist"),
            help,
        );
        // Say it once.
        self.functions.entry(name.name.clone()).or_default();
    }

    /// `DROP FUNCTION`, `ALTER FUNCTION`, `COMMENT ON FUNCTION`: what comes after the word.
    pub(super) fn name_functions(&mut self, mut rest: Cursor<'_>, is_drop: bool) {
        let guard = rest.accept_all(&[K::If, K::Exists]);
        if guard {
            return;
        }
        let items = if is_drop { rest.split() } else { vec![rest] };
        for mut item in items {
            let Some(name) = item.name() else { continue };
            if self.lacks_function(&name) {
                self.refuse_function(&name, if item.is_done() { "" } else { "…" });
            } else if is_drop
                && let Some(bodies) = self.functions.get(&name.name)
                && bodies.len() == 1
            {
                self.functions.remove(&name.name);
                self.armed = None;
            }
        }
    }
}
