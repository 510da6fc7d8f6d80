//! A character in a name that looks like a space.
//!
//! Text that was copied from a web page or a chat has no-break spaces in it. PostgreSQL takes them for letters, so that
//! they become a part of the name, and a query with the name as it looks does not find it.
//!
//! Found:
//!
//! ```sql
//! CREATE TABLE log (id bigint);
//! ```
//!
//! Type the space again:
//!
//! ```sql
//! CREATE TABLE log (id bigint);
//! ```

use migrate_sql::scanner::TokenKind;

use crate::diagnostics::Diagnostic;
use crate::lint::parsed_file::ParsedFile;
use crate::lint::rule::{Check, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "invisible-in-name",
    level: Level::Warn,
    summary: "a name with a character that looks like a space",
    allowable: true,
    source: include_str!("invisible_in_name.rs"),
    check: Check::File(check),
};

fn check(file: &ParsedFile<'_>) -> Vec<Diagnostic> {
    if file.text.is_ascii() {
        return Vec::new();
    }
    let tokens = file.analysis.tokens.iter();
    let names = tokens.filter(|token| token.kind == TokenKind::Ident);
    names
        .filter_map(|token| {
            let name = file.text.get(token.range())?;
            let mut chars = name.char_indices();
            let (at, found) = chars.find(|(_, char)| is_invisible(*char))?;
            let start = token.start + at;
            let message = format!(
                "the invisible character U+{:04X} is a part of this name",
                u32::from(found)
            );
            let finding = RULE.finding(file, start..start + found.len_utf8(), message);
            Some(finding.help("replace it by a space, or delete it"))
        })
        .collect()
}

/// Spaces that PostgreSQL takes for letters, and characters without a width.
const fn is_invisible(char: char) -> bool {
    matches!(
        char,
        '\u{a0}' | '\u{2000}'
            ..='\u{200b}' | '\u{202f}' | '\u{205f}' | '\u{2060}' | '\u{3000}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn strings_and_comments_may_hold_them() {
        assert!(find(RULE, "SELECT 'a\u{a0}b'; -- a\u{a0}b").is_empty());
        assert!(find(RULE, "CREATE TABLE größe (id int)").is_empty());
    }

    #[test]
    fn names_with_quotes_and_without_are_read() {
        for sql in [
            "DROP TABLE users\u{a0};",
            "SELECT \"a\u{200b}\"",
            "SELECT a.\u{202f}b",
        ] {
            let found = find(RULE, sql);
            assert_eq!(found.len(), 1, "{sql}");
            assert!(
                found[0].ends_with("| replace it by a space, or delete it"),
                "{found:?}"
            );
        }
    }
}
