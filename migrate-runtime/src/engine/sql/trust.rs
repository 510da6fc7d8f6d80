//! Whether the history table is one that the session's role may use: asked before anything of the table is evaluated.
//!
//! A table that another role has prepared runs that role's code with our rights: a view or a row-security policy when it is
//! read, a trigger, a rule, a default or an expression when it is written. So each message first locks the table
//! against changes of its definition and then asks what it is; only the statements after that are planned with it.
//! To parse a message evaluates nothing: the server analyses and plans its statements one by one.

use crate::table::{HistoryTable, Literal};

/// Raised when the history table is not one to read or write. No setting can have a name like this, so to ask
/// for it fails; it spares a new session the look-ups of another function.
pub(crate) const FOREIGN: &str = "migrate:foreign";

/// How long one of our statements waits for a lock that a reader of the history needs, in milliseconds. The table's
/// own lock is not waited for at all: the engine asks again, and tells of it.
pub(super) const PATIENCE: &str = "1000";

/// Locks the table against changes of its definition, as reading it would, but does not wait.
pub(super) fn lock_to_read(table: &HistoryTable) -> String {
    format!("LOCK TABLE ONLY {table} IN ACCESS SHARE MODE NOWAIT")
}

/// All rows of the table, for a query that the server refuses before it plans it if the table is a view by now: of what
/// [`lock_to_read`] locks, only tables have a sample. Next to [`is_readable`] that spares a new session 0.1 ms, but does
/// not refuse a partitioned table, which has no rows of its own. `ONLY`, because a table that inherits from
/// this one need not be a table.
pub(super) fn unless_view(table: &HistoryTable) -> String {
    format!("ONLY {table} TABLESAMPLE pg_catalog.system ('100')")
}

/// That the table is an ordinary one, so that to read it evaluates nothing of its owner's: of what [`lock_to_read`]
/// locks, only views and partitioned tables have no file. Functions, because a query of the catalogs costs a
/// new session more than all the rest.
pub(super) fn is_readable(table: &HistoryTable) -> String {
    format!(
        "CASE WHEN pg_catalog.pg_relation_filenode({}) IS NULL \
         THEN pg_catalog.current_setting('{FOREIGN}') END",
        regclass(table)
    )
}

/// That the table is readable, and each of its columns has a type of PostgreSQL's own: a function of a column of any
/// other type may begin with a cast that its owner wrote.
pub(super) fn has_plain_columns(table: &HistoryTable) -> String {
    format!(
        "SELECT {}, CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_attribute a \
         WHERE a.attrelid OPERATOR(pg_catalog.=) {} AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped \
         AND a.atttypid OPERATOR(pg_catalog.>=) '16384'::oid) \
         THEN pg_catalog.current_setting('{FOREIGN}') END",
        is_readable(table),
        regclass(table)
    )
}

/// Two statements: locks the table against changes of its definition, and fails unless it may be written.
pub(super) fn writable(table: &HistoryTable) -> String {
    format!("{};SELECT {}", lock_to_write(table), is_writable(table))
}

/// [`writable`] for a session that is in the midst of a file: it waits for the lock, but not for ever.
pub(super) fn still_writable(table: &HistoryTable) -> String {
    format!(
        "SET LOCAL lock_timeout TO {MIDWAY};LOCK TABLE ONLY {table} IN ROW EXCLUSIVE MODE;SELECT {}",
        is_writable(table)
    )
}

/// To leave a file half-done is worse than to wait this long, in milliseconds.
const MIDWAY: &str = "30000";

/// Does not wait, as a run that waits would be in the way of others.
pub(super) fn lock_to_write(table: &HistoryTable) -> String {
    format!("LOCK TABLE ONLY {table} IN ROW EXCLUSIVE MODE NOWAIT")
}

/// The function that [`is_writable`] calls for the tables that are not like most.
pub(crate) const QUESTION: &str = "query_to_xml";

/// That nothing of the table runs another role's code when it is written.
///
/// Defaults, constraints, indexes and generated columns come from the owner, and a trigger may come from any role that
/// was given the right, so the owners of the table and of each trigger's function have to be
/// [trusted](is_trusted). The flags of `pg_class` can be left over from what is gone.
///
/// Most tables have no flag set and an owner that functions recognize. To plan the rest takes 1 ms, even where a `CASE`
/// does not reach it, so that it is a text, which `query_to_xml` plans only when it is called. Its row has no columns,
/// since a server built without libxml cannot name them.
pub(super) fn is_writable(table: &HistoryTable) -> String {
    let regclass = regclass(table);
    let rest = format!(
        "SELECT FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) {regclass} \
         AND NOT (c.relhasrules AND EXISTS ({rule})) \
         AND NOT (c.relrowsecurity AND pg_catalog.row_security_active(c.oid)) \
         AND NOT EXISTS (SELECT FROM (SELECT c.relowner UNION ALL {trigger} AND c.relhastriggers) AS o (oid) \
             WHERE NOT {trusted})",
        trigger = triggers("p.proowner"),
        rule = rules("r.oid"),
        trusted = is_trusted("o.oid"),
    );
    format!(
        "CASE WHEN (SELECT c.relkind OPERATOR(pg_catalog.=) 'r' AND c.relpersistence OPERATOR(pg_catalog.=) 'p' \
         AND CASE WHEN c.relhasrules OR c.relrowsecurity OR c.relhastriggers OR NOT {plain} \
             THEN pg_catalog.{QUESTION}({rest}, false, true, '')::pg_catalog.text OPERATOR(pg_catalog.<>) '' \
             ELSE true END \
         FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) {regclass}) \
         THEN '' ELSE pg_catalog.current_setting('{FOREIGN}') END",
        plain = has_known_privileges("c.relowner"),
        rest = Literal(&rest),
    )
}

/// Of a role that owns something of `pg_class AS c`: the session's role, a role whose privileges it inherits, a
/// superuser, the owner of the database or of the table's schema.
fn is_trusted(owner: &str) -> String {
    format!(
        "({known} \
         OR EXISTS (SELECT FROM pg_catalog.pg_database d WHERE d.datdba OPERATOR(pg_catalog.=) {owner} \
             AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) \
         OR EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.oid OPERATOR(pg_catalog.=) c.relnamespace \
             AND n.nspowner OPERATOR(pg_catalog.=) {owner}))",
        known = has_known_privileges(owner),
    )
}

/// The part of [`is_trusted`] that needs no table: the session's role, a role whose privileges it inherits, a superuser.
/// A superuser has every role's privileges, which says nothing of the others. Role 10 is the superuser that every
/// cluster begins with: its privileges are those of superusers, and of roles that could replace the functions of
/// PostgreSQL itself.
fn has_known_privileges(owner: &str) -> String {
    format!(
        "(pg_catalog.pg_get_userbyid({owner}) OPERATOR(pg_catalog.=) CURRENT_USER \
         OR (pg_catalog.current_setting('is_superuser') OPERATOR(pg_catalog.=) 'off' \
             AND pg_catalog.pg_has_role({owner}, 'USAGE')) \
         OR pg_catalog.pg_has_role({owner}, '10'::pg_catalog.oid, 'USAGE'))"
    )
}

fn triggers(what: &str) -> String {
    format!(
        "SELECT {what} FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) t.tgfoid \
         WHERE t.tgrelid OPERATOR(pg_catalog.=) c.oid AND NOT t.tgisinternal"
    )
}

fn rules(what: &str) -> String {
    format!(
        "SELECT {what} FROM pg_catalog.pg_rewrite r WHERE r.ev_class OPERATOR(pg_catalog.=) c.oid"
    )
}

/// What the table is, and what the role may do with it, after the server refused one of the engine's messages.
pub(crate) fn inspect(table: &HistoryTable) -> String {
    format!(
        "SELECT c.relkind, pg_catalog.pg_get_userbyid(c.relowner), c.relpersistence, \
         pg_catalog.row_security_active(c.oid), ({trigger} AND NOT {trusted} LIMIT 1), ({rule} LIMIT 1), \
         ({trigger_owner} AND NOT {trusted} LIMIT 1), \
         CURRENT_USER, pg_catalog.current_database(), \
         pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE'), \
         pg_catalog.has_table_privilege(c.oid, 'SELECT'), pg_catalog.has_table_privilege(c.oid, 'INSERT'), \
         pg_catalog.has_table_privilege(c.oid, 'UPDATE'), pg_catalog.has_table_privilege(c.oid, 'DELETE') \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace s ON s.oid OPERATOR(pg_catalog.=) c.relnamespace \
         WHERE s.nspname OPERATOR(pg_catalog.=) {schema} AND c.relname OPERATOR(pg_catalog.=) {name}",
        trigger = triggers("t.tgname"),
        trigger_owner = triggers("pg_catalog.pg_get_userbyid(p.proowner)"),
        rule = rules("r.rulename"),
        trusted = is_trusted("p.proowner"),
        schema = Literal(table.schema()),
        name = Literal(table.name()),
    )
}

/// What the role may create, where there is no table.
pub(crate) fn rights(table: &HistoryTable) -> String {
    format!(
        "SELECT CURRENT_USER, pg_catalog.current_database(), \
         pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'), \
         (SELECT pg_catalog.has_schema_privilege(n.oid, 'CREATE') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') \
          FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) {})",
        Literal(table.schema())
    )
}

/// The table as a constant; the server looks it up when it parses the statement.
pub(super) fn regclass(table: &HistoryTable) -> String {
    format!("{}::pg_catalog.regclass", Literal(&table.to_string()))
}
