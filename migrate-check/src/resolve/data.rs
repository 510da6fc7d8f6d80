//! Statements about rows, and settings of the session.

use migrate_sql::grammar::Node;
use migrate_sql::scanner::Keyword as K;

use super::Resolver;
use super::cursor::Cursor;
use super::report::Rule;
use super::world::{Id, Kind, TEMPORARY, open};

impl Resolver {
    pub(super) fn insert(&mut self, mut rest: Cursor<'_>, _root: Node<'_>) {
        rest.accept(K::Into);
        let Some(name) = rest.name() else { return };
        let Some(id) = self.require(&name) else {
            return;
        };
        if rest.accept(K::As) {
            rest.word();
        }
        let mut inner = rest;
        let mut columns = None;
        if let Some(list) = inner.brackets() {
            let is_query = list.is(K::Select)
                || list.is(K::Values)
                || list.is(K::With)
                || list.is(K::Table)
                || list.is_char(b'(');
            if !is_query {
                rest = inner;
                columns = Some(list.split());
            }
        }
        let mut seen = Vec::new();
        for column in columns.iter().flatten() {
            let mut column = *column;
            let Some(word) = column.word() else { continue };
            self.require_column(id, &word);
            if column.is_done() && seen.contains(&word.name) {
                let message = format!("column \"{}\" specified more than once", word.name);
                self.refuse(Rule::Contradiction, &word.range, message);
            }
            seen.push(word.name);
        }
        if rest.accept(K::Overriding) {
            rest.read();
            rest.accept(K::Value);
        }
        if !rest.is(K::Values) {
            return;
        }
        rest.read();
        let targets = match &columns {
            Some(columns) => Some((columns.len(), true)),
            None => self.count_columns(id).map(|count| (count, false)),
        };
        if let Some((targets, is_exact)) = targets {
            self.count_values(rest, targets, is_exact);
        }
    }

    /// How many columns a table has at most; none where that is not known.
    pub(super) fn count_columns(&self, id: Id) -> Option<usize> {
        let relation = self.world.relation(id)?;
        let is_known = relation.is_table() && !relation.is_open(open::COLUMNS);
        is_known.then_some(relation.columns.len())
    }

    /// Compares each row of `VALUES` with the number of columns that it is for.
    fn count_values(&mut self, mut rest: Cursor<'_>, targets: usize, is_exact: bool) {
        while let Some(row) = rest.brackets() {
            let values = row.split();
            // `(t).*` stands for any number.
            let is_countable = !row
                .tokens
                .windows(2)
                .any(|pair| matches!(pair, [a, b] if a.is_char(b'.') && b.is_char(b'*')));
            let (message, at) = if !is_countable {
                return;
            } else if values.len() > targets {
                (
                    "INSERT has more expressions than target columns",
                    values.get(targets).map(Cursor::range),
                )
            } else if values.len() < targets && is_exact {
                (
                    "INSERT has more target columns than expressions",
                    Some(row.range()),
                )
            } else {
                if !rest.accept_char(b',') {
                    return;
                }
                continue;
            };
            let range = at.unwrap_or_else(|| row.range());
            self.refuse_with(
                Rule::Contradiction,
                &range,
                message.to_owned(),
                vec![format!(
                    "give each row {targets} value{}: this one has {}",
                    if targets == 1 { "" } else { "s" },
                    values.len()
                )],
            );
            return;
        }
    }

    /// `UPDATE` and `DELETE`: the columns that are set.
    pub(super) fn change_rows(&mut self, mut rest: Cursor<'_>, _relations: &[Option<Id>]) {
        if !rest.accept(K::Update) {
            return;
        }
        rest.accept(K::Only);
        let is_bracketed = rest.accept_char(b'(');
        let Some(name) = rest.name() else { return };
        if is_bracketed {
            rest.accept_char(b')');
        }
        let Some(id) = self.world.known(&name) else {
            return;
        };
        if !rest.seek(&[K::Set]) {
            return;
        }
        rest.accept(K::Set);
        let mut end = rest;
        end.seek(&[K::From, K::Where, K::Returning]);
        let length = rest.tokens.len() - end.tokens.len();
        let list = Cursor::new(rest.text, rest.tokens.get(..length).unwrap_or_default());
        for mut item in list.split() {
            let columns = if item.is_char(b'(') {
                item.words()
            } else {
                item.word().into_iter().collect()
            };
            for column in columns {
                self.require_column(id, &column);
            }
        }
    }

    pub(super) fn copy(&mut self, mut rest: Cursor<'_>) {
        rest.accept(K::Binary);
        if rest.is_char(b'(') {
            return;
        }
        let Some(name) = rest.name() else { return };
        let Some(id) = self.require(&name) else {
            return;
        };
        for column in rest.words() {
            self.require_column(id, &column);
        }
    }

    /// `SELECT … INTO table`
    pub(super) fn select(&mut self, mut rest: Cursor<'_>) {
        let text = rest.text;
        let mut before = None;
        while let Some(token) = rest.read() {
            if token.is(K::Into) && !matches!(before, Some(K::Insert | K::Merge)) {
                rest.accept(K::Local);
                rest.accept(K::Global);
                let temporary = rest.accept(K::Temp) || rest.accept(K::Temporary);
                rest.accept(K::Unlogged);
                rest.accept(K::Table);
                if let Some(name) = rest.name()
                    && let super::create::Made::New(id) =
                        self.make(&name, Kind::Table, false, temporary, text)
                {
                    self.open(id, open::COLUMNS);
                }
                return;
            }
            before = token.keyword();
        }
    }

    /// `SET`, `RESET`, `DISCARD`: what becomes of `search_path`.
    pub(super) fn set(&mut self, mut rest: Cursor<'_>) {
        if rest.accept(K::Discard) {
            self.world.path = self.world.home.clone();
            if let Some(temporary) = self.world.schemas.get(TEMPORARY) {
                let held: Vec<Id> = temporary.relations.values().copied().collect();
                for id in held {
                    self.world.remove(id);
                }
            }
            return;
        }
        if rest.accept(K::Reset) {
            if rest.is(K::All) || Self::is_path(rest) {
                self.world.path = self.world.home.clone();
            }
            return;
        }
        rest.accept(K::Set);
        let is_local = rest.accept(K::Local);
        rest.accept(K::Session);
        let is_schema = rest.accept(K::Schema);
        if !is_schema && !Self::is_path(rest) {
            return;
        }
        if !is_schema {
            rest.read();
            if !rest.accept(K::To) {
                rest.accept_char(b'=');
            }
        }
        if is_local || rest.is(K::Default) || rest.is(K::From) {
            self.world.path = None;
            return;
        }
        let mut path = Vec::new();
        for mut item in rest.split() {
            match item.string().or_else(|| item.word()) {
                Some(word) if word.name == "$user" => {}
                Some(word) => path.push(word.name),
                None => {
                    self.world.path = None;
                    return;
                }
            }
        }
        self.world.path = Some(path);
    }

    fn is_path(rest: Cursor<'_>) -> bool {
        rest.tokens.first().is_some_and(|token| {
            rest.text
                .get(token.range())
                .is_some_and(|word| word.trim_matches('"').eq_ignore_ascii_case("search_path"))
        })
    }

    /// `IMPORT FOREIGN SCHEMA … INTO local`
    pub(super) fn import(&mut self, mut rest: Cursor<'_>) {
        if rest.seek(&[K::Into])
            && rest.accept(K::Into)
            && let Some(schema) = rest.word()
            && let Some(schema) = self.world.schemas.get_mut(&schema.name)
        {
            schema.is_open = true;
        }
    }

    /// A relation that a possible statement makes, drops or changes may be there, with any parts.
    pub(super) fn touch(&mut self, id: Id) {
        if let Some(relation) = self.world.relations.get_mut(id) {
            relation.soften();
            relation.open = open::ALL;
        }
        self.open_with_names(id, open::ALL);
        self.open_children(id);
    }
}
