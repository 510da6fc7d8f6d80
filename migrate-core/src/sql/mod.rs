//! What the build knows of SQL: how PostgreSQL cuts a text into tokens and statements, and what each
//! statement asks of whoever runs it.

mod analysis;
pub(crate) mod body;
mod class;
pub(crate) mod copy;
mod fault;
mod keyword;
mod literal;
pub(crate) mod name;
mod numbers;
mod operators;
mod options;
pub(crate) mod reader;
mod reindex;
mod scanner;
mod session_state;
mod splitter;
mod strings;
mod subscription;
#[cfg(test)]
mod testing;
mod token;
mod unicode;
mod vocabulary;

pub use analysis::{Analysis, Part, analyse};
pub use class::Class;
pub use fault::{Fault, FaultKind};
pub use keyword::Keyword;
pub(crate) use literal::value as literal_value;
pub use scanner::{Scan, scan};
pub use token::{Token, TokenKind};
pub use vocabulary::Vocabulary;
