//! A name of more than 63 bytes.
//!
//! PostgreSQL truncates it, with no more than a notice. Two long names that differ only at the end become one,
//! and a program that looks the original name up in the catalog finds nothing.
//!
//! Found:
//!
//! ```sql
//! CREATE TABLE a_table_whose_name_says_everything_that_one_could_ever_want_to_know (id bigint);
//! ```
//!
//! Choose a shorter name:
//!
//! ```sql
//! CREATE TABLE everything (id bigint);
//! ```

use migrate_sql::scanner::TokenKind;

use crate::diagnostics::Diagnostic;
use crate::lint::parsed_file::ParsedFile;
use crate::lint::rule::{Check, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "identifier-too-long",
    level: Level::Warn,
    summary: "a name that PostgreSQL truncates",
    allowable: true,
    source: include_str!("identifier_too_long.rs"),
    check: Check::File(check),
};

const LONGEST: usize = 63;

fn check(file: &ParsedFile<'_>) -> Vec<Diagnostic> {
    if !file.analysis.vocabulary.has_name_of(LONGEST + 1) {
        return Vec::new();
    }
    let tokens = file.analysis.tokens.iter();
    tokens
        .filter(|token| token.kind == TokenKind::Ident && token.end - token.start > LONGEST)
        .filter_map(|token| {
            let source = file.text.get(token.range())?;
            let name = match source.strip_prefix('"') {
                Some(quoted) => quoted.strip_suffix('"')?.replace("\"\"", "\""),
                None => source.to_owned(),
            };
            if name.len() <= LONGEST {
                return None;
            }
            let mut kept = name.as_str();
            while kept.len() > LONGEST {
                kept = kept.get(..crate::diagnostics::floor(kept, kept.len() - 1))?;
            }
            let message = format!(
                "this name has {} bytes: PostgreSQL truncates it to \"{kept}\"",
                name.len()
            );
            Some(
                RULE.finding(file, token.range(), message)
                    .help(format!("choose a name of at most {LONGEST} bytes")),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn bytes_count_not_characters_and_quotes_do_not() {
        let fits = "x".repeat(63);
        assert!(find(RULE, &format!("SELECT {fits}, \"{fits}\", '{fits}{fits}'")).is_empty());
        let double = format!("\"{}\"\"\"", "x".repeat(62));
        assert!(find(RULE, &format!("SELECT {double}")).is_empty());
        let found = find(RULE, &format!("SELECT \"{}\"", "é".repeat(32))).concat();
        assert!(
            found.contains("64 bytes") && found.contains(&format!("\"{}\"", "é".repeat(31))),
            "{found}"
        );
    }
}
