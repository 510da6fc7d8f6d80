//! What the build knows of SQL: how PostgreSQL cuts a text into tokens and statements, and what each
//! statement asks of whoever runs it.

mod fault;
mod keyword;
mod numbers;
mod operators;
mod scanner;
mod strings;
mod token;

pub use fault::{Fault, FaultKind};
pub use keyword::Keyword;
pub use scanner::{Scan, scan};
pub use token::{Token, TokenKind};
