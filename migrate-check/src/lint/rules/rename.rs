//! A table, a column, a schema or an enum value is renamed, or a table moved to another schema.
//!
//! Every running release uses the old name and fails from that moment on; the new release fails until it
//! happens.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users RENAME COLUMN name TO full_name;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users RENAME TO accounts;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! Add what has the new name, let the application write both, and drop the old one in a later release:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN full_name text;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! A table can go by both names at once: rename it, and in the same file create a view of the old name.
//! Then say so: `-- migrate: allow(rename) <reason>`. Names that no application uses, of constraints,
//! indexes, triggers and the like, can be changed at will:
//!
//! ```sql
//! ALTER INDEX users_email_idx RENAME TO users_address_idx;
//! ```

use migrate_sql::ast::Relation;
use migrate_sql::ast::symbols as w;
use migrate_sql::scanner::Keyword as K;

use crate::diagnostics::Diagnostic;
use crate::files::Direction;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "rename",
    level: Level::Warn,
    summary: "a name that a running release may use is changed",
    allowable: true,
    source: include_str!("rename.rs"),
    check: Check::Statement(
        &[w::RENAME_STATEMENT, w::ALTER_OBJECT_SCHEMA, w::ALTER_ENUM],
        check,
    ),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    if scene.subject.direction == Direction::Down {
        return Vec::new();
    }
    let Some(old) = used_name(scene) else {
        return Vec::new();
    };
    let message = format!("a release that still runs may use {old}");
    vec![
        scene
            .find(&RULE, scene.said.node, message)
            .help("add what has the new name, let the application use both, and drop the old one in a later release"),
    ]
}

/// What loses its name, if anybody may know it by that.
fn used_name(scene: &Scene<'_>) -> Option<String> {
    let mut rest = scene.subject.source.reader(scene.said.node);
    rest.accept(K::Alter);
    if rest.accept(K::Schema) {
        return Some(format!("the schema `{}`", rest.name()?));
    }
    if rest.accept(K::Type) {
        let name = Relation::of(rest.qualified_name()?)?;
        if !rest.accept_all(&[K::Rename, K::Value]) || !scene.is_in_use(&name) {
            return None;
        }
        return Some(format!("the value '{}' of `{name}`", rest.string()?));
    }
    rest.accept_any(&[K::Materialized, K::Foreign]);
    if !rest.accept_any(&[K::Table, K::View]) {
        return None;
    }
    rest.accept_all(&[K::If, K::Exists]);
    rest.accept(K::Only);
    let name = Relation::of(rest.qualified_name()?)?;
    rest.accept_char(b'*');
    if !scene.is_in_use(&name) {
        return None;
    }
    if rest.accept_all(&[K::Set, K::Schema]) || rest.accept_all(&[K::Rename, K::To]) {
        return Some(format!("`{name}`"));
    }
    if rest.accept_all(&[K::Rename, K::Constraint]) || !rest.accept(K::Rename) {
        return None;
    }
    rest.accept(K::Column);
    Some(format!("`{}` of `{name}`", rest.name()?))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_down};

    #[test]
    fn names_that_applications_use_are_found() {
        for (sql, name) in [
            ("ALTER TABLE IF EXISTS a.t RENAME TO u", "`a.t`"),
            ("ALTER TABLE t RENAME a TO b", "`a` of `t`"),
            ("ALTER VIEW v RENAME TO w", "`v`"),
            ("ALTER MATERIALIZED VIEW v SET SCHEMA s", "`v`"),
            ("ALTER SCHEMA s RENAME TO t", "the schema `s`"),
            (
                "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'",
                "the value 'sad' of `mood`",
            ),
        ] {
            let found = find(RULE, sql);
            assert_eq!(found.len(), 1, "{sql}");
            assert!(
                found.concat().contains(&format!("may use {name} |")),
                "{found:?}"
            );
        }
    }

    #[test]
    fn others_are_not() {
        for sql in [
            "ALTER TABLE t RENAME CONSTRAINT a TO b",
            "ALTER INDEX i RENAME TO j",
            "ALTER SEQUENCE s RENAME TO t",
            "ALTER TRIGGER a ON t RENAME TO b",
            "ALTER TYPE mood ADD VALUE 'new'",
            "ALTER FUNCTION f() SET SCHEMA s",
            "CREATE TABLE t (a int); ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME a TO b",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
        assert!(find_down(RULE, "ALTER TABLE u RENAME TO t").is_empty());
    }
}
