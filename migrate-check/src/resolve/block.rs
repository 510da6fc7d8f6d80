//! `DO` blocks whose statements run whatever they find: these are read like any others.
//!
//! Such a block is a list of statements between `BEGIN` and `END`. It may also be a single statement with a handler for
//! the error that the object is there already, which is how several tools write `IF NOT EXISTS` where PostgreSQL has none.

use migrate_sql::grammar;
use migrate_sql::scanner::{Keyword as K, Token, scan_dollar_quoted};

use super::Resolver;
use super::cursor::{Cursor, Word};
use super::routine::ident;
use super::table;
use super::world::{Found, Presence, open};

/// Whether a statement of a block does something, as far as that is known before it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It makes something new.
    Runs,
    /// What it makes is there: its error is caught.
    IsCaught,
}

impl Resolver {
    /// Reads a block in the file's own text, if all of its statements run; whether that is so.
    pub(super) fn run_straight(&mut self, text: &str, body: &Word) -> bool {
        let Some(tokens) = scan_dollar_quoted(text, body.range.clone()) else {
            return false;
        };
        let Some(block) = Block::read(text, &tokens) else {
            return false;
        };
        if !block.caught.is_empty() {
            let [only] = block.statements.as_slice() else {
                return false;
            };
            match self.outcome(Cursor::new(text, only), &block.caught) {
                Some(Outcome::Runs) => {}
                Some(Outcome::IsCaught) => return true,
                None => return false,
            }
        }
        let mut whole = Vec::new();
        for statement in &block.statements {
            let parsed = grammar::parse(text, statement, &[]);
            match parsed.sentences.as_slice() {
                [only] if parsed.tree(only).is_some() => whole.push(parsed),
                _ => return false,
            }
        }
        for (statement, parsed) in block.statements.iter().zip(&whole) {
            let root = parsed.sentences.first();
            let root = root.and_then(|only| parsed.tree(only)?.only());
            if let Some(root) = root {
                self.statement(text, statement, root);
            }
        }
        true
    }

    /// What a statement does whose error is caught; none where that is not sure.
    fn outcome(&self, mut rest: Cursor<'_>, caught: &[String]) -> Option<Outcome> {
        let catches = |condition: &str| caught.iter().any(|name| name == condition);
        if rest.accept_all(&[K::Create, K::Type]) && catches("duplicate_object") {
            return match self.world.find_type(&rest.name()?) {
                Found::Absent => Some(Outcome::Runs),
                Found::Sure(_) => Some(Outcome::IsCaught),
                _ => None,
            };
        }
        if !rest.accept_all(&[K::Alter, K::Table]) {
            return None;
        }
        rest.accept(K::Only);
        let Found::Sure(id) = self.world.find(&rest.name()?) else {
            return None;
        };
        let [mut action] = rest.split().try_into().ok()?;
        let relation = self.world.relation(id)?;
        let named = if action.accept_all(&[K::Add, K::Constraint]) {
            let name = action.word()?;
            if !(action.is(K::Foreign) || action.is(K::Check)) || !catches("duplicate_object") {
                return None;
            }
            let known = relation.constraints.get(&name.name);
            (known.map(|known| known.presence), open::CONSTRAINTS)
        } else if action.accept(K::Add) && !table::is_constraint(action) {
            action.accept(K::Column);
            if action.is(K::If) || !catches("duplicate_column") {
                return None;
            }
            let known = relation.columns.get(&action.word()?.name);
            (known.map(|known| known.presence), open::COLUMNS)
        } else {
            return None;
        };
        match named {
            (Some(Presence::Sure), _) => Some(Outcome::IsCaught),
            (None, part) if !relation.is_open(part) => Some(Outcome::Runs),
            _ => None,
        }
    }
}

/// A block that has nothing but statements.
struct Block<'t> {
    statements: Vec<&'t [Token]>,
    /// The conditions whose errors are caught, and nothing done.
    caught: Vec<String>,
}

impl<'t> Block<'t> {
    fn read(text: &str, tokens: &'t [Token]) -> Option<Self> {
        let (first, rest) = tokens.split_first()?;
        if !first.is(K::Begin) {
            return None;
        }
        let mut block = Self {
            statements: Vec::new(),
            caught: Vec::new(),
        };
        let mut parts = rest.split(|token| token.is_char(b';'));
        let mut in_handlers = false;
        loop {
            let part = parts.next()?;
            let first = part.first()?;
            if first.is(K::End) {
                let is_last = part.len() == 1 && parts.all(<[Token]>::is_empty);
                return (is_last && (!in_handlers || !block.caught.is_empty())).then_some(block);
            }
            let begins_handlers = ident(text, first).as_deref() == Some("exception");
            if begins_handlers || (in_handlers && first.is(K::When)) {
                let handler = part.get(usize::from(begins_handlers)..)?;
                block.caught.extend(read_handler(text, handler)?);
                in_handlers = true;
                continue;
            }
            let changes = [K::Create, K::Alter, K::Drop, K::Comment];
            if in_handlers || !changes.iter().any(|keyword| first.is(*keyword)) {
                return None;
            }
            block.statements.push(part);
        }
    }
}

/// The conditions of `WHEN a OR b THEN NULL`, if all of them say that something is there already.
fn read_handler(text: &str, tokens: &[Token]) -> Option<Vec<String>> {
    let mut rest = Cursor::new(text, tokens);
    let mut conditions = Vec::new();
    if !rest.accept(K::When) {
        return None;
    }
    loop {
        let condition = rest.word()?.name;
        if !condition.starts_with("duplicate_") {
            return None;
        }
        conditions.push(condition);
        if !rest.accept(K::Or) {
            break;
        }
    }
    let is_nothing = rest.accept(K::Then) && rest.accept(K::Null) && rest.is_done();
    is_nothing.then_some(conditions)
}
