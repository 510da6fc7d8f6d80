//! What is wrong with a statement, and what a reader is told about it.

use std::ops::Range;

use super::Resolver;
use super::cursor::{QualifiedName, Word};
use super::world::{Found, Id, Past, Place, Presence, TEMPORARY, column_key};
use crate::diagnostics::{Diagnostic, RuleRemark, nearest};
use crate::files::Direction;

/// A statement about something that does not exist, or is something else.
pub(crate) const UNKNOWN: &str = "unknown-name";

/// A statement that what exists by then rules out.
pub(crate) const CONTRADICTION: &str = "contradicts-schema";

/// What helps where a name is like no other.
pub(super) const OUTSIDE: &str = "if something outside of this directory makes it, declare that in migrate.toml \
    or in the options of `embed_migrations!`: `assume = [\"base.sql\"]`, `after = \"../other-set\"` or `assume_extensions = [\"…\"]`";

/// What helps where the message says what to change.
const CERTAIN: &str =
    "correct or delete the statement: it fails wherever the files before it have run";

/// Which of the two it is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    Unknown,
    Contradiction,
}

impl Resolver {
    /// Refuses a statement whose message says all that is to be said.
    pub(super) fn refuse(&mut self, rule: Rule, range: &Range<usize>, message: String) {
        self.refuse_with(rule, range, message, vec![CERTAIN.to_owned()]);
    }

    /// Refuses the statement, with help.
    pub(super) fn refuse_with(
        &mut self,
        rule: Rule,
        range: &Range<usize>,
        message: String,
        help: Vec<String>,
    ) {
        if self.is_quiet {
            return;
        }
        let id = match rule {
            Rule::Unknown => UNKNOWN,
            Rule::Contradiction => CONTRADICTION,
        };
        let span = range.start + self.offset..range.end + self.offset;
        let mut problem = Diagnostic::error(id, &*self.file, message)
            .at(span)
            .remark(RuleRemark::Allowable);
        problem.help = help;
        self.problems.push(problem);
    }

    /// Where the statement that is read is.
    pub(super) fn place(&mut self, start: usize, text: &str) -> Place {
        let before = text.get(self.counted.0..start).unwrap_or_default();
        if start >= self.counted.0 {
            self.counted = (start, self.counted.1 + before.matches('\n').count());
        }
        Place {
            file: self.file.clone(),
            line: self.counted.1 + 1,
        }
    }

    /// A relation that surely does not exist.
    pub(super) fn refuse_missing(&mut self, what: &str, name: &QualifiedName) {
        let shown = name.shown();
        let near = self.nearest_relation(&name.name);
        let help = self.help_for(&name.name, near);
        if !self.is_quiet {
            let wanted = self.wanted.get_or_insert(&name.name, Vec::new);
            wanted.push(self.problems.len());
        }
        self.refuse_with(
            Rule::Unknown,
            &name.range,
            format!("{what} \"{shown}\" does not exist"),
            help,
        );
        // Say it once: from here on it may be there.
        self.world.anywhere.insert(name.name.clone());
    }

    fn nearest_relation(&self, name: &str) -> Option<String> {
        let mut names = Vec::new();
        for schema in self.world.schemas.values() {
            names.extend(schema.relations.keys().map(String::as_str));
        }
        // Of two that are equally near, the first one of the alphabet.
        names.sort_unstable();
        nearest(name, names.into_iter().filter(|known| *known != name)).map(str::to_owned)
    }

    /// What became of a name, or the one that is most like it.
    pub(super) fn help_for(&self, key: &str, near: Option<String>) -> Vec<String> {
        let mut help = Vec::new();
        match self.world.past.get(key) {
            Some(Past {
                renamed_to: Some(new),
                place,
            }) => help.push(format!(
                "use the new name: {}:{} renames it to \"{new}\"",
                place.file, place.line
            )),
            Some(Past {
                renamed_to: None,
                place,
            }) => help.push(format!(
                "delete the statement, or undo the drop in {}:{}",
                place.file, place.line
            )),
            None => {
                if let Some(extension) = super::builtin::extension_with(key) {
                    help.push(create_extension(extension));
                } else {
                    help.push(near.map_or_else(
                        || OUTSIDE.to_owned(),
                        |near| format!("did you mean \"{near}\"?"),
                    ));
                }
            }
        }
        help
    }

    /// A column that surely does not exist.
    pub(super) fn refuse_column(&mut self, id: Id, column: &Word, message: String) {
        let Some(relation) = self.world.relation(id) else {
            return;
        };
        let key = column_key(&relation.name, &column.name);
        let columns = relation.columns.keys().map(String::as_str);
        let near = nearest(&column.name, columns).map(str::to_owned);
        let help = self.help_for(&key, near);
        self.refuse_with(Rule::Unknown, &column.range, message, help);
        if let Some(relation) = self.world.relations.get_mut(id) {
            relation.columns.insert(
                column.name.clone(),
                super::world::Column {
                    presence: Presence::Maybe,
                    data_type: None,
                },
            );
        }
    }

    /// A type that surely does not exist.
    pub(super) fn refuse_type(&mut self, name: &QualifiedName) {
        let types = self.world.types.iter().map(|found| found.name.as_str());
        let known = types.chain(super::builtin::TYPES.iter().copied());
        let near = nearest(&name.name, known).map(str::to_owned);
        let help = self.help_for(&name.name, near);
        self.refuse_with(
            Rule::Unknown,
            &name.range,
            format!("type \"{}\" does not exist", name.shown()),
            help,
        );
        self.world.anywhere.insert(name.name.clone());
    }

    /// Something that surely exists already.
    pub(super) fn refuse_taken(&mut self, range: &Range<usize>, message: String, made: &Place) {
        let mut help = Vec::new();
        if !made.file.is_empty() {
            help.push(format!(
                "choose another name, or alter what {}:{} creates",
                made.file, made.line
            ));
        }
        self.refuse_with(Rule::Contradiction, range, message, help);
    }

    /// The relation that must be there: refuses the statement if it surely is not.
    pub(super) fn require(&mut self, name: &QualifiedName) -> Option<Id> {
        match self.world.find(name) {
            Found::Sure(id) => Some(id),
            Found::Maybe(id) => {
                // The statement runs, so a table that may have been dropped has not.
                let is_it = !self.world.may_be_other(&name.name);
                if let Some(relation) = self.world.relations.get_mut(id)
                    && is_it
                    && relation.is_table()
                    && relation.schema != TEMPORARY
                {
                    relation.presence = Presence::Sure;
                }
                Some(id)
            }
            Found::Unknown => None,
            Found::Absent => {
                if let Some(schema) = &name.schema
                    && !self.world.schemas.contains_key(schema)
                {
                    self.refuse_schema(&schema.clone(), &name.range);
                    return None;
                }
                self.refuse_missing("relation", name);
                None
            }
        }
    }

    /// A schema that surely does not exist.
    pub(super) fn refuse_schema(&mut self, schema: &str, range: &Range<usize>) {
        // Those that were missing before may be there by now, but are none to propose.
        let known = self.world.schemas.iter();
        let known = known.filter(|(_, known)| known.presence == Presence::Sure);
        let near = nearest(schema, known.map(|(name, _)| name.as_str())).map(str::to_owned);
        let help = self.help_for(schema, near);
        self.refuse_with(
            Rule::Unknown,
            range,
            format!("schema \"{schema}\" does not exist"),
            help,
        );
        self.world.schemas.insert(
            schema.to_owned(),
            super::world::Schema::new(Presence::Maybe, true),
        );
    }

    /// Refuses the statement if the column surely is not there.
    pub(super) fn require_column(&mut self, id: Id, column: &Word) {
        let Some(relation) = self.world.relation(id) else {
            return;
        };
        if self.lacks_column(id, &column.name) {
            let message = format!(
                "column \"{}\" of relation \"{}\" does not exist",
                column.name, relation.name
            );
            self.refuse_column(id, column, message);
        }
    }

    /// Whether a relation surely has no such column.
    pub(super) fn lacks_column(&self, id: Id, column: &str) -> bool {
        self.world.relation(id).is_some_and(|relation| {
            !relation.is_open(super::world::open::COLUMNS)
                && !relation.columns.contains_key(column)
                && !is_system_column(column)
        })
    }

    /// Something has been created: who asked for it too early learns where it is.
    pub(super) fn note_created(&mut self, name: &str, place: &Place) {
        if self.direction == Some(Direction::Down) {
            return;
        }
        for index in self.wanted.remove(name).into_iter().flatten() {
            if let Some(problem) = self.problems.get_mut(index) {
                problem.help.retain(|help| help != OUTSIDE);
                problem.help.insert(
                    0,
                    format!(
                        "move the statement to a later file: {}:{} creates it",
                        place.file, place.line
                    ),
                );
            }
        }
    }
}

/// What helps where an extension brings what is not there.
pub(super) fn create_extension(extension: &str) -> String {
    format!(
        "create the extension that brings it in an earlier file: `CREATE EXTENSION \"{extension}\"`"
    )
}

/// The columns that every table has.
pub(super) fn is_system_column(name: &str) -> bool {
    matches!(
        name,
        "ctid" | "xmin" | "xmax" | "cmin" | "cmax" | "tableoid" | "oid"
    )
}
