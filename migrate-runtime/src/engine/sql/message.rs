//! A message with files in it, as it grows: its text, and where each statement of it is.

use std::ops::Range;

use crate::migrations::Statement;
use crate::session::SessionError;
use crate::text;

/// A message that carries the caller's SQL, and what it takes to trace an error back into the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Message {
    pub(crate) sql: String,
    /// Of `sql`: PostgreSQL counts characters, not bytes.
    pub(super) characters: usize,
    /// Statements so far, the caller's included.
    pub(crate) statements: usize,
    pub(crate) segments: Vec<Segment>,
    /// All of its statements, as bytes of `sql`.
    pub(crate) pieces: Vec<Range<usize>>,
}

/// A piece of a file within a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment {
    /// Which migration of the message, counted from 0.
    pub(crate) item: usize,
    /// Bytes of the message before it.
    pub(crate) bytes_before: usize,
    /// Characters of the message before it.
    pub(crate) characters_before: usize,
    /// Its own characters.
    pub(crate) characters: usize,
    /// Byte of the file at which it starts.
    pub(crate) offset: usize,
    /// Statements of the message before it.
    pub(crate) statements_before: usize,
    /// The first of the file's statements that it holds, counted from 0.
    pub(crate) first: usize,
    /// How many statements it holds.
    pub(crate) statements: usize,
}

impl Message {
    /// One statement of the engine before or between the caller's. Kept in one piece: it is called in many places.
    #[inline(never)]
    pub(super) fn add(&mut self, statement: &str) {
        let start = self.sql.len();
        self.pieces.push(start..start + statement.len());
        self.sql.push_str(statement);
        self.sql.push(';');
        self.characters += text::characters(statement) + 1;
        self.statements += 1;
    }

    /// Gives the error of a character that the database does not have (`untranslatable_character`) the position of that
    /// character. The server converts a message as a whole, before it knows of statements, and gives none.
    pub(crate) fn locate_character(&self, failure: &mut SessionError) {
        if let Some(error) = failure
            .database
            .as_mut()
            .filter(|error| error.code == "22P05")
        {
            error.position = error.position.or_else(|| self.position_of(&error.message));
        }
    }

    /// Where the first character is, counted from 1, that an error names by its bytes: `0xe2 0x86 0x92`.
    fn position_of(&self, error: &str) -> Option<u32> {
        let byte = |word: &str| u8::from_str_radix(word.strip_prefix("0x")?, 16).ok();
        let bytes: Vec<u8> = error.split_whitespace().filter_map(byte).collect();
        let named = std::str::from_utf8(&bytes)
            .ok()
            .filter(|named| !named.is_empty())?;
        let before = self.sql.get(..self.sql.find(named)?)?;
        u32::try_from(text::characters(before) + 1).ok()
    }

    /// SQL of the caller's. The newline after it ends a trailing comment, the semicolon an unfinished statement.
    pub(super) fn body<'s>(
        &mut self,
        item: usize,
        sql: &str,
        offset: usize,
        first: usize,
        all: impl Iterator<Item = Statement<'s>>,
    ) {
        let characters = text::characters(sql);
        let before = self.pieces.len();
        let start = self.sql.len();
        for Statement { start: at, sql, .. } in all {
            let at = start + at.saturating_sub(offset);
            self.pieces.push(at..at + sql.len());
        }
        let statements = self.pieces.len() - before;
        self.segments.push(Segment {
            item,
            bytes_before: self.sql.len(),
            characters_before: self.characters,
            characters,
            offset,
            statements_before: self.statements,
            first,
            statements,
        });
        self.sql.push_str(sql);
        self.sql.push_str("\n;");
        self.characters += characters + 2;
        self.statements += statements;
    }
}
