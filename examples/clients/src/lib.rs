//! The programs are in `src/bin`. The page that shows them compiles here, where all of its clients are.

#[cfg(doctest)]
#[doc = include_str!("../../../docs/clients.md")]
mod page {}
