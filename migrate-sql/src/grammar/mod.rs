//! PostgreSQL's own grammar.
//!
//! PostgreSQL's parser is an automaton that bison computes from its `gram.y`. The automaton is data
//! (`postgresql/`, made by `cargo xtask grammar`), so a loop of a few lines accepts exactly what
//! PostgreSQL accepts, refuses the rest at exactly the same place, and builds a syntax tree in the
//! grammar's own words on the way. Nothing here recurses, whatever the text nests.
//!
//! [`parse`] judges every statement of a text on its own: after an error it goes on after the next
//! semicolon.

mod actions;
#[path = "postgresql/facts.rs"]
mod facts;
mod lookahead;
mod parsed;
mod parser;
mod recovery;
mod refusal;
mod symbol;
mod tables;
mod terminal;
#[cfg(test)]
mod tests;
mod tree;
mod trial;

pub use facts::VERSION;
pub use parsed::{Parsed, Sentence};
pub use parser::parse;
pub use refusal::{Refusal, RefusalKind};
pub use symbol::Symbol;
pub use terminal::Category;
pub use tree::{Node, Symbols, Tree};
pub use trial::Trial;
