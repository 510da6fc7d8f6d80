//! Text that a function builds and runs: its first words say what it may change.

use super::Resolver;
use super::world::open;

impl Resolver {
    /// Does, perhaps, what a built statement does. `built` is its literal parts; values may be anywhere between them.
    pub(super) fn run_template(&mut self, built: &str) {
        let lower = built.to_ascii_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        let is_one = !lower.trim_end().trim_end_matches(';').contains(';');
        let has = |what: &str| lower.contains(what);
        match words.as_slice() {
            _ if !is_one || has("cascade") && !has("drop trigger") => self.world.forget(),
            [
                "grant" | "revoke" | "comment" | "analyze" | "vacuum" | "refresh" | "notify"
                | "insert" | "update" | "delete" | "lock" | "truncate" | "reindex",
                ..,
            ] => {}
            ["create" | "drop" | "alter", "trigger" | "policy", ..]
            | ["create", "constraint", "trigger", ..]
            | ["create", "or", "replace", "trigger", ..] => {
                self.hook_named(&lower);
                for relation in &mut self.world.relations {
                    relation.open |= open::TRIGGERS | open::POLICIES;
                    relation.soften_hooks();
                }
            }
            ["create", "index" | "sequence", ..] | ["create", "unique", "index", ..] => {
                // A unique index may be what a foreign key rests on.
                for relation in &mut self.world.relations {
                    relation.open |= open::CONSTRAINTS;
                }
                self.world.open_names();
            }
            ["alter", ..]
                if [
                    "owner to",
                    "row level security",
                    "disable trigger",
                    "enable trigger",
                ]
                .iter()
                .any(|what| has(what)) => {}
            ["alter", "table", ..] if only_adds_columns(&lower) => {
                for relation in &mut self.world.relations {
                    relation.open |= open::COLUMNS;
                }
            }
            _ => self.world.forget(),
        }
    }

    /// The function of a built trigger runs from here on: the one that it names, or any.
    fn hook_named(&mut self, lower: &str) {
        let is_named = |name: &&String| lower.contains(&name.to_ascii_lowercase());
        let mut hooked: Vec<String> = self.functions.keys().filter(is_named).cloned().collect();
        if hooked.is_empty() {
            hooked = self.functions.keys().cloned().collect();
        }
        for name in hooked {
            if self.hooked.insert(name) {
                self.armed = None;
            }
        }
    }
}

/// Whether all that an `ALTER TABLE` does is to add columns that bring nothing else.
fn only_adds_columns(lower: &str) -> bool {
    let others = [
        "drop",
        "rename",
        "alter column",
        "set ",
        "attach",
        "detach",
        "inherit",
        "constraint",
        "unique",
        "primary",
        "references",
        "serial",
        "generated",
        "validate",
    ];
    lower.contains("add column") && !others.iter().any(|other| lower.contains(other))
}
