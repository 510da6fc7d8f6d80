//! A statement, and what it says.

use std::ops::Range;

use super::alter_enum::AlterEnum;
use super::alter_table::AlterTable;
use super::create::Create;
use super::create_table::{CreateTable, CreateTableAs};
use super::domain::{AlterDomain, CreateDomain};
use super::drop::{Drop, DropOwned};
use super::index::CreateIndex;
use super::maintenance::{Cluster, Refresh, Reindex, Truncate, Vacuum};
use super::rename::{Rename, SetSchema};
use super::rows::{ChangeRows, Insert};
use super::setting::{Discard, Reset, Set};
use super::source::Source;
use super::symbols as w;
use crate::grammar::{Node, Parsed};
use crate::scanner::Token;

/// A statement in its place.
#[derive(Debug, Clone)]
pub struct Statement<'a> {
    /// Its text.
    pub source: Source<'a>,
    /// Its root in the concrete tree: the kind of statement, e.g. `IndexStmt`.
    pub node: Node<'a>,
    /// What it says.
    pub command: Command<'a>,
}

/// What a statement says.
#[derive(Debug, Clone)]
pub enum Command<'a> {
    /// `ALTER DOMAIN`, apart from `RENAME` and `SET SCHEMA`
    AlterDomain(AlterDomain),
    /// `ALTER TYPE … ADD VALUE`, `… RENAME VALUE`
    AlterEnum(AlterEnum),
    /// `ALTER TABLE`, and `ALTER INDEX`, `ALTER VIEW` and others where the grammar is the same
    AlterTable(AlterTable<'a>),
    /// `ANALYZE`
    Analyze,
    /// `CLUSTER`
    Cluster(Cluster),
    /// `CREATE DOMAIN`
    CreateDomain(CreateDomain),
    /// `CREATE EXTENSION`
    CreateExtension(Create),
    /// `CREATE FUNCTION`, `CREATE PROCEDURE`
    CreateFunction(Create),
    /// `CREATE INDEX`
    CreateIndex(CreateIndex),
    /// `CREATE MATERIALIZED VIEW`
    CreateMaterializedView(Create),
    /// `CREATE POLICY`
    CreatePolicy(Create),
    /// `CREATE SCHEMA`
    CreateSchema(Create),
    /// `CREATE SEQUENCE`
    CreateSequence(Create),
    /// `CREATE TABLE`
    CreateTable(CreateTable<'a>),
    /// `CREATE TABLE AS`
    CreateTableAs(CreateTableAs),
    /// `CREATE TRIGGER`
    CreateTrigger(Create),
    /// `CREATE TYPE`
    CreateType(Create),
    /// `CREATE VIEW`
    CreateView(Create),
    /// `DELETE`
    Delete(ChangeRows),
    /// `DISCARD`
    Discard(Discard),
    /// `DROP`
    Drop(Drop),
    /// `DROP OWNED`
    DropOwned(DropOwned),
    /// `INSERT`
    Insert(Insert),
    /// `LISTEN`
    Listen,
    /// `MERGE`
    Merge(ChangeRows),
    /// `REFRESH MATERIALIZED VIEW`
    Refresh(Refresh),
    /// `REINDEX`
    Reindex(Reindex),
    /// `ALTER … RENAME`
    Rename(Rename),
    /// `RESET`
    Reset(Reset),
    /// `SELECT`, with the table that it creates, if it has an `INTO`
    Select(Option<CreateTableAs>),
    /// `SET`
    Set(Set),
    /// `ALTER … SET SCHEMA`
    SetSchema(SetSchema),
    /// `TRUNCATE`
    Truncate(Truncate),
    /// `UPDATE`
    Update(ChangeRows),
    /// `VACUUM`
    Vacuum(Vacuum),
    /// What nothing here asks for.
    Other,
}

macro_rules! kinds {
    ($($name:ident,)*) => {
        /// The kinds of command: which variant of [`Command`] it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "each is the variant of Command of the same name")]
        pub enum Kind { $($name,)* }

        impl Kind {
            /// How many there are.
            pub const COUNT: usize = [$(Self::$name,)*].len();
        }
    };
}

kinds! {
    AlterDomain, AlterEnum, AlterTable, Analyze, Cluster, CreateDomain, CreateExtension, CreateFunction, CreateIndex,
    CreateMaterializedView, CreatePolicy, CreateSchema, CreateSequence, CreateTable, CreateTableAs,
    CreateTrigger, CreateType, CreateView, Delete, Discard, Drop, DropOwned, Insert, Listen, Merge, Refresh,
    Reindex, Rename, Reset, Select, Set, SetSchema, Truncate, Update, Vacuum, Other,
}

impl Command<'_> {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::AlterDomain(_) => Kind::AlterDomain,
            Self::AlterEnum(_) => Kind::AlterEnum,
            Self::AlterTable(_) => Kind::AlterTable,
            Self::Analyze => Kind::Analyze,
            Self::Cluster(_) => Kind::Cluster,
            Self::CreateDomain(_) => Kind::CreateDomain,
            Self::CreateExtension(_) => Kind::CreateExtension,
            Self::CreateFunction(_) => Kind::CreateFunction,
            Self::CreateIndex(_) => Kind::CreateIndex,
            Self::CreateMaterializedView(_) => Kind::CreateMaterializedView,
            Self::CreatePolicy(_) => Kind::CreatePolicy,
            Self::CreateSchema(_) => Kind::CreateSchema,
            Self::CreateSequence(_) => Kind::CreateSequence,
            Self::CreateTable(_) => Kind::CreateTable,
            Self::CreateTableAs(_) => Kind::CreateTableAs,
            Self::CreateTrigger(_) => Kind::CreateTrigger,
            Self::CreateType(_) => Kind::CreateType,
            Self::CreateView(_) => Kind::CreateView,
            Self::Delete(_) => Kind::Delete,
            Self::Discard(_) => Kind::Discard,
            Self::Drop(_) => Kind::Drop,
            Self::DropOwned(_) => Kind::DropOwned,
            Self::Insert(_) => Kind::Insert,
            Self::Listen => Kind::Listen,
            Self::Merge(_) => Kind::Merge,
            Self::Refresh(_) => Kind::Refresh,
            Self::Reindex(_) => Kind::Reindex,
            Self::Rename(_) => Kind::Rename,
            Self::Reset(_) => Kind::Reset,
            Self::Select(_) => Kind::Select,
            Self::Set(_) => Kind::Set,
            Self::SetSchema(_) => Kind::SetSchema,
            Self::Truncate(_) => Kind::Truncate,
            Self::Update(_) => Kind::Update,
            Self::Vacuum(_) => Kind::Vacuum,
            Self::Other => Kind::Other,
        }
    }
}

/// Reads the statements of a text: each that the grammar accepts, in order.
pub fn statements<'a>(
    text: &'a str,
    tokens: &'a [Token],
    parsed: &'a Parsed,
) -> Vec<Statement<'a>> {
    let mut statements = Vec::with_capacity(parsed.sentences.len());
    for sentence in &parsed.sentences {
        let Some(node) = parsed.tree(sentence).and_then(|tree| tree.only()) else {
            continue;
        };
        let tokens = tokens.get(sentence.tokens.clone()).unwrap_or_default();
        statements.push(Statement::read(Source { text, tokens }, node));
    }
    statements
}

impl<'a> Statement<'a> {
    fn read(source: Source<'a>, node: Node<'a>) -> Self {
        Self {
            source,
            node,
            command: Command::read(source, node).unwrap_or(Command::Other),
        }
    }

    /// Where it is, from its first token to its last.
    pub fn range(&self) -> Range<usize> {
        self.node.range()
    }

    /// Whether a query in it reads from a table.
    pub fn reads_tables(&self) -> bool {
        self.node.find_all(w::FROM).any(|from| !from.is_empty())
    }
}

impl<'a> Command<'a> {
    fn read(source: Source<'a>, node: Node<'a>) -> Option<Self> {
        Some(match node.symbol() {
            w::ALTER_DOMAIN => Self::AlterDomain(AlterDomain::read(source)?),
            w::ALTER_ENUM => Self::AlterEnum(AlterEnum::read(source)?),
            w::ALTER_OBJECT_SCHEMA => Self::SetSchema(SetSchema::read(source)?),
            w::ALTER_TABLE => Self::AlterTable(AlterTable::read(source, node)?),
            w::ANALYZE => Self::Analyze,
            w::CLUSTER_STATEMENT => Self::Cluster(Cluster::read(source, node)),
            w::CREATE_AS => Self::CreateTableAs(CreateTableAs::read(source, node)?),
            w::CREATE_DOMAIN => Self::CreateDomain(CreateDomain::read(source, node)?),
            w::CREATE_EXTENSION => Self::CreateExtension(Create::read(source, node)),
            w::CREATE_FUNCTION => Self::CreateFunction(Create::read_named(source, node)),
            w::CREATE_MATERIALIZED_VIEW => {
                Self::CreateMaterializedView(Create::read_named(source, node))
            }
            w::CREATE_POLICY => Self::CreatePolicy(Create::read(source, node)),
            w::CREATE_SCHEMA => Self::CreateSchema(Create::read(source, node)),
            w::CREATE_SEQUENCE => Self::CreateSequence(Create::read_named(source, node)),
            w::CREATE_TABLE => Self::CreateTable(CreateTable::read(source, node)?),
            w::CREATE_TRIGGER => Self::CreateTrigger(Create::read(source, node)),
            w::CREATE_VIEW => Self::CreateView(Create::read_named(source, node)),
            w::DEFINE if Create::is_type(source) => {
                Self::CreateType(Create::read_named(source, node))
            }
            w::DELETE => Self::Delete(ChangeRows::read(source, node)?),
            w::DISCARD => Self::Discard(Discard::read(source)),
            w::DROP_AGGREGATE | w::DROP_FUNCTION | w::DROP_STATEMENT => {
                Self::Drop(Drop::read(source, node)?)
            }
            w::DROP_OWNED => Self::DropOwned(DropOwned::read(source, node)?),
            w::INDEX => Self::CreateIndex(CreateIndex::read(source, node)?),
            w::INSERT => Self::Insert(Insert::read(source, node)?),
            w::LISTEN => Self::Listen,
            w::MERGE => Self::Merge(ChangeRows::read(source, node)?),
            w::REFRESH => Self::Refresh(Refresh::read(source, node)?),
            w::REINDEX => Self::Reindex(Reindex::read(source, node)),
            w::RENAME_STATEMENT => Self::Rename(Rename::read(source)?),
            w::SELECT => Self::Select(CreateTableAs::read_into(source, node)),
            w::TRUNCATE => Self::Truncate(Truncate::read(source, node)?),
            w::UPDATE => Self::Update(ChangeRows::read(source, node)?),
            w::VACUUM_STATEMENT => Self::Vacuum(Vacuum::read(source)),
            w::VARIABLE_RESET => Self::Reset(Reset::read(source)),
            w::VARIABLE_SET => Self::Set(Set::read(source)),
            _ => return None,
        })
    }
}
