//! `ALTER TABLE`, taken apart.

use super::column::Column;
use super::column_type::ColumnType;
use super::constraint::Constraint;
use super::relation::Relation;
use super::subject::Subject;
use super::words as w;
use crate::grammar::{Node, Symbol};

/// An `AlterTableStmt` that alters one thing; there are forms that move all of a tablespace.
#[derive(Debug, Clone)]
pub(crate) struct Alteration<'a> {
    pub(crate) relation: Relation,
    pub(crate) target: Target,
    pub(crate) acts: Vec<Act<'a>>,
}

/// What is altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Table,
    /// An index, a view, a sequence: nothing that holds an application's rows, or not locally.
    Other,
}

/// One of its commands.
#[derive(Debug, Clone)]
pub(crate) struct Act<'a> {
    pub(crate) node: Node<'a>,
    pub(crate) kind: ActKind<'a>,
}

/// The commands, as far as a rule asks for them.
#[derive(Debug, Clone)]
pub(crate) enum ActKind<'a> {
    AddColumn(Column<'a>),
    DropColumn(String),
    SetNotNull(String),
    DropNotNull(String),
    /// With or without a collation or a `USING`, of which nothing is known.
    SetType {
        column: String,
        new: ColumnType,
        is_plain: bool,
    },
    AddIdentity,
    AddConstraint(Constraint<'a>),
    DropConstraint,
    ValidateConstraint,
    /// `SET LOGGED` and `SET UNLOGGED`.
    SetPersistence,
    SetAccessMethod,
    SetTablespace,
    Trigger,
    RowSecurity,
    Attach(Option<Relation>),
    Detach {
        concurrently: bool,
    },
    /// Takes `SHARE UPDATE EXCLUSIVE` only.
    Light,
    /// Takes `ACCESS EXCLUSIVE`, for a moment.
    Other,
}

impl<'a> Alteration<'a> {
    /// Of an `AlterTableStmt`.
    pub(crate) fn read(subject: &Subject<'a>, node: Node<'a>) -> Option<Self> {
        let parts: Vec<Node<'a>> = node.children().collect();
        let target = match parts.get(1).map(Node::symbol) {
            Some(w::TABLE) => Target::Table,
            _ => Target::Other,
        };
        let relation = parts
            .iter()
            .find(|part| part.is(w::RELATION) || part.is(w::QUALIFIED_NAME))
            .and_then(|relation| subject.relation(*relation))?;
        let acts = match parts.last().map(|last| (last, last.symbol())) {
            Some((commands, w::ALTER_COMMANDS)) => commands.items(w::ALTER_COMMAND),
            Some((command, w::PARTITION_COMMAND)) => vec![*command],
            _ => Vec::new(),
        };
        let acts = acts
            .into_iter()
            .map(|node| Act {
                node,
                kind: ActKind::read(subject, node).unwrap_or(ActKind::Other),
            })
            .collect();
        Some(Self {
            relation,
            target,
            acts,
        })
    }
}

impl<'a> ActKind<'a> {
    fn read(subject: &Subject<'a>, node: Node<'a>) -> Option<Self> {
        let parts: Vec<Node<'a>> = node.children().collect();
        let symbols: Vec<Symbol> = parts.iter().map(Node::symbol).collect();
        let column = || subject.name(node.child(w::COLUMN_NAME)?);
        Some(match symbols.as_slice() {
            [w::ADD, .., w::COLUMN] => Self::AddColumn(Column::read(subject, *parts.last()?)?),
            [w::ADD, w::TABLE_CONSTRAINT] => {
                Self::AddConstraint(Constraint::read(subject, *parts.last()?)?)
            }
            [w::ALTER, _, w::COLUMN_NAME, w::SET, w::NOT, w::NULL] => Self::SetNotNull(column()?),
            [w::ALTER, _, w::COLUMN_NAME, w::DROP, w::NOT, w::NULL] => Self::DropNotNull(column()?),
            [w::ALTER, _, w::COLUMN_NAME, w::ADD, w::GENERATED, ..] => Self::AddIdentity,
            [w::ALTER, _, w::COLUMN_NAME, _, w::TYPE, ..] => Self::SetType {
                column: column()?,
                new: ColumnType::read(subject, node.child(w::TYPE_NAME)?),
                is_plain: node.child(w::USING_EXPRESSION)?.is_empty()
                    && node.child(w::COLLATION)?.is_empty(),
            },
            [w::ALTER, _, _, w::SET, w::STATISTICS, ..]
            | [w::ALTER, _, w::COLUMN_NAME, w::SET | w::RESET, w::OPTIONS]
            | [w::SET | w::RESET, w::OPTIONS]
            | [w::CLUSTER, ..]
            | [w::SET, w::WITHOUT, w::CLUSTER] => Self::Light,
            [w::DROP, w::CONSTRAINT, ..] => Self::DropConstraint,
            [w::DROP, ..] => Self::DropColumn(column()?),
            [w::VALIDATE, ..] => Self::ValidateConstraint,
            [w::SET, w::LOGGED | w::UNLOGGED] => Self::SetPersistence,
            [w::SET, w::ACCESS, ..] => Self::SetAccessMethod,
            [w::SET, w::TABLESPACE, ..] => Self::SetTablespace,
            [w::ENABLE | w::DISABLE, .., w::LEVEL, w::SECURITY]
            | [.., w::FORCE, _, w::LEVEL, w::SECURITY] => Self::RowSecurity,
            [w::ENABLE | w::DISABLE, rest @ ..] if rest.contains(&w::TRIGGER) => Self::Trigger,
            [w::ATTACH, ..] => Self::Attach(
                node.child(w::QUALIFIED_NAME)
                    .and_then(|child| subject.relation(child)),
            ),
            [w::DETACH, ..] => Self::Detach {
                concurrently: node
                    .child(w::CONCURRENTLY)
                    .is_none_or(|concurrently| !concurrently.is_empty()),
            },
            _ => Self::Other,
        })
    }
}
