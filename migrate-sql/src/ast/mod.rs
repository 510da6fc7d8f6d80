//! What a statement says, read from its syntax tree.

mod alteration;
mod column;
mod column_type;
mod constraint;
mod relation;
mod source;
mod statement;
pub mod symbols;

pub use self::alteration::{Act, ActKind, Alteration, Target};
pub use self::column::{Column, Trait, TraitKind};
pub use self::column_type::ColumnType;
pub use self::constraint::{Constraint, ConstraintKind, column_not_null};
pub use self::relation::Relation;
pub use self::source::Source;
pub use self::statement::Statement;
