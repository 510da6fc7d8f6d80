//! `CREATE INDEX`

use migrate_sql::scanner::Keyword as K;

use super::Resolver;
use super::chosen;
use super::create::Made;
use super::cursor::{Cursor, QualifiedName, Word};
use super::world::{Id, Kind, open};

impl Resolver {
    pub(super) fn create_index(&mut self, mut rest: Cursor<'_>) {
        let is_unique = rest.accept(K::Unique);
        rest.accept(K::Index);
        rest.accept(K::Concurrently);
        let guard = rest.accept_all(&[K::If, K::Not, K::Exists]);
        let name = if rest.is(K::On) { None } else { rest.word() };
        rest.accept(K::On);
        let only = rest.accept(K::Only);
        let Some(table) = rest.name() else { return };
        let Some(id) = self.require(&table) else {
            // Where the table is, the index is.
            match name {
                Some(name) => {
                    self.world.anywhere.insert(name.name);
                }
                None => self.world.open_names(),
            }
            return;
        };
        if rest.accept(K::Using)
            && let Some(method) = rest.word()
        {
            self.require_access_method(&method);
        }
        let elements = rest.brackets().map_or_else(Vec::new, Cursor::split);
        let mut columns: Option<Vec<Word>> = Some(Vec::new());
        for mut element in elements {
            let word = element.word();
            let is_column = word.is_some() && !element.is_char(b'(') && !element.is_char(b'.');
            match word.filter(|_| is_column) {
                Some(word) => {
                    self.require_index_columns(id, std::slice::from_ref(&word));
                    if let Some(columns) = &mut columns {
                        columns.push(word);
                    }
                }
                None => columns = None,
            }
        }
        let mut included = Vec::new();
        if rest.accept(K::Include) {
            included = rest.words();
            self.require_index_columns(id, &included);
        }
        let is_partial = rest.has(K::Where);
        let Some(relation) = self.world.relation(id) else {
            return;
        };
        let (schema, owner) = (relation.schema.clone(), relation.name.clone());
        let has_children = relation.kind == Kind::Partitioned && !only;
        let name = name.or_else(|| {
            self.choose_index(&schema, &owner, columns.as_deref()?, &included)
                .map(|name| Word {
                    name,
                    range: table.range.clone(),
                })
        });
        let Some(name) = name else {
            self.open_with_names(id, 0);
            if is_unique {
                self.open(id, open::CONSTRAINTS);
            }
            return;
        };
        if has_children {
            self.open_children(id);
        }
        let in_schema = QualifiedName {
            schema: Some(schema),
            name: name.name,
            range: name.range,
        };
        let made = self.make(&in_schema, Kind::Index, guard, false, rest.text);
        if let Made::New(index) | Made::Uncertain(index) = made
            && let Some(index) = self.world.relations.get_mut(index)
        {
            index.table = Some(id);
            index.is_unique = is_unique;
            // The words of a condition may be columns.
            index.key = columns
                .filter(|_| !is_partial)
                .map(|columns| super::constraint::names(&columns));
            let is_known = matches!(made, Made::New(_));
            if let Made::New(id_of_index) | Made::Uncertain(id_of_index) = made
                && let Some(relation) = self.world.relations.get_mut(id)
            {
                relation.owned.push(id_of_index);
            }
            if !is_known && is_unique {
                self.open(id, open::CONSTRAINTS);
            }
        }
    }

    pub(super) fn require_index_columns(&mut self, id: Id, columns: &[Word]) {
        for column in columns {
            if self.lacks_column(id, &column.name) {
                let message = format!("column \"{}\" does not exist", column.name);
                self.refuse_column(id, column, message);
            }
        }
    }

    /// The name that PostgreSQL chooses for an index; none where that is not sure.
    pub(super) fn choose_index(
        &self,
        schema: &str,
        table: &str,
        columns: &[Word],
        included: &[Word],
    ) -> Option<String> {
        let mut names: Vec<&str> = Vec::new();
        for column in columns.iter().chain(included) {
            // The second of two gets a number.
            if names.contains(&column.name.as_str()) {
                return None;
            }
            names.push(&column.name);
        }
        let joined = chosen::join(names);
        self.choose(schema, table, Some(&joined), "idx")
    }
}
