//! The typed syntax tree: what a statement says, as Rust values.
//!
//! [`statements`] reads each statement once from the parser's tree. A [`Statement`] has its place in the text and a
//! [`Command`], which holds names as PostgreSQL stores them and every option as data. Each family of statements is a
//! file: to teach the tree another one, add a struct with a `read`, a variant of [`Command`] and one of [`Kind`].

mod alter_enum;
mod alter_table;
mod call;
mod clauses;
mod column;
mod column_type;
mod constraint;
mod create;
mod create_table;
mod domain;
mod drop;
mod expression;
mod index;
mod maintenance;
mod object_kind;
mod object_name;
mod rename;
mod rows;
mod setting;
mod source;
mod statement;
mod string_literal;
mod symbols;

pub use self::alter_enum::{AlterEnum, EnumChange};
pub use self::alter_table::{Action, AlterTable, AlterTableAction, Conversion, Detach};
pub use self::call::{Call, Calls};
pub use self::clauses::{Concurrency, DropBehavior, Guard, OnCommit, Persistence, Replacement};
pub use self::column::{Column, ColumnConstraint};
pub use self::column_type::ColumnType;
pub use self::constraint::{Constraint, ConstraintKind, Validity};
pub use self::create::Create;
pub use self::create_table::{CreateTable, CreateTableAs, TableElements};
pub use self::domain::{AlterDomain, CreateDomain, Demand, DomainChange, DomainConstraint};
pub use self::drop::{Drop, DropOwned};
pub use self::expression::{BuiltinCall, Expression};
pub use self::index::{CreateIndex, Descent};
pub use self::maintenance::{Cluster, Filling, Refresh, Reindex, Truncate, Vacuum};
pub use self::object_kind::ObjectKind;
pub use self::object_name::{ObjectName, spell_name};
pub use self::rename::{Rename, RenamedPart, SetSchema};
pub use self::rows::{ChangeRows, Insert, Rows};
pub use self::setting::{Discard, Reset, Scope, Set, SetValue};
pub use self::source::Source;
pub use self::statement::{Command, Kind, Statement, statements};
pub use self::string_literal::StringLiteral;
