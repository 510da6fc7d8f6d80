//! Where a statement that was refused ends.
//!
//! The grammar cannot say, so this goes by semicolons: the first one after the error that is not
//! within a `BEGIN ATOMIC` body or a rule's list of actions. Other brackets are not counted, because
//! a missing `)` is a likely reason for the error, and would hide everything behind it.

use crate::scanner::{Keyword, Token};

/// The index of the semicolon (or of a command of psql, which ends every statement), or how many tokens there are.
pub(super) fn find_end(tokens: &[Token], first: usize, error: usize) -> usize {
    let statement = tokens.get(first..).unwrap_or_default();
    let creates = find_created(statement);
    let mut nesting = 0_usize;
    let mut rest = statement;
    let mut index = first;
    while let Some((token, others)) = rest.split_first() {
        rest = others;
        match creates {
            Some(Keyword::Function | Keyword::Procedure) => {
                let atomic = rest.first().is_some_and(|next| next.is(Keyword::Atomic));
                let opens = if nesting == 0 {
                    token.is(Keyword::Begin) && atomic
                } else {
                    token.is(Keyword::Case)
                };
                nesting += usize::from(opens);
                nesting = nesting.saturating_sub(usize::from(token.is(Keyword::End)));
            }
            Some(Keyword::Rule) => {
                nesting += usize::from(token.is_char(b'('));
                nesting = nesting.saturating_sub(usize::from(token.is_char(b')')));
            }
            _ => {}
        }
        let command = token.is_char(b'\\');
        if (command || token.is_char(b';') && nesting == 0) && index >= error {
            return index;
        }
        index += 1;
    }
    tokens.len()
}

/// The word after `CREATE` or `CREATE OR REPLACE`.
fn find_created(statement: &[Token]) -> Option<Keyword> {
    let mut words = statement.iter().map_while(Token::keyword);
    if words.next() != Some(Keyword::Create) {
        return None;
    }
    words.find(|word| !matches!(word, Keyword::Or | Keyword::Replace))
}
