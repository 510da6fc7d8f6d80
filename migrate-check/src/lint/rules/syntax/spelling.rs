//! Words that are almost keywords, and keywords that were meant as names.

use migrate_sql::grammar::{Category, Symbol};
use migrate_sql::scanner::{Keyword, TokenKind};

use super::case::Case;

/// A word so many tokens before the error may be the cause of it: `ADD COLUM a int` is refused at `int`.
const REACH: usize = 4;

/// Shorter words are one edit away from too many.
const SHORTEST: usize = 3;

/// A keyword that would be welcome as a name.
pub(super) fn advise_on_name(case: &Case<'_>) -> Option<String> {
    let candidates = [Some(case.error), case.error.checked_sub(1)];
    candidates.into_iter().flatten().find_map(|index| {
        let keyword = case.token(index)?.keyword()?;
        let what = match Category::of(keyword) {
            Category::Unreserved => return None,
            Category::Reserved => "is a reserved word",
            Category::ColumnName | Category::TypeFunctionName => "is a keyword",
        };
        let name = Symbol::named("IDENT");
        case.survives(index..index + 1, &[name]).then(|| {
            let word = case.written(index);
            let lower = word.to_ascii_lowercase();
            format!(
                "`{word}` {what}: quote it to use it as a name, `\"{lower}\"`, or choose another"
            )
        })
    })
}

/// A word that is one edit away from a keyword with which the statement goes on.
pub(super) fn advise_on_typo(case: &Case<'_>) -> Option<String> {
    let words = std::iter::once(case.error).chain(case.before().take(REACH));
    for index in words {
        let Some(token) = case.token(index) else {
            continue;
        };
        let word = case.written(index);
        let is_word = token.kind == TokenKind::Ident && !word.starts_with('"')
            || index == case.error && token.keyword().is_some();
        if !is_word || word.len() < SHORTEST {
            continue;
        }
        let meant = Keyword::ALL.iter().find(|keyword| {
            is_one_edit_apart(word, keyword.text())
                && case.survives(index..index + 1, &[Symbol::of(**keyword)])
        });
        if let Some(meant) = meant {
            let meant = meant.text().to_ascii_uppercase();
            return Some(format!("did you mean `{meant}` instead of `{word}`?"));
        }
    }
    None
}

/// Whether one letter inserted, left out, replaced or exchanged with its neighbour makes one of the
/// other.
fn is_one_edit_apart(word: &str, keyword: &str) -> bool {
    if word.len().abs_diff(keyword.len()) > 1 {
        return false;
    }
    let word = word.to_ascii_lowercase().into_bytes();
    let keyword = keyword.as_bytes();
    let same = word.iter().zip(keyword).take_while(|(a, b)| a == b).count();
    let (Some(left), Some(right)) = (word.get(same..), keyword.get(same..)) else {
        return false;
    };
    match (left, right) {
        ([a, b, left @ ..], [c, d, right @ ..]) if (a, b) == (d, c) && left == right => true,
        ([_, rest_left @ ..], [_, rest_right @ ..]) if rest_left == rest_right => true,
        ([_, rest @ ..], right) if rest == right => true,
        (left, [_, rest @ ..]) => left == rest,
        _ => false,
    }
}
