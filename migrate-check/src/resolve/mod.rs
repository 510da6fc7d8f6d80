//! Statements against what exists: a statement about something that surely is not there is refused, and so is one that
//! what is there rules out.
//!
//! A [`Resolver`] goes through the files in the order in which they run and keeps a [`World`]. Only a sure absence or a
//! sure contradiction is reported. Whatever a statement does that is not modelled makes unknown what it could have
//! touched (`DO` blocks, functions that run, extensions, `search_path`), and what is unknown is never reported.

mod action;
mod alter;
mod alter_type;
mod arena;
mod block;
mod body;
mod built;
mod builtin;
mod by_name;
mod chosen;
mod column_reference;
mod constraint;
mod create;
mod create_part;
mod create_table;
mod create_type;
mod cursor;
mod data;
mod dependent;
mod drop;
mod drop_column;
mod drop_part;
mod expression;
mod foreign_key;
mod from_item;
mod function;
mod index;
mod known_queries;
mod label;
mod named_type;
mod names;
mod nodes;
mod output;
mod part;
mod possible;
mod possible_alter;
mod query;
mod relation;
mod relations;
mod rename;
mod report;
mod routine;
mod row_change;
mod schema;
mod scope;
mod statement;
mod symbol;
mod table;
mod template;
#[cfg(test)]
mod tests;
mod undo;
mod world;

use std::rc::Rc;

use migrate_sql::grammar::{self, Parsed};
use migrate_sql::scanner::{Token, scan};

use self::by_name::ByName;
use self::function::Functions;
use self::names::Names;
use self::routine::Body;
use self::world::World;
use crate::diagnostics::Diagnostic;
use crate::files::Direction;
use crate::settings::TableName;

/// A file to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File<'f> {
    /// Its name as diagnostics show it.
    pub(crate) name: &'f str,
    pub(crate) text: &'f str,
    pub(crate) tokens: &'f [Token],
    pub(crate) parsed: &'f Parsed,
    pub(crate) direction: Direction,
    /// What its name says, if that is right.
    pub(crate) version: Option<i64>,
    /// Where the text begins in the file as the user sees it.
    pub(crate) offset: usize,
    /// Whether nothing is to be said of it: it ran long ago.
    pub(crate) is_quiet: bool,
}

/// A part of what is there before the first file.
#[derive(Debug)]
pub(crate) enum Part {
    /// A file that has run: its name and its text.
    File(String, String),
    /// An extension that is there.
    Extension(String),
    /// Something that could not be read whole: anything may be there.
    Anything,
}

/// Goes through the files in order.
#[derive(Debug, Default)]
pub(crate) struct Resolver {
    world: World,
    /// What is refused.
    pub(crate) problems: Vec<Diagnostic>,
    /// The file that is read, as diagnostics name it.
    file: Rc<str>,
    /// Where the text begins in its file.
    offset: usize,
    /// Whether nothing is to be said of the file.
    is_quiet: bool,
    /// The version of the file that was read last.
    version: Option<i64>,
    /// The direction of that file.
    direction: Option<Direction>,
    /// How many lines there are before a byte.
    counted: (usize, usize),
    /// The bodies of the functions that files made, by name.
    functions: ByName<Vec<Body>>,
    /// The functions of files that run when rows or tables change: those of triggers, defaults, checks.
    hooked: Names,
    /// Of these, those that may change what exists; none until that is asked.
    armed: Option<Vec<String>>,
    /// Whether these run when a statement changes what exists, too.
    runs_on_ddl: bool,
    /// Problems about names that a later file may make.
    wanted: ByName<Vec<usize>>,
    /// Whether functions may be called that no file and no known extension made.
    has_strangers: bool,
    /// The functions of PostgreSQL and its extensions; empty until they are asked for.
    builtin_functions: Functions,
    /// The extensions that are there.
    extensions: Vec<String>,
    bodies: Bodies,
    /// How many enums files have made.
    enums: usize,
}

/// Whether the server reads the bodies of functions in SQL when they are created.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Bodies {
    #[default]
    Read,
    /// `check_function_bodies` may be off.
    Skipped,
}

impl Resolver {
    /// One that knows what was there before the first file.
    pub(crate) fn after(parts: &[Part]) -> Self {
        let mut resolver = Self::default();
        for part in parts {
            match part {
                Part::File(name, text) => {
                    let scanned = scan(text);
                    let parsed = grammar::parse(text, &scanned.tokens, &scanned.faults);
                    resolver.read(&File {
                        name,
                        text,
                        tokens: &scanned.tokens,
                        parsed: &parsed,
                        direction: Direction::Up,
                        version: None,
                        offset: 0,
                        is_quiet: true,
                    });
                }
                Part::Extension(name) => resolver.assume_extension(name, false),
                Part::Anything => resolver.world.forget(),
            }
        }
        resolver
    }

    /// The history table, which no file makes, may be there, and its schema with it.
    pub(crate) fn assume_history(&mut self, table: &TableName) {
        self.world.anywhere.insert(table.name.clone());
        let schema = world::Schema::new(world::Presence::Maybe, true);
        self.world.schemas.get_or_insert(&table.schema, || schema);
    }

    /// Reads a file: what it says of things that are not there, and what it makes. A down file is read after the file that
    /// it reverts, and what it makes is taken back.
    pub(crate) fn read(&mut self, file: &File<'_>) {
        let is_down = file.direction == Direction::Down;
        if is_down && (file.version.is_none() || self.version != file.version) {
            // What it reverts is not what has been read last.
            return;
        }
        self.version = file.version;
        self.direction = Some(file.direction);
        let before = is_down.then(|| self.record());
        self.file = Rc::from(file.name);
        self.offset = file.offset;
        self.is_quiet = file.is_quiet;
        self.counted = (0, 0);
        for sentence in &file.parsed.sentences {
            let tokens = file.tokens.get(sentence.tokens.clone());
            let tokens = tokens.unwrap_or_default();
            let root = file.parsed.tree(sentence).and_then(|tree| tree.only());
            match root {
                Some(root) => self.statement(file.text, tokens, root),
                // What the server makes of it is not known.
                None => self.world.forget(),
            }
        }
        self.end_file();
        if let Some(before) = before {
            self.undo(before);
        }
    }

    /// Temporary objects and settings end with the file.
    fn end_file(&mut self) {
        let temporary: Vec<usize> = self
            .world
            .schemas
            .get(world::TEMPORARY)
            .map(|schema| schema.relations.values().copied().collect())
            .unwrap_or_default();
        for id in temporary {
            self.world.remove(id);
        }
        self.world.path = self.world.home.clone();
        self.bodies = Bodies::Read;
    }
}
