//! Statements with one edit.

use migrate_sql::scanner::{Token, TokenKind, scan};

/// Edits statements; the same ones in the same order give the same edits.
pub(super) struct Editor {
    random: u64,
    turn: usize,
}

impl Default for Editor {
    fn default() -> Self {
        // Any number but 0 does.
        Self {
            random: 0x9e37_79b9_7f4a_7c15,
            turn: 0,
        }
    }
}

impl Editor {
    /// The statement with one edit; none if it has nothing to edit in this way.
    pub(super) fn edit(&mut self, statement: &str) -> Option<String> {
        self.turn += 1;
        let tokens = scan(statement).tokens;
        let token = *self.choose(&tokens)?;
        let word = token.range();
        let written = statement.get(word.clone())?;
        let mut edited = statement.to_owned();
        match self.turn % 8 {
            0 => edited.replace_range(word, ""),
            1 => edited.insert_str(word.end, &format!(" {written}")),
            2 => {
                let next = tokens.iter().find(|next| next.start >= word.end)?;
                let between = statement.get(word.end..next.start)?;
                let swapped = format!("{}{between}{written}", statement.get(next.range())?);
                edited.replace_range(word.start..next.end, &swapped);
            }
            3 => self.break_word(&mut edited, &tokens, |token| token.keyword().is_some())?,
            4 => self.break_word(&mut edited, &tokens, |token| {
                token.is_char(b'(') || token.is_char(b')')
            })?,
            5 => self.break_word(&mut edited, &tokens, |token| {
                token.kind == TokenKind::String || token.is_char(b',')
            })?,
            6 => {
                let other = self.choose(&tokens)?;
                edited.replace_range(word, statement.get(other.range())?);
            }
            _ => {
                let other = self.choose(&tokens)?;
                edited.insert_str(word.start, &format!("{} ", statement.get(other.range())?));
            }
        }
        (edited != statement).then_some(edited)
    }

    /// Takes one character out of a token of the chosen kind, or doubles it.
    fn break_word(
        &mut self,
        statement: &mut String,
        tokens: &[Token],
        chosen: fn(&Token) -> bool,
    ) -> Option<()> {
        let candidates: Vec<Token> = tokens.iter().copied().filter(chosen).collect();
        let token = *self.choose(&candidates)?;
        // Of a literal, a quote.
        let at = if token.kind == TokenKind::String {
            token.end.checked_sub(1)?
        } else {
            token.start + self.next(token.end - token.start)
        };
        let character = statement.get(at..)?.chars().next()?;
        if self.next(2) == 0 {
            statement.remove(at);
        } else {
            statement.insert(at, character);
        }
        Some(())
    }

    fn choose<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.next(from.len()))
    }

    /// A number below `limit`, by Marsaglia's xorshift.
    fn next(&mut self, limit: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random >> 33).unwrap_or_default() % limit.max(1)
    }
}
