//! `ALTER TABLE`, taken apart.

use super::column::Column;
use super::column_type::ColumnType;
use super::constraint::Constraint;
use super::relation::Relation;
use super::source::Source;
use super::symbols as w;
use crate::grammar::{Node, Symbol};

/// An `AlterTableStmt` that alters one thing; there are forms that move all of a tablespace.
#[derive(Debug, Clone)]
pub struct Alteration<'a> {
    /// What is altered.
    pub relation: Relation,
    /// What kind of thing that is.
    pub target: Target,
    /// Its commands, in order.
    pub acts: Vec<Act<'a>>,
}

/// What is altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A table.
    Table,
    /// An index, a view, a sequence: nothing that holds an application's rows, or not locally.
    Other,
}

/// One of its commands.
#[derive(Debug, Clone)]
pub struct Act<'a> {
    /// Its node, an `alter_table_cmd` or a `partition_cmd`.
    pub node: Node<'a>,
    /// What it does.
    pub kind: ActKind<'a>,
}

/// The commands, as far as a rule asks for them.
#[derive(Debug, Clone)]
pub enum ActKind<'a> {
    /// `ADD COLUMN`
    AddColumn(Column<'a>),
    /// `DROP COLUMN`
    DropColumn(String),
    /// `ALTER COLUMN … SET NOT NULL`
    SetNotNull(String),
    /// `ALTER COLUMN … DROP NOT NULL`
    DropNotNull(String),
    /// With or without a collation or a `USING`, of which nothing is known.
    SetType {
        /// The column.
        column: String,
        /// Its new type.
        new: ColumnType,
        /// Whether there is neither a collation nor a `USING`.
        is_plain: bool,
    },
    /// `ALTER COLUMN … ADD GENERATED … AS IDENTITY`
    AddIdentity,
    /// `ADD CONSTRAINT`
    AddConstraint(Constraint<'a>),
    /// `DROP CONSTRAINT`
    DropConstraint,
    /// `VALIDATE CONSTRAINT`
    ValidateConstraint,
    /// `SET LOGGED` and `SET UNLOGGED`.
    SetPersistence,
    /// `SET ACCESS METHOD`
    SetAccessMethod,
    /// `SET TABLESPACE`
    SetTablespace,
    /// `ENABLE TRIGGER` and `DISABLE TRIGGER`
    Trigger,
    /// `ENABLE ROW LEVEL SECURITY` and its relatives
    RowSecurity,
    /// `ATTACH PARTITION`
    Attach(Option<Relation>),
    /// `DETACH PARTITION`
    Detach {
        /// Whether it says `CONCURRENTLY`, or `FINALIZE`, which ends such a one.
        concurrently: bool,
    },
    /// Takes `SHARE UPDATE EXCLUSIVE` only.
    Light,
    /// Takes `ACCESS EXCLUSIVE`, for a moment.
    Other,
}

impl<'a> Alteration<'a> {
    /// Of an `AlterTableStmt`.
    pub fn read(source: &Source<'a>, node: Node<'a>) -> Option<Self> {
        let parts: Vec<Node<'a>> = node.children().collect();
        let target = match parts.get(1).map(Node::symbol) {
            Some(w::TABLE) => Target::Table,
            _ => Target::Other,
        };
        let relation = parts
            .iter()
            .find(|part| part.is(w::RELATION) || part.is(w::QUALIFIED_NAME))
            .and_then(|relation| source.relation(*relation))?;
        let acts = match parts.last().map(|last| (last, last.symbol())) {
            Some((commands, w::ALTER_COMMANDS)) => commands.items(w::ALTER_COMMAND),
            Some((command, w::PARTITION_COMMAND)) => vec![*command],
            _ => Vec::new(),
        };
        let acts = acts
            .into_iter()
            .map(|node| Act {
                node,
                kind: ActKind::read(source, node).unwrap_or(ActKind::Other),
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
    fn read(source: &Source<'a>, node: Node<'a>) -> Option<Self> {
        let parts: Vec<Node<'a>> = node.children().collect();
        let symbols: Vec<Symbol> = parts.iter().map(Node::symbol).collect();
        let column = || source.name(node.child(w::COLUMN_NAME)?);
        Some(match symbols.as_slice() {
            [w::ADD, .., w::COLUMN] => Self::AddColumn(Column::read(source, *parts.last()?)?),
            [w::ADD, w::TABLE_CONSTRAINT] => {
                Self::AddConstraint(Constraint::read(source, *parts.last()?)?)
            }
            [w::ALTER, _, w::COLUMN_NAME, w::SET, w::NOT, w::NULL] => Self::SetNotNull(column()?),
            [w::ALTER, _, w::COLUMN_NAME, w::DROP, w::NOT, w::NULL] => Self::DropNotNull(column()?),
            [w::ALTER, _, w::COLUMN_NAME, w::ADD, w::GENERATED, ..] => Self::AddIdentity,
            [w::ALTER, _, w::COLUMN_NAME, _, w::TYPE, ..] => Self::SetType {
                column: column()?,
                new: ColumnType::read(source, node.child(w::TYPE_NAME)?),
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
                    .and_then(|child| source.relation(child)),
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
