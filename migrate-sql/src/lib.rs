//! PostgreSQL's language: its tokens, its statements, its grammar, as far as the build of an
//! application needs them. What a migration is, and what it must not say, is not known here.
//!
//! This crate is an internal part of `migrate-runtime`: it
//! is published because Cargo asks for that, and its API may change in any release.
//!
//! [`scanner::scan`] cuts a text into tokens exactly as PostgreSQL does. [`splitter::analyse`] cuts the
//! tokens into the statements to send, and [`grammar::parse`] builds a syntax tree of each with
//! PostgreSQL's own grammar. [`ast`] reads what a tree says.

pub mod ast;
pub mod grammar;
pub mod scanner;
pub mod splitter;
