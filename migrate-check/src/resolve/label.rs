//! Values of enums that a statement writes: PostgreSQL reads a literal when it reads the statement.

use migrate_sql::scanner::{Keyword as K, TokenKind};

use super::Resolver;
use super::builtin::is_type;
use super::cursor::{Cursor, Word};
use super::report::Rule;
use super::table::{TypeUse, is_of_many, read_type};
use super::world::{Found, Id, Presence};
use crate::diagnostics::nearest;

impl Resolver {
    /// Refuses a statement that makes one of a type, as in `'open'::state`, of a literal that surely is none of its values.
    pub(super) fn require_labels(&mut self, start: Cursor<'_>) {
        // What is there already, or is not there, is not read.
        if start.has(K::If) {
            return;
        }
        let mut rest = start;
        while let [token, after @ ..] = rest.tokens {
            rest.tokens = after;
            let [cast, ..] = after else { return };
            if token.kind != TokenKind::String || cast.kind != TokenKind::Typecast {
                continue;
            }
            let mut literal = Cursor::new(start.text, std::slice::from_ref(token));
            rest.read();
            let Some(TypeUse::Named(name)) = read_type(&mut rest) else {
                continue;
            };
            let is_builtin = name.schema.is_none() && is_type(&name.name);
            let Some(label) = literal.string() else {
                continue;
            };
            if is_builtin || is_of_many(rest.tokens) {
                continue;
            }
            if let Found::Sure(id) = self.world.find_type(&name) {
                self.require_value(id, &label);
            }
        }
    }

    /// Refuses a literal that surely is none of the values of an enum.
    pub(super) fn require_value(&mut self, id: Id, label: &Word) {
        let Some(found) = self.world.types.get(id) else {
            return;
        };
        let Some(labels) = &found.labels else { return };
        if found.presence != Presence::Sure || labels.contains(&label.name) {
            return;
        }
        let near = nearest(&label.name, labels.iter().map(String::as_str));
        let help = near.map_or_else(
            || {
                format!(
                    "add it in an earlier file: `ALTER TYPE {} ADD VALUE '{}'`",
                    found.name,
                    label.name.replace('\'', "''")
                )
            },
            |near| format!("did you mean '{near}'?"),
        );
        let message = format!(
            "invalid input value for enum {}: \"{}\"",
            found.name, label.name
        );
        self.refuse_with(Rule::Unknown, &label.range, message, vec![help]);
    }
}
