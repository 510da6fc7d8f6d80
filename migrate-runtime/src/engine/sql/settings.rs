//! The session's settings: found at the start of a transaction, put back at its end, whatever the file did in between.

use super::trust::QUESTION;
use super::{BEGIN, Before, begin_ours};
use crate::session::Row;
use crate::table::{HistoryTable, Literal};

/// What is compared after every file, because a file can set it through a function that it calls, or a trigger, which
/// its text does not show: what decides how SQL is read, where its objects go, who they belong to, and how long
/// a statement may take. In this order: a file's role may not put back the rest. The first three are
/// those that [`timeouts`](super::timeouts) sets, in its order. The view `pg_settings` costs 2 ms; this costs 0.05.
const KEPT: &str = "{lock_timeout,statement_timeout,transaction_timeout,session_authorization,role,search_path,\
    row_security,standard_conforming_strings,backslash_quote,transform_null_equals,array_nulls,quote_all_identifiers,\
    DateStyle,IntervalStyle,TimeZone,timezone_abbreviations,client_encoding,lc_monetary,lc_numeric,lc_time,\
    default_text_search_config,xmloption,xmlbinary,bytea_output,extra_float_digits,check_function_bodies,\
    default_tablespace,temp_tablespaces,default_table_access_method,default_toast_compression,\
    default_transaction_isolation,default_transaction_read_only,default_transaction_deferrable,\
    idle_in_transaction_session_timeout,idle_session_timeout,synchronous_commit,password_encryption,\
    client_min_messages,work_mem,maintenance_work_mem";

/// How many of [`KEPT`] are the limits.
const LIMITS: usize = 3;

/// [`KEPT`] and `named`, the settings that the set makes by name, each after a comma: a list as the server reads it.
/// Those of an application (`app.tenant`) are listed nowhere, so only by name can they be put back. They stand before the
/// roles and once more after them: only a superuser may set some, and that can be the file's role or the session's.
fn names(named: &str) -> String {
    let named: Vec<&str> = named.split(',').filter(|name| !is_kept(name)).collect();
    let kept: Vec<&str> = KEPT.split(',').collect();
    let (limits, rest) = kept.split_at(LIMITS.min(kept.len()));
    [limits, &named, rest, &named].concat().join(",") + "}"
}

fn is_kept(name: &str) -> bool {
    name.is_empty()
        || KEPT
            .split(['{', ','])
            .any(|kept| kept.eq_ignore_ascii_case(name))
}

/// Remembers the settings of [`names`]; for the transaction, or for the session.
pub(super) fn remember(named: &str, transaction: bool) -> String {
    format!(
        "pg_catalog.set_config('migrate.before', {}, {transaction})",
        kept(named)
    )
}

/// The values of [`names`], as a text; those that this transaction has set are where [`LIFT`] and [`think`] have left
/// them.
pub(super) fn kept(named: &str) -> String {
    format!(
        "(SELECT pg_catalog.array_agg(COALESCE({was}, ''))::pg_catalog.text \
         FROM pg_catalog.unnest('{names}'::pg_catalog.text[]) AS k (name))",
        was = session_s("k.name"),
        names = names(named),
    )
}

/// The session's value of a setting that this transaction may have set already.
pub(super) fn session_s(name: &str) -> String {
    format!(
        "pg_catalog.current_setting(CASE WHEN {name} OPERATOR(pg_catalog.=) 'statement_timeout' THEN 'migrate.limit' \
         WHEN {name} OPERATOR(pg_catalog.=) 'transaction_timeout' THEN 'migrate.whole' \
         WHEN {name} OPERATOR(pg_catalog.=) 'idle_in_transaction_session_timeout' \
         AND pg_catalog.current_setting('migrate.idle', true) OPERATOR(pg_catalog.<>) '' THEN 'migrate.idle' \
         ELSE {name} END, true)"
    )
}

/// Lifts the session's `statement_timeout` and `transaction_timeout`, which is there from PostgreSQL 17, for this
/// transaction before anything that takes time.
pub(crate) const LIFT: &str = "SELECT pg_catalog.set_config('migrate.limit', \
     pg_catalog.current_setting('statement_timeout'), true), pg_catalog.set_config('statement_timeout', '0', true), \
     pg_catalog.set_config('migrate.whole', pg_catalog.current_setting('transaction_timeout', true), true), \
     CASE WHEN pg_catalog.current_setting('transaction_timeout', true) IS NOT NULL \
     THEN pg_catalog.set_config('transaction_timeout', '0', true) END";

/// Whether a text may limit how long a statement takes.
pub(super) fn may_limit(sql: &str) -> bool {
    ["statement_timeout", "STATEMENT_TIMEOUT"]
        .iter()
        .any(|name| sql.contains(name))
}

/// First of all after such a text: its limit may be too short for a statement that has to be planned. Not 0, which the session may
/// have: what is compared afterwards must find a change.
pub(super) const UNLIMITED: &str = "SET LOCAL statement_timeout TO 2147483647";

/// A list that is stored in a setting; NULL where it is gone, because the file says `RESET ALL`.
fn list(setting: &str) -> String {
    format!(
        "CASE WHEN pg_catalog.current_setting('{setting}', true) OPERATOR(pg_catalog.<>) '' \
         THEN pg_catalog.current_setting('{setting}')::pg_catalog.text[] END"
    )
}

/// Puts back, for the session, what is not as it was. A setting that does not exist here is NULL and stays out. What
/// a file has set with `SET LOCAL` is put back too, since it looks the same; it gets the value that it would have anyway.
pub(super) fn put_back(named: &str) -> String {
    let (before, pins) = (list("migrate.before"), list("migrate.pins"));
    format!(
        "(SELECT pg_catalog.count(pg_catalog.set_config(k.name, k.was, false)) FROM ROWS FROM (\
         pg_catalog.unnest('{names}'::pg_catalog.text[]), pg_catalog.unnest({before}), \
         pg_catalog.unnest(pg_catalog.array_cat({pins}, ({before})[4:]))) AS k (name, was, found) \
         WHERE pg_catalog.current_setting(k.name, true) OPERATOR(pg_catalog.<>) k.found AND ({thinking}) IS NOT TRUE{may})",
        names = names(named),
        thinking = is_thinking("k.name"),
        may = may_set(named),
    )
}

/// The condition on a setting of [`names`] that this role may set it, where `named` has any; all of [`KEPT`] every role may.
fn may_set(named: &str) -> String {
    if named.is_empty() {
        return String::new();
    }
    format!(" AND {}", may("k.name"))
}

/// The condition on a setting that this role may set it.
fn may(name: &str) -> String {
    format!(
        "(pg_catalog.current_setting('is_superuser') OPERATOR(pg_catalog.=) 'on' OR NOT EXISTS (\
         SELECT FROM pg_catalog.pg_settings AS l WHERE pg_catalog.lower(l.name) OPERATOR(pg_catalog.=) pg_catalog.lower({name}) \
         AND l.context OPERATOR(pg_catalog.<>) 'user' AND NOT {granted}))",
        granted = is_granted(name),
    )
}

/// Whether the role was given the right to set it, as PostgreSQL 15 and newer can: asked in a text, because older ones lack the
/// function.
fn is_granted(name: &str) -> String {
    format!(
        "CASE WHEN pg_catalog.current_setting('server_version_num')::integer OPERATOR(pg_catalog.>=) 150000 \
         THEN pg_catalog.{QUESTION}(pg_catalog.format('SELECT WHERE pg_catalog.has_parameter_privilege(%L, ''SET'')', {name}), \
         false, true, '')::pg_catalog.text OPERATOR(pg_catalog.<>) '' ELSE false END"
    )
}

/// Puts back for the session those of `named` that this role may set, after a `no-transaction` file; `kept` has their values.
pub(super) fn put_named_back(named: &str, kept: &str) -> String {
    format!(
        "SELECT pg_catalog.count(pg_catalog.set_config(k.name, k.was, false)) FROM ROWS FROM (\
         pg_catalog.unnest('{names}'::pg_catalog.text[]), pg_catalog.unnest({kept}::pg_catalog.text[])) AS k (name, was) \
         WHERE k.name OPERATOR(pg_catalog.<>) ALL ('{KEPT}}}'::pg_catalog.text[]) \
         AND pg_catalog.current_setting(k.name, true) OPERATOR(pg_catalog.<>) k.was{may}",
        names = names(named),
        kept = Literal(kept),
        may = may_set(named),
    )
}

/// Remembers, for this transaction, all that is set for the session, for a file whose text shows that it sets something.
pub(super) const SAVE: &str = "SELECT pg_catalog.set_config('migrate.settings', COALESCE((\
     SELECT pg_catalog.jsonb_object_agg(name, setting)::pg_catalog.text FROM pg_catalog.pg_settings \
     WHERE source OPERATOR(pg_catalog.=) 'session'), '{}'), true)";

/// Where [`SAVE`] has left it; nothing after a `RESET ALL`.
pub(super) const SAVED: &str =
    "COALESCE(NULLIF(current_setting('migrate.settings', true), ''), '{}')::jsonb";

/// Puts settings back for the session, not only for the transaction: a `SET` in the file would
/// otherwise outlive it in the next migration and in the application. `was` is the `jsonb` object of
/// the settings before; runs after [`PIN_PATH`](super::PIN_PATH). NULL asks for the default. The few left out belong
/// to the transaction; `but` names more of them. What the role may not set stays.
pub(super) fn restore(was: &str, but: &str) -> String {
    let granted = is_granted("now.name");
    let may =
        format!("(now.context = 'user' OR current_setting('is_superuser') = 'on' OR {granted})");
    restore_where(&may, was, but)
}

/// The part of [`restore`] that only the role may do which the file has taken, and so comes before that role is left. Where there
/// is none, it costs nothing: the condition is on no column.
pub(super) fn restore_as_file_s_role(was: &str, but: &str) -> String {
    let may = "now.context = 'superuser' AND current_setting('is_superuser') = 'on' AND current_setting('role') <> 'none'";
    restore_where(may, was, but)
}

fn restore_where(may: &str, was: &str, but: &str) -> String {
    format!(
        "SELECT set_config(now.name, was.value, false) FROM pg_settings AS now \
         LEFT JOIN jsonb_each_text({was}) AS was (name, value) ON was.name = now.name \
         WHERE now.source = 'session' AND now.context IN ('user', 'superuser') \
         AND now.setting IS DISTINCT FROM was.value AND {may} \
         AND now.name <> ALL ('{{role,session_authorization,seed,transaction_isolation,transaction_read_only,\
         transaction_deferrable{but}}}')"
    )
}

/// What a `no-transaction` file runs with, because its statements begin transactions of their own, and the text of
/// each is read before anything in its message can set what it is read with.
const OUTSIDE: &str = "('lock_timeout', '0'), ('statement_timeout', '0'), ('transaction_timeout', '0'), \
    ('default_transaction_read_only', 'off'), ('default_transaction_isolation', 'read committed'), \
    ('standard_conforming_strings', 'on'), ('backslash_quote', 'safe_encoding'), \
    ('transform_null_equals', 'off'), ('array_nulls', 'on')";

/// Sets that for the session; but not what is so already, lest a pooler's server connection keep a trace of us.
pub(super) fn pin_outside() -> String {
    pin("pg_catalog.current_setting(p.name, true)")
}

/// [`pin_outside`] in a transaction that [`LIFT`] has begun: what that has set hides what the session has.
pub(super) fn pin_lifted() -> String {
    let was = session_s("p.name");
    pin(&format!(
        "CASE WHEN pg_catalog.current_setting(p.name, true) IS NOT NULL THEN {was} END"
    ))
}

fn pin(was: &str) -> String {
    format!(
        "(SELECT pg_catalog.count(pg_catalog.set_config(p.name, p.value, false)) FROM (VALUES {OUTSIDE}) AS p (name, value) \
         WHERE {was} OPERATOR(pg_catalog.<>) p.value)"
    )
}

/// In a transaction of a `no-transaction` file: makes the session's own user and role those of the transaction, and
/// remembers the file's, with what the file has changed otherwise.
pub(super) fn own_roles(before: &Before) -> String {
    let (user, role) = (Literal(&before.user), Literal(&before.role));
    format!(
        "SELECT pg_catalog.set_config('migrate.changed', COALESCE((SELECT pg_catalog.jsonb_object_agg(k.name, \
         pg_catalog.current_setting(k.name))::pg_catalog.text FROM ROWS FROM (pg_catalog.unnest('{names}'::pg_catalog.text[]), \
         pg_catalog.unnest({kept}::pg_catalog.text[])) AS k (name, was) WHERE pg_catalog.current_setting(k.name, true) \
         OPERATOR(pg_catalog.<>) k.was AND ({thinking}) IS NOT TRUE AND NOT EXISTS (SELECT FROM (VALUES {OUTSIDE}) AS p (name, value) \
         WHERE p.name OPERATOR(pg_catalog.=) k.name)), ''), true), \
         pg_catalog.set_config('migrate.user', pg_catalog.current_setting('session_authorization'), true), \
         pg_catalog.set_config('migrate.role', pg_catalog.current_setting('role'), true), \
         CASE WHEN pg_catalog.current_setting('session_authorization') OPERATOR(pg_catalog.<>) {user} \
         THEN pg_catalog.set_config('session_authorization', {user}, true) END, \
         CASE WHEN pg_catalog.current_setting('role') OPERATOR(pg_catalog.<>) {role} \
         THEN pg_catalog.set_config('role', {role}, true) END",
        names = names(&before.named),
        kept = Literal(&before.kept),
        thinking = is_thinking("k.name"),
    )
}

/// Gives the transaction back to the user and role that the file has set.
pub(super) const FILE_ROLES: &str = "SELECT CASE WHEN pg_catalog.current_setting('session_authorization') \
     OPERATOR(pg_catalog.<>) pg_catalog.current_setting('migrate.user') \
     THEN pg_catalog.set_config('session_authorization', pg_catalog.current_setting('migrate.user'), true) END, \
     CASE WHEN pg_catalog.current_setting('role') OPERATOR(pg_catalog.<>) pg_catalog.current_setting('migrate.role') \
     THEN pg_catalog.set_config('role', pg_catalog.current_setting('migrate.role'), true) END";

/// The note of a journal's row without the settings that the file has made so far.
pub(super) const BARE_NOTE: &str =
    "pg_catalog.regexp_replace(COALESCE(note, ''), E'\\n?settings: [{][^\\n]*', '')";

/// Keeps in the journal's row what [`own_roles`] has found, for a run that resumes; writes only what is new.
pub(super) fn record(table: &HistoryTable, version: i64) -> String {
    let note = format!(
        "pg_catalog.concat_ws(E'\\n', CASE WHEN {BARE_NOTE} OPERATOR(pg_catalog.<>) '' THEN {BARE_NOTE} END, \
         CASE WHEN pg_catalog.current_setting('migrate.changed') OPERATOR(pg_catalog.<>) '' \
         THEN pg_catalog.concat('settings: ', pg_catalog.current_setting('migrate.changed')) END)"
    );
    format!(
        "UPDATE {table} SET note = {note} WHERE version OPERATOR(pg_catalog.=) {version}::bigint \
         AND COALESCE(note, '') OPERATOR(pg_catalog.<>) {note}"
    )
}

/// Sets for the session what [`record`] has kept: before the roles and once more after them, as in [`names`].
pub(super) fn resume(table: &HistoryTable, version: i64) -> String {
    format!(
        "(SELECT pg_catalog.count(CASE WHEN {may} THEN pg_catalog.set_config(s.key, s.value, false) END) \
         FROM (SELECT e.key, e.value FROM {table} AS h, pg_catalog.jsonb_each_text(\
         pg_catalog.substring(h.note, E'settings: ([{{][^\\n]*)')::pg_catalog.jsonb) AS e, (VALUES (1), (4)) AS pass (at) \
         WHERE h.version OPERATOR(pg_catalog.=) {version}::bigint \
         ORDER BY CASE WHEN e.key OPERATOR(pg_catalog.=) 'session_authorization' THEN 2 \
         WHEN e.key OPERATOR(pg_catalog.=) 'role' THEN 3 ELSE pass.at END) AS s)",
        may = may("s.key"),
    )
}

/// Whether a run that resumes gets this setting from the journal's row; `word` follows `SET`.
fn is_recorded(word: &str, named: &str) -> bool {
    const PHRASES: [&str; 7] = [
        "session", "time", "names", "schema", "xml", "all", "timezone",
    ];
    let name = word.split('=').next().unwrap_or_default();
    is_kept(name)
        || named
            .split(',')
            .chain(PHRASES)
            .any(|kept| kept.eq_ignore_ascii_case(name))
}

/// Of [`restore`]: what [`put_back`] has put back and the transaction has set again.
pub(super) const PINNED: &str =
    ",lock_timeout,statement_timeout,transaction_timeout,idle_in_transaction_session_timeout";

/// `SET` and `RESET`, but neither what ends with the transaction nor what the journal has recorded.
pub(crate) fn is_setting(sql: &str, named: &str) -> bool {
    let mut words = sql.split_whitespace().map(str::to_ascii_lowercase);
    match words.next().as_deref() {
        Some("set" | "reset") => words.next().is_some_and(|word| {
            !matches!(word.as_str(), "local" | "constraints" | "transaction")
                && !is_recorded(&word, named)
        }),
        _ => false,
    }
}

/// How the session reads SQL: four columns for [`reads_otherwise`]; the one after them is for [`is_hurried`].
pub(super) const READING: &str = "pg_catalog.current_setting('standard_conforming_strings'), \
    pg_catalog.current_setting('backslash_quote'), pg_catalog.current_setting('transform_null_equals'), \
    pg_catalog.current_setting('array_nulls')";

/// Of a row whose columns from the third on are [`READING`]: whether the session reads SQL otherwise than the build
/// did; then, what sets that for the session again.
pub(crate) fn reads_otherwise(row: &Row) -> Option<String> {
    let [strings, backslash, equals, nulls] = [2, 3, 4, 5].map(|column| row.text(column));
    let otherwise = strings == Some("off")
        || backslash == Some("off")
        || equals == Some("on")
        || nulls == Some("off");
    otherwise.then(|| {
        let settings = [
            ("standard_conforming_strings", strings),
            ("backslash_quote", backslash),
            ("transform_null_equals", equals),
            ("array_nulls", nulls),
        ];
        let calls = settings.map(|(name, value)| {
            let value = Literal(value.unwrap_or_default());
            format!("pg_catalog.set_config('{name}', {value}, false)")
        });
        format!("SELECT {}", calls.join(", "))
    })
}

/// Of the same row: whether the session's `statement_timeout` is below a second, so that it may end one of our messages
/// before that message has lifted it.
pub(crate) fn is_hurried(row: &Row) -> bool {
    row.text(6).is_some_and(|limit| limit.ends_with("ms"))
}

/// Reads SQL as the build did, for this transaction.
pub(crate) const READ_AS_BUILT: &str = "SET LOCAL standard_conforming_strings TO on;\
    SET LOCAL backslash_quote TO safe_encoding;SET LOCAL transform_null_equals TO off;SET LOCAL array_nulls TO on";

/// [`BEGIN`] and [`LIFT`] ahead of the rest of the message, for a session with a `statement_timeout`
/// so short that it may end a long message before it is read: the server counts from when the message comes.
pub(crate) fn begin_ahead() -> String {
    format!("{};{}", begin_ours(), think())
}

/// The message after [`begin_ahead`] or [`read_as_built`]; None where it begins otherwise. Statements of the same length
/// take the place of the first two, so that the counts hold.
pub(crate) fn within(message: &str) -> Option<String> {
    let (begin, lift) = (BEGIN.len(), LIFT.len());
    let rest = message.strip_prefix(BEGIN)?.strip_prefix(';')?;
    let rest = rest.strip_prefix(LIFT)?;
    Some(format!(
        "{:begin$};{:lift$}{rest}",
        "SET LOCAL statement_timeout TO 0", "SELECT 1"
    ))
}

/// The start of a transaction whose second message is a file's. The server reads a message whole before it runs any
/// of it, so what it is read with cannot be set in the same one.
pub(crate) fn read_as_built() -> String {
    format!("{BEGIN};{LIFT};{READ_AS_BUILT};{}", think())
}

/// After how many milliseconds of silence the server ends the session; the setting is there from PostgreSQL 14.
pub(crate) fn patience() -> String {
    "SELECT setting FROM pg_catalog.pg_settings WHERE name OPERATOR(pg_catalog.=) 'idle_session_timeout'"
        .to_owned()
}

/// For a transaction that stays open between messages: if nothing more comes for 10 seconds, the server ends it, and
/// the locks with it. The session's own limit may be shorter than a round trip, so it gives way as well.
pub(crate) fn think() -> String {
    format!(
        "SELECT CASE WHEN pg_catalog.current_setting('migrate.idle', true) OPERATOR(pg_catalog.<>) '' THEN NULL \
         ELSE pg_catalog.set_config('migrate.idle', \
         pg_catalog.current_setting('idle_in_transaction_session_timeout'), true) END, \
         pg_catalog.set_config('idle_in_transaction_session_timeout', '{SILENCE}', true)"
    )
}

/// How long one of our transactions may be idle, as the server prints it.
const SILENCE: &str = "10s";

/// The condition on a setting that it is as [`think`] has left it, which ends with the transaction.
fn is_thinking(name: &str) -> String {
    format!(
        "{name} OPERATOR(pg_catalog.=) 'idle_in_transaction_session_timeout' \
         AND pg_catalog.current_setting('migrate.idle', true) OPERATOR(pg_catalog.<>) '' \
         AND pg_catalog.current_setting({name}) OPERATOR(pg_catalog.=) '{SILENCE}'"
    )
}
