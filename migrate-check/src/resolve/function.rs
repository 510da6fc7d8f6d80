//! Functions that a statement calls or names.

use std::cmp::Ordering;
use std::str::Lines;

use migrate_sql::grammar::Node;
use migrate_sql::scanner::{Keyword as K, Token};

use super::Resolver;
use super::builtin::is_type;
use super::cursor::{Cursor, QualifiedName};
use super::names::Names;
use super::report::{OUTSIDE, Rule, create_extension};
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
    lists: Vec<(&'static str, List)>,
    /// Those that have been found before: extensions only bring more.
    found: Names,
}

/// Names in the order of their bytes, one a line. They are searched as they are: to make strings of them would cost more
/// than all searches of most sets.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct List(&'static str);

impl List {
    /// All of them.
    pub(super) fn names(self) -> Lines<'static> {
        self.0.lines()
    }

    /// Whether a name is one of them.
    pub(super) fn has(self, name: &str) -> bool {
        let mut left = self.0;
        loop {
            let middle = left.len() / 2;
            let (before, after) = left.as_bytes().split_at(middle);
            let start = middle - length_of_end(before);
            let end = middle + length_of_start(after);
            let Some(line) = left.get(start..end).filter(|line| !line.is_empty()) else {
                return false;
            };
            let rest = match line.cmp(name) {
                Ordering::Equal => return true,
                Ordering::Less => left.get(end + 1..),
                Ordering::Greater => left.get(..start),
            };
            left = rest.unwrap_or_default();
        }
    }
}

/// How much of a line is at the end of a text.
const fn length_of_end(text: &[u8]) -> usize {
    let mut left = text;
    while let [rest @ .., last] = left
        && *last != b'\n'
    {
        left = rest;
    }
    text.len() - left.len()
}

/// How much of a line is at the beginning of a text.
const fn length_of_start(text: &[u8]) -> usize {
    let mut left = text;
    while let [first, rest @ ..] = left
        && *first != b'\n'
    {
        left = rest;
    }
    text.len() - left.len()
}

impl Functions {
    fn read() -> Self {
        let mut lists = Vec::new();
        let mut rest = LISTS;
        while let Some((_, after)) = rest.split_once('[') {
            let Some((name, names)) = after.split_once(']') else {
                break;
            };
            let end = names.find('[').unwrap_or(names.len());
            let (names, others) = names.split_at(end);
            lists.push((name, List(names.trim_start())));
            rest = others;
        }
        Self {
            lists,
            found: Names::default(),
        }
    }

    /// Whether PostgreSQL or one of these extensions has a function of this name.
    fn has(&mut self, name: &str, extensions: &[String]) -> bool {
        if self.found.contains(name) {
            return true;
        }
        for (of, names) in &self.lists {
            let is_there = *of == "pg_catalog" || extensions.iter().any(|known| known == of);
            if is_there && names.has(name) {
                self.found.insert(name.to_owned());
                return true;
            }
        }
        false
    }

    /// An extension that has it.
    fn extension_with(&self, name: &str) -> Option<&'static str> {
        let mut lists = self.lists.iter().filter(|(of, _)| !CATALOGS.contains(of));
        lists.find(|(_, names)| names.has(name)).map(|(of, _)| *of)
    }
}

impl Resolver {
    /// Refuses a statement that calls a function that surely does not exist.
    pub(super) fn require_functions(&mut self, text: &str, tokens: &[Token], calls: &[Node<'_>]) {
        if self.has_unknown_functions() {
            return;
        }
        // What `CALL` itself calls; its arguments may call functions.
        let mut statement = Cursor::new(text, tokens);
        let procedure = statement.accept(K::Call).then(|| statement.range().start);
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
                let kind = if procedure == Some(name.range.start) {
                    "procedure"
                } else {
                    "function"
                };
                self.refuse_function(kind, &name, arguments);
            }
        }
    }

    /// The function of a trigger.
    pub(super) fn require_function_of(&mut self, text: &str, tokens: &[Token], root: Node<'_>) {
        let name = root.child(s::FUNCTION_NAME);
        if let Some(name) = name.and_then(|name| within(text, tokens, name).name())
            && self.lacks_function(&name)
        {
            self.refuse_function("function", &name, "");
        }
    }

    /// What one of the catalogs holds.
    pub(super) fn builtins_of(&mut self, catalog: &str) -> List {
        if self.builtin_functions.lists.is_empty() {
            self.builtin_functions = Functions::read();
        }
        let mut lists = self.builtin_functions.lists.iter();
        let list = lists.find(|(of, _)| *of == catalog);
        list.map_or_else(List::default, |(_, names)| *names)
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
        let is_type = is_type(word)
            || self.world.types.iter().any(|known| known.name == word)
            || self.world.anywhere.contains(word)
            || word.ends_with("multirange");
        let mut relations = self.world.relations.iter();
        !is_type
            && !relations
                .any(|relation| relation.name == word || relation.columns.contains_key(word))
    }

    fn refuse_function(&mut self, kind: &str, name: &QualifiedName, arguments: &str) {
        if let Some(schema) = &name.schema
            && !self.may_have_schema(schema)
        {
            self.refuse_schema(&schema.clone(), &name.range);
            return;
        }
        let mut help = Vec::new();
        if let Some(extension) = self.builtin_functions.extension_with(&name.name) {
            help.push(create_extension(extension));
        } else {
            let mut known: Vec<&str> = self.functions.keys().map(String::as_str).collect();
            for (of, names) in &self.builtin_functions.lists {
                // PostgreSQL has no procedures of its own.
                if *of == "pg_catalog" && kind == "function" {
                    known.extend(names.names().map(|name| -> &str { name }));
                }
            }
            help.push(nearest(&name.name, known).map_or_else(
                || OUTSIDE.to_owned(),
                |near| format!("did you mean \"{near}\"?"),
            ));
        }
        if !self.is_quiet {
            let wanted = self
                .wanted
                .get_or_insert(&format!("{}()", name.name), Vec::new);
            wanted.push(self.problems.len());
        }
        let shown = name.shown();
        self.refuse_with(
            Rule::Unknown,
            &name.range,
            format!("{kind} {shown}({arguments}) does not exist"),
            help,
        );
        // Say it once.
        self.functions.get_or_insert(&name.name, Vec::new);
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
                let arguments = if item.is_done() { "" } else { "…" };
                self.refuse_function("function", &name, arguments);
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
