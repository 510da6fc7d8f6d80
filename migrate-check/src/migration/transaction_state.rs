//! What a file leaves to the transaction that it runs in. In a run as a single transaction the next file would find it.
//!
//! PostgreSQL lists neither: a setting that no extension defines (`app.tenant`) is not in `pg_settings`, and what becomes of
//! a temporary table at the commit is in no catalog. So names are read from the text. It is read as characters,
//! because SQL may stand in bodies, and in strings within bodies. A name too many costs the runtime one comparison.

use std::collections::BTreeSet;

/// The settings that a text makes by name, in lower case: `SET app.tenant`, `SET LOCAL work_mem TO`, `set_config('app.tenant', …)`.
pub(crate) fn settings(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let lower = text.to_ascii_lowercase();
    // Most files have no such word, and the standard library sees that at once, also in a macro that is not optimized.
    if !lower.contains("set") {
        return names;
    }
    let mut is_computed = false;
    for (at, word) in lower.match_indices("set") {
        let (Some(before), Some(rest)) = (text.get(..at), text.get(at + word.len()..)) else {
            continue;
        };
        if before.ends_with(is_part) {
            continue;
        }
        let (ending, rest) = split_word(rest);
        if ending.is_empty() {
            names.extend(set(rest));
        } else if ending.eq_ignore_ascii_case("_config") {
            let argument = skip(rest).strip_prefix('(').map(skip).unwrap_or_default();
            let name = literal(argument);
            is_computed |= name.is_none() && !argument.is_empty();
            names.extend(name);
        }
    }
    if is_computed {
        // The name is a variable, or an element of a list.
        let quoted = text.split('\'').filter(|name| name.contains('.'));
        names.extend(quoted.filter_map(setting));
    }
    names
}

/// The temporary tables that a text makes with `ON COMMIT DROP`, quoted as SQL.
pub(crate) fn temporary_tables(text: &str) -> BTreeSet<String> {
    let mut tables = BTreeSet::new();
    let lower = text.to_ascii_lowercase();
    if !lower.contains("temp") || !lower.contains("commit") {
        return tables;
    }
    let mut table = None;
    let mut last: [&str; 2] = [""; 2];
    let mut end = 0;
    for (word, rest) in words(text) {
        let start = text.len() - rest.len() - word.len();
        if text.get(end..start).is_some_and(|gap| gap.contains(';')) {
            table = None;
        }
        end = start + word.len();
        if ["temp", "temporary"]
            .iter()
            .any(|temp| word.eq_ignore_ascii_case(temp))
        {
            table = temporary(rest).or(table);
        }
        let phrase = [last[0], last[1], word];
        if phrase
            .iter()
            .zip(["on", "commit", "drop"])
            .all(|(word, part)| word.eq_ignore_ascii_case(part))
        {
            tables.extend(table.take());
        }
        last = [last[1], word];
    }
    tables
}

/// The words of a text, each with what follows it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c| !is_part(c));
        let (word, after) = split_word(rest);
        rest = after;
        (!word.is_empty()).then_some((word, after))
    })
}

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii()
}

fn split_word(text: &str) -> (&str, &str) {
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// The text from its next token on.
fn skip(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        let (end, length) = match text.get(..2) {
            Some("--") => ("\n", 1),
            Some("/*") => ("*/", 2),
            _ => return text,
        };
        let after = text.find(end).and_then(|at| text.get(at + length..));
        text = after.unwrap_or_default();
    }
}

/// A word, with or without double quotes, and what follows it.
fn name(text: &str) -> Option<(String, &str)> {
    let text = skip(text);
    if let Some(quoted) = text.strip_prefix('"') {
        let (name, rest) = quoted.split_once('"')?;
        return Some((name.to_owned(), rest));
    }
    let (word, rest) = split_word(text);
    (!word.is_empty()).then(|| (word.to_ascii_lowercase(), rest))
}

/// What `SET` names. Without a dot and without `LOCAL` it may be a column of an `UPDATE`, and the runtime compares it anyway.
fn set(rest: &str) -> Option<String> {
    let (mut first, mut rest) = name(rest)?;
    let is_local = first == "local";
    if is_local || first == "session" {
        (first, rest) = name(rest)?;
    }
    let mut is_dotted = false;
    while let Some(after) = skip(rest).strip_prefix('.') {
        let (part, after) = name(after)?;
        first = format!("{first}.{part}");
        (rest, is_dotted) = (after, true);
    }
    let rest = skip(rest);
    let is_set = rest.starts_with('=')
        || name(rest).is_some_and(|(word, _)| matches!(word.as_str(), "to" | "from"));
    (is_set && (is_local || is_dotted)).then(|| setting(&first))?
}

/// The first argument of a call, if that is a string and nothing else. In a string, its quotes are doubled.
fn literal(argument: &str) -> Option<String> {
    let text = argument.strip_prefix(['E', 'e']).unwrap_or(argument);
    let (text, after) = text
        .strip_prefix('\'')?
        .trim_start_matches('\'')
        .split_once('\'')?;
    let after = skip(after.trim_start_matches('\''));
    (after.starts_with(',') || after.starts_with("::")).then(|| setting(text))?
}

/// A name that a setting can have, in lower case. The few left out belong to the transaction.
fn setting(name: &str) -> Option<String> {
    const OF_TRANSACTION: [&str; 4] = [
        "seed",
        "transaction_isolation",
        "transaction_read_only",
        "transaction_deferrable",
    ];
    let is_name = name.len() < 128
        && name.split('.').all(|part| {
            part.bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$'))
                && part
                    .bytes()
                    .next()
                    .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        });
    let name = name.to_ascii_lowercase();
    (is_name && !OF_TRANSACTION.contains(&name.as_str())).then_some(name)
}

/// What `CREATE TEMP` names, if that is a table.
fn temporary(rest: &str) -> Option<String> {
    let (word, rest) = name(rest)?;
    if word != "table" {
        return None;
    }
    let (mut table, mut rest) = name(rest)?;
    if table == "if" {
        // IF NOT EXISTS
        for _ in 0..3 {
            (table, rest) = name(rest)?;
        }
    }
    while let Some(after) = skip(rest).strip_prefix('.') {
        (table, rest) = name(after)?;
    }
    Some(format!("\"{table}\""))
}

#[cfg(test)]
mod tests {
    use super::{settings, temporary_tables};

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = settings(text);
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn settings_are_found_by_whatever_spelling() {
        for text in [
            "SET app.tenant = 'x'",
            "SET LOCAL app.tenant TO 'x'",
            "set /* whose */ session app . tenant to 'x'",
            "SET \"app\".\"tenant\" = 'x'",
            "SET App.Tenant = 'x'",
            "SELECT pg_catalog.set_config('app.tenant', 'x', true)",
            "SELECT set_config ( E'app.tenant'::text, 'x', false)",
            "DO $$ BEGIN PERFORM set_config('app.tenant', 'x', true); END $$",
            "DO $a$ BEGIN EXECUTE $b$ SET app.tenant = 'x' $b$; END $a$",
            "DO $$ BEGIN EXECUTE format('SET LOCAL app.tenant = %L', 'x'); END $$",
            "DO 'BEGIN PERFORM set_config(''app.tenant'', ''x'', true); END'",
            "DO $$ DECLARE k text := 'app.tenant'; BEGIN PERFORM set_config(k, 'x', true); END $$",
            "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SET app.tenant = 1'",
        ] {
            check(text, &["app.tenant"]);
        }
        check(
            "SET LOCAL session_replication_role = replica",
            &["session_replication_role"],
        );
        check(
            "SELECT set_config('work_mem', '1GB', true), set_config('a.b', '', true)",
            &["a.b", "work_mem"],
        );
    }

    #[test]
    fn what_sets_nothing_by_name_has_none() {
        for text in [
            "UPDATE t SET a = 1, b = 'x.y'",
            "SET search_path TO app",
            "SET LOCAL ROLE app",
            "SET LOCAL TIME ZONE 'UTC'",
            "SET CONSTRAINTS a.b DEFERRED",
            "SET LOCAL transaction_read_only TO on",
            "RESET ALL",
            "SELECT set_config('app.' || name, 'x', true)",
            "SELECT 'public.users', offset.tenant",
            "ALTER TABLE s.t SET SCHEMA app",
            "set",
            "SET LOCAL",
            "set_config",
            "set_config('",
            "SET \"a",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn temporary_tables_that_end_with_the_transaction_are_found() {
        for (text, expected) in [
            (
                "CREATE TEMP TABLE stage (a int) ON COMMIT DROP",
                vec!["\"stage\""],
            ),
            (
                "create local temporary table if not exists pg_temp.Stage on /**/ commit\ndrop as select 1",
                vec!["\"stage\""],
            ),
            (
                "CREATE TEMP TABLE \"S t\" ON COMMIT DROP AS TABLE t; CREATE TEMP TABLE b ();",
                vec!["\"S t\""],
            ),
            (
                "DO $$ BEGIN CREATE TEMP TABLE a (b int) ON COMMIT DROP; END $$; CREATE TEMP TABLE c (d int) ON COMMIT DROP",
                vec!["\"a\"", "\"c\""],
            ),
            ("CREATE TEMP TABLE a (); SELECT 'ON COMMIT DROP'", vec![]),
            (
                "CREATE TEMP TABLE a () ON COMMIT DELETE ROWS; DROP TABLE a",
                vec![],
            ),
            ("CREATE TEMP VIEW v AS SELECT 1; -- on commit drop", vec![]),
            (
                "EXECUTE format('CREATE TEMP TABLE %I () ON COMMIT DROP', n)",
                vec![],
            ),
        ] {
            let found = temporary_tables(text);
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
