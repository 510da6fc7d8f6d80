//! What to do where the grammar has the statement, but PostgreSQL's parser does not let it pass.

/// By a part of PostgreSQL's message.
const ADVICE: &[(&str, &str)] = &[
    ("LIMIT #,# syntax", "write `LIMIT <count> OFFSET <start>`"),
    (
        "missing argument",
        "write `NONE` in place of the operand that a unary operator does not have",
    ),
    ("row security option", "write `PERMISSIVE` or `RESTRICTIVE`"),
    ("UNENCRYPTED PASSWORD", "remove `UNENCRYPTED`"),
    ("partitioning strategy", "write `LIST`, `RANGE` or `HASH`"),
    (
        "dropping an enum value",
        "make a new type without the value, and change the columns to it",
    ),
    ("must be specified", "add the part that the message names"),
    ("GENERATED ALWAYS", "write `GENERATED ALWAYS AS (…) STORED`"),
    (
        "too many dotted names",
        "a name has at most three parts: database, schema and object",
    ),
    ("without ORDER BY", "add an `ORDER BY`"),
    (
        "CREATE OR REPLACE CONSTRAINT TRIGGER",
        "drop the trigger first, and create it again",
    ),
    (
        "not yet implemented",
        "remove it: no release of PostgreSQL has implemented this",
    ),
    (
        "no longer supported",
        "remove it: PostgreSQL no longer has this",
    ),
    (
        "cannot be marked",
        "remove the words that this kind of constraint does not take",
    ),
    ("multiple ", "keep one of them"),
    ("only one ", "keep one of them"),
    ("more than once", "keep one of them"),
    ("duplicate trigger events", "name each event once"),
];

/// One sentence of help.
pub(super) fn advise(message: &str) -> &'static str {
    let mut advice = ADVICE.iter();
    advice.find(|(part, _)| message.contains(part)).map_or(
        "rewrite the statement: PostgreSQL refuses this form in any database",
        |(_, advice)| advice,
    )
}
