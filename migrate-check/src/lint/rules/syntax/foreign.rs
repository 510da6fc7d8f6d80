//! What other databases and other languages write.

use migrate_sql::scanner::TokenKind;

use super::case::Case;

/// Words that only other databases have, anywhere in a statement.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "auto_increment",
        "PostgreSQL writes `AUTO_INCREMENT` as `GENERATED ALWAYS AS IDENTITY`, after the type",
    ),
    (
        "autoincrement",
        "PostgreSQL writes `AUTOINCREMENT` as `GENERATED ALWAYS AS IDENTITY`, after the type",
    ),
    (
        "engine",
        "PostgreSQL has no storage engines: remove `ENGINE`",
    ),
    (
        "unsigned",
        "PostgreSQL has no unsigned types: use the next larger one, or `CHECK (… >= 0)`",
    ),
];

/// Words that begin a statement only elsewhere.
const BEGINNINGS: &[(&str, &str)] = &[
    (
        "go",
        "`GO` belongs to another database: end statements with `;`",
    ),
    (
        "delimiter",
        "`DELIMITER` belongs to another database: write a function's body between `$$` and `$$`",
    ),
    (
        "use",
        "a migration runs in the database it is applied to: remove `USE`",
    ),
    (
        "print",
        "`PRINT` belongs to another database: use `RAISE NOTICE` in a `DO` block",
    ),
    (
        "exec",
        "`EXEC` belongs to another database: call a procedure with `CALL`, a function with `SELECT`",
    ),
];

/// Words that begin a statement of PL/pgSQL.
const PROCEDURAL: &[&str] = &[
    "if",
    "elsif",
    "else",
    "loop",
    "while",
    "for",
    "foreach",
    "perform",
    "raise",
    "return",
    "exit",
    "continue",
    "exception",
    "declare",
];

/// A word, a quotation mark or a comment of another language.
pub(super) fn advise(case: &Case<'_>) -> Option<String> {
    let written = case.written(case.error);
    if let Some(advice) = advise_on_character(case) {
        return Some(advice.to_owned());
    }
    let word = written.to_ascii_lowercase();
    let find = |list: &[(&str, &str)]| {
        let mut list = list.iter();
        list.find(|(name, _)| *name == word)
            .map(|(_, advice)| (*advice).to_owned())
    };
    if let Some(advice) = find(ELSEWHERE) {
        return Some(advice);
    }
    // A word may be refused, or the one after it.
    let first = case.sentence.tokens.start;
    let begins = case.written(first).to_ascii_lowercase();
    if PROCEDURAL.contains(&begins.as_str()) && case.error <= first + 2 {
        let begins = begins.to_ascii_uppercase();
        return Some(format!(
            "`{begins}` is PL/pgSQL, which runs inside functions and `DO $$ BEGIN … END $$`"
        ));
    }
    // `GO` ends what is before it, which often has no semicolon, and may be read as an alias there.
    let go = [case.error, case.error.wrapping_sub(1)]
        .into_iter()
        .find(|index| is_go_on_its_line(case, *index));
    if let Some(index) = go.or((case.error == first).then_some(first)) {
        let word = case.written(index).to_ascii_lowercase();
        let mut list = BEGINNINGS.iter();
        let found = list.find(|(name, _)| *name == word);
        return found.map(|(_, advice)| (*advice).to_owned());
    }
    None
}

fn is_go_on_its_line(case: &Case<'_>, index: usize) -> bool {
    let line = |index: usize| case.token(index).map(|token| case.line(token.start));
    let here = line(index);
    case.written(index).eq_ignore_ascii_case("go")
        && here.is_some()
        && line(index.wrapping_sub(1)) != here
        && line(index + 1) != here
}

/// Characters that mean nothing here, or something else.
fn advise_on_character(case: &Case<'_>) -> Option<&'static str> {
    let near = [
        case.written(case.error),
        case.written(case.error.wrapping_sub(1)),
    ];
    let holds = |characters: &[char]| near.iter().any(|written| written.contains(characters));
    let token = case.token(case.error)?;
    if token.kind != TokenKind::String && holds(&['\u{2018}', '\u{2019}', '\u{201a}']) {
        return Some("a typographic quotation mark is a letter to PostgreSQL: write `'`");
    }
    if token.kind != TokenKind::String && holds(&['\u{201c}', '\u{201d}', '\u{201e}']) {
        return Some("a typographic quotation mark is a letter to PostgreSQL: write `\"`");
    }
    if token.kind != TokenKind::String && holds(&['\u{a0}', '\u{2003}', '\u{200b}', '\u{202f}']) {
        return Some(
            "replace the invisible character before this by a space: PostgreSQL does not accept it as one",
        );
    }
    let written = case.written(case.error);
    if written.contains('`') {
        return Some("PostgreSQL quotes names with `\"`, and names in lower case need no quotes");
    }
    if written.starts_with('#') {
        return Some("a comment begins with `--`");
    }
    if token.is_char(b'[') {
        return Some("PostgreSQL quotes names with `\"`, not with brackets");
    }
    None
}
