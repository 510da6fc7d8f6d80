//! `ALTER TABLE`, action by action.

use std::ops::Range;

use super::clauses::{Concurrency, DropBehavior, Guard};
use super::column::Column;
use super::column_type::ColumnType;
use super::constraint::Constraint;
use super::object_kind::ObjectKind;
use super::object_name::ObjectName;
use super::source::Source;
use super::symbols as w;
use crate::grammar::{Node, Symbol};
use crate::scanner::{Keyword as K, TokenKind};

/// An `AlterTableStmt` that alters one object; there are forms that move all of a tablespace.
#[derive(Debug, Clone)]
pub struct AlterTable<'a> {
    /// What kind of object is altered: the grammar has indexes, views and sequences here, too.
    pub kind: ObjectKind,
    /// The object.
    pub name: ObjectName,
    /// What is done to it, in order.
    pub actions: Vec<Action<'a>>,
}

/// An action with its place in the text.
#[derive(Debug, Clone)]
pub struct Action<'a> {
    /// Where it is.
    pub range: Range<usize>,
    /// What it does.
    pub action: AlterTableAction<'a>,
}

/// What `ALTER TABLE` does to a table.
#[derive(Debug, Clone)]
pub enum AlterTableAction<'a> {
    /// `ADD COLUMN`
    AddColumn {
        /// The column.
        column: Column<'a>,
        /// `IF NOT EXISTS`
        guard: Guard,
    },
    /// `DROP COLUMN`
    DropColumn {
        /// The column.
        column: String,
        /// `IF EXISTS`
        guard: Guard,
        /// `CASCADE`
        behavior: DropBehavior,
    },
    /// `ALTER COLUMN … SET NOT NULL`
    SetNotNull(String),
    /// `ALTER COLUMN … DROP NOT NULL`
    DropNotNull(String),
    /// `ALTER COLUMN … TYPE`
    SetType {
        /// The column.
        column: String,
        /// Its new type.
        data_type: ColumnType,
        /// How the values get there.
        conversion: Conversion,
    },
    /// `ALTER COLUMN … SET EXPRESSION`, of a generated column
    SetExpression(String),
    /// `ALTER COLUMN … ADD GENERATED … AS IDENTITY`
    AddIdentity,
    /// `ADD CONSTRAINT`
    AddConstraint(Constraint<'a>),
    /// `DROP CONSTRAINT`
    DropConstraint {
        /// The constraint.
        name: String,
        /// `IF EXISTS`
        guard: Guard,
        /// `CASCADE`
        behavior: DropBehavior,
    },
    /// `VALIDATE CONSTRAINT`
    ValidateConstraint(String),
    /// `SET LOGGED` and `SET UNLOGGED`
    SetPersistence,
    /// `SET ACCESS METHOD`
    SetAccessMethod,
    /// `SET TABLESPACE`
    SetTablespace,
    /// `ENABLE TRIGGER` and `DISABLE TRIGGER`
    SwitchTrigger,
    /// `ENABLE ROW LEVEL SECURITY` and its relatives
    SwitchRowSecurity,
    /// `ATTACH PARTITION`
    AttachPartition {
        /// The table that becomes a partition.
        partition: ObjectName,
        /// `DEFAULT`: it takes the rows that fit no other.
        is_default: bool,
    },
    /// `DETACH PARTITION`
    DetachPartition {
        /// The partition.
        partition: ObjectName,
        /// How it is detached.
        detach: Detach,
    },
    /// Statistics, storage parameters, clustering: what takes `SHARE UPDATE EXCLUSIVE` only.
    Tune,
    /// Any other: it takes `ACCESS EXCLUSIVE`, for a moment.
    Other,
}

/// How a column's values become those of its new type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    /// As PostgreSQL casts them.
    Plain,
    /// With a `USING` that computes something.
    Computed,
    /// With a `COLLATE`: rows stay as they are, and sort in another order.
    Collated,
}

impl Conversion {
    /// Of an `alter_table_cmd`.
    fn of(source: Source<'_>, node: Node<'_>) -> Option<Self> {
        let using = node.child(w::USING_EXPRESSION)?;
        if !using.is_empty() {
            let column = source.name(node.child(w::COLUMN_NAME)?)?;
            let new = node.child(w::TYPE_NAME)?.text(source.text);
            if !is_plain_cast(source, using, &column, new) {
                return Some(Self::Computed);
            }
        }
        Some(if node.child(w::COLLATION)?.is_empty() {
            Self::Plain
        } else {
            Self::Collated
        })
    }
}

/// Whether a `USING` says what happens without it: `USING a`, `USING (a)`, `USING a::new_type`.
fn is_plain_cast(source: Source<'_>, using: Node<'_>, column: &str, new: &str) -> bool {
    let mut rest = source.reader(using);
    rest.accept(K::Using);
    while rest.accept_char(b'(') {}
    if rest.name().as_deref() != Some(column) {
        return false;
    }
    while rest.accept_char(b')') {}
    if rest.is_done() {
        return true;
    }
    let is_cast = rest
        .read()
        .is_some_and(|token| token.kind == TokenKind::Typecast);
    let start = rest.peek().map(|token| token.start);
    let cast = start.and_then(|start| source.text.get(start..using.range().end));
    let cast = cast.map(|cast| cast.trim_end_matches([')', ' ']));
    is_cast && cast.is_some_and(|cast| cast.eq_ignore_ascii_case(new.trim_end_matches([')', ' '])))
}

/// How a partition is detached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detach {
    /// Others wait.
    Blocking,
    /// `CONCURRENTLY`
    Concurrently,
    /// `FINALIZE`: ends a concurrent one that was interrupted.
    Finalize,
}

impl<'a> AlterTable<'a> {
    pub(super) fn read(source: Source<'a>, node: Node<'a>) -> Option<Self> {
        let parts: Vec<Node<'a>> = node.children().collect();
        let kind = match parts.get(1)?.symbol() {
            w::TABLE => ObjectKind::Table,
            w::INDEX_WORD => ObjectKind::Index,
            w::SEQUENCE => ObjectKind::Sequence,
            w::VIEW => ObjectKind::View,
            w::MATERIALIZED => ObjectKind::MaterializedView,
            w::FOREIGN => ObjectKind::ForeignTable,
            _ => ObjectKind::Other,
        };
        let name = parts
            .iter()
            .find(|part| part.is(w::RELATION) || part.is(w::QUALIFIED_NAME))
            .and_then(|name| source.object_name(*name))?;
        let last = parts.last()?;
        let actions = match last.symbol() {
            w::ALTER_COMMANDS => last.items(w::ALTER_COMMAND),
            w::PARTITION_COMMAND => vec![*last],
            _ => Vec::new(),
        };
        let mut read = Vec::with_capacity(actions.len());
        for node in actions {
            read.push(Action {
                range: node.range(),
                action: AlterTableAction::read(source, node).unwrap_or(AlterTableAction::Other),
            });
        }
        Some(Self {
            kind,
            name,
            actions: read,
        })
    }
}

impl<'a> AlterTableAction<'a> {
    /// Of an `alter_table_cmd` or a `partition_cmd`.
    fn read(source: Source<'a>, node: Node<'a>) -> Option<Self> {
        let parts: Vec<Node<'a>> = node.children().collect();
        let symbols: Vec<Symbol> = parts.iter().map(Node::symbol).collect();
        let column = || source.name(node.child(w::COLUMN_NAME)?);
        let name = || source.name(node.child(w::NAME)?);
        Some(match symbols.as_slice() {
            [w::ADD, .., w::COLUMN] => Self::AddColumn {
                column: Column::read(source, *parts.last()?)?,
                guard: Guard::of(node),
            },
            [w::ADD, w::TABLE_CONSTRAINT] => {
                Self::AddConstraint(Constraint::read(source, *parts.last()?)?)
            }
            [w::ALTER, _, w::COLUMN_NAME, w::SET, w::NOT, w::NULL] => Self::SetNotNull(column()?),
            [w::ALTER, _, w::COLUMN_NAME, w::DROP, w::NOT, w::NULL] => Self::DropNotNull(column()?),
            [w::ALTER, _, w::COLUMN_NAME, w::SET, w::EXPRESSION_WORD, ..] => {
                Self::SetExpression(column()?)
            }
            [w::ALTER, _, w::COLUMN_NAME, w::ADD, w::GENERATED, ..] => Self::AddIdentity,
            [w::ALTER, _, w::COLUMN_NAME, _, w::TYPE, ..] => Self::SetType {
                column: column()?,
                data_type: ColumnType::read(source, node.child(w::TYPE_NAME)?),
                conversion: Conversion::of(source, node)?,
            },
            [w::ALTER, _, _, w::SET, w::STATISTICS, ..]
            | [w::ALTER, _, w::COLUMN_NAME, w::SET | w::RESET, w::OPTIONS]
            | [w::SET | w::RESET, w::OPTIONS]
            | [w::CLUSTER, ..]
            | [w::SET, w::WITHOUT, w::CLUSTER] => Self::Tune,
            [w::DROP, w::CONSTRAINT, ..] => Self::DropConstraint {
                name: name()?,
                guard: Guard::of(node),
                behavior: DropBehavior::of(node),
            },
            [w::DROP, ..] => Self::DropColumn {
                column: column()?,
                guard: Guard::of(node),
                behavior: DropBehavior::of(node),
            },
            [w::VALIDATE, ..] => Self::ValidateConstraint(name()?),
            [w::SET, w::LOGGED | w::UNLOGGED] => Self::SetPersistence,
            [w::SET, w::ACCESS, ..] => Self::SetAccessMethod,
            [w::SET, w::TABLESPACE, ..] => Self::SetTablespace,
            [w::ENABLE | w::DISABLE, .., w::LEVEL, w::SECURITY]
            | [.., w::FORCE, _, w::LEVEL, w::SECURITY] => Self::SwitchRowSecurity,
            [w::ENABLE | w::DISABLE, rest @ ..] if rest.contains(&w::TRIGGER) => {
                Self::SwitchTrigger
            }
            [w::ATTACH, ..] => Self::AttachPartition {
                partition: source.object_name(node.child(w::QUALIFIED_NAME)?)?,
                is_default: is_default(node),
            },
            [w::DETACH, ..] => Self::DetachPartition {
                partition: source.object_name(node.child(w::QUALIFIED_NAME)?)?,
                detach: match node.child(w::CONCURRENTLY).map(Concurrency::of_word) {
                    None => Detach::Finalize,
                    Some(Concurrency::Concurrent) => Detach::Concurrently,
                    Some(Concurrency::Blocking) => Detach::Blocking,
                },
            },
            _ => Self::Other,
        })
    }
}

/// Whether a statement that makes a partition says `DEFAULT`.
pub(super) fn is_default(node: Node<'_>) -> bool {
    let bounds = node.child(w::PARTITION_BOUNDS);
    bounds
        .and_then(|bounds| bounds.only())
        .is_some_and(|first| first.is(w::DEFAULT))
}
