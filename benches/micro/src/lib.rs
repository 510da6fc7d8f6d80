//! Pieces of this project's work on a fixed input, to be timed (`cargo bench`) or counted
//! (`cargo xtask counts`).

mod growth;
mod pieces;
mod session;

pub use growth::{Grown, SHAPES, Shape};
pub use pieces::{PIECES, Piece, Subject};
