//! What is wrong, as data, and how it looks.

mod diagnostic;
mod lines;
mod nearest;
mod position;
mod render;

pub use self::diagnostic::{Diagnostic, RuleRemark, Severity, Span};
pub use self::lines::Lines;
pub use self::nearest::nearest;
pub use self::position::Position;
pub(crate) use self::position::floor;
pub use self::render::{Renderer, Style, render};
