//! Bodies of functions in SQL: PostgreSQL reads them when the function is created.

use std::rc::Rc;

use migrate_sql::grammar::{self, Node, Symbols};
use migrate_sql::scanner::{Keyword as K, Token, TokenKind, scan_dollar_quoted};

use super::cursor::{Cursor, Word};
use super::nodes::Nodes;
use super::routine::ident;
use super::scope::{Columns, Entry, Origin, Scope};
use super::statement::{named_relations, within};
use super::symbol as s;
use super::{Bodies, Resolver};

/// The statements of a body that is read: others change what exists while it runs.
const READ: Symbols = Symbols::of(&[s::SELECT, s::INSERT, s::UPDATE, s::DELETE]);

impl Resolver {
    /// Reads the body of a function in SQL.
    pub(super) fn read_body(&mut self, text: &str, tokens: &[Token], root: Node<'_>) {
        let Some(body) = self.body_of(text, tokens) else {
            return;
        };
        let Some(inner) = scan_dollar_quoted(text, body.range.clone()) else {
            return;
        };
        let parsed = grammar::parse(text, &inner, &[]);
        let mut statements = Vec::new();
        for sentence in &parsed.sentences {
            let root = parsed.tree(sentence).and_then(|tree| tree.only());
            let tokens = inner.get(sentence.tokens.clone());
            match root.zip(tokens) {
                Some((root, tokens)) if READ.holds(root.symbol()) => {
                    statements.push((tokens, root));
                }
                _ => return,
            }
        }
        let names: Vec<String> = root
            .find_all(s::PARAMETER)
            .filter_map(|name| Some(within(text, tokens, name).word()?.name))
            .collect();
        let function = root.child(s::FUNCTION_NAME);
        let function = function.and_then(|name| within(text, tokens, name).name());
        let parameters = Entry {
            name: function.map(|name| name.name),
            origin: Origin::Query(Columns {
                names: names.clone(),
                is_open: false,
                count: None,
            }),
            renamed: Vec::new(),
        };
        let path = self.world.path.clone();
        if let Some(OwnPath(own)) = own_path(Cursor::new(text, tokens)) {
            self.world.path = own;
        }
        for (tokens, root) in statements {
            let nodes = Nodes::of(root);
            for name in named_relations(text, tokens, &nodes) {
                self.require(&name);
            }
            let mut scope = Scope::new(0..usize::MAX, Rc::new(vec![parameters.clone()]));
            scope.names.clone_from(&names);
            self.check_statement(text, tokens, root, &nodes, scope);
            let mut after = Cursor::new(text, tokens);
            if after.accept(K::Insert) {
                self.insert(after, root);
            } else if after.is(K::Update) {
                self.change_rows(after, &[]);
            }
        }
        self.world.path = path;
    }

    /// The body, if the server reads it and types are no part of the question.
    fn body_of(&self, text: &str, tokens: &[Token]) -> Option<Word> {
        if self.bodies == Bodies::Skipped {
            return None;
        }
        let mut rest = Cursor::new(text, tokens);
        let mut language = None;
        let mut body = None;
        while !rest.is_done() {
            if rest.accept(K::Language) {
                language = rest.string().or_else(|| rest.word());
            } else if rest.accept(K::As) {
                if rest.tokens.first()?.kind == TokenKind::String {
                    body = rest.string();
                }
            } else {
                let token = rest.read()?;
                // A polymorphic function is not read before it is called.
                if ident(text, token).is_some_and(|name| name.starts_with("any")) {
                    return None;
                }
            }
        }
        language.filter(|language| language.name.eq_ignore_ascii_case("sql"))?;
        body
    }
}

/// A `search_path`; none where it cannot be read.
struct OwnPath(Option<Vec<String>>);

/// The `search_path` with which a function runs; none where it has no own.
fn own_path(mut rest: Cursor<'_>) -> Option<OwnPath> {
    while rest.seek(&[K::Set]) {
        rest.read();
        let is_path = rest
            .tokens
            .first()
            .is_some_and(|token| ident(rest.text, token).as_deref() == Some("search_path"));
        if !is_path {
            continue;
        }
        rest.read();
        if !rest.accept(K::To) && !rest.accept_char(b'=') {
            return Some(OwnPath(None));
        }
        let mut path = Vec::new();
        loop {
            match rest.string().or_else(|| rest.word()) {
                Some(word) if word.name == "$user" || word.name.is_empty() => {}
                Some(word) if word.name == "default" => return Some(OwnPath(None)),
                Some(word) => path.push(word.name),
                None => return Some(OwnPath(None)),
            }
            if !rest.accept_char(b',') {
                return Some(OwnPath(Some(path)));
            }
        }
    }
    None
}
