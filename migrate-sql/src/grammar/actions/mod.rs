//! What PostgreSQL's parser refuses although its grammar has a rule for it.
//!
//! Some of `gram.y`'s rules exist only to say something better than "syntax error", and others are
//! wider than what is meant, because an LALR(1) grammar cannot be narrower. The code that PostgreSQL
//! runs when it has recognised such a rule refuses what does not belong. Here is the same judgement,
//! in PostgreSQL's words, for everything a text can hold.
//!
//! A check sees one node right after the parser has made it, so the first error of a statement is the
//! same as PostgreSQL's.

mod attributes;
mod constraints;
mod copying;
mod functions;
mod json;
mod names;
mod objects;
mod partitions;
mod publications;
mod queries;
mod roles;
mod windows;

use std::ops::Range;

use super::facts;
use super::symbol::Symbol;
use super::tables::{NONTERMINALS, Rule, TERMINALS};
use super::tree::Node;

/// What PostgreSQL says of a node.
#[derive(Debug)]
pub(super) struct Objection {
    pub(super) message: String,
    /// Where; none for the token read last.
    pub(super) span: Option<Range<usize>>,
}

/// A node to be judged.
pub(super) struct Site<'a> {
    text: &'a str,
    node: Node<'a>,
}

type Verdict = Result<(), Objection>;

type Judge = fn(&Site<'_>) -> Verdict;

static JUDGED: [u32; NONTERMINALS] = list_lengths();

/// Whether what a rule of the grammar makes has to be judged.
#[inline(always)]
#[expect(
    clippy::indexing_slicing,
    clippy::inline_always,
    reason = "asked at every reduction, without optimisation; the tables hold no other numbers"
)]
pub(super) fn may_refuse(made: Rule) -> bool {
    JUDGED[made.left - TERMINALS] >> made.length & 1 == 1
}

/// By nonterminal (not counting terminals): the lengths of the right sides that can be wrong, as a set
/// of bits.
#[expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler: a wrong index is a build error"
)]
const fn list_lengths() -> [u32; NONTERMINALS] {
    let mut lengths = [0; NONTERMINALS];
    let mut rest = ENTRIES;
    while let [(name, judged, _), others @ ..] = rest {
        lengths[(Symbol::named(name).0 - facts::TERMINALS) as usize] = *judged;
        rest = others;
    }
    lengths
}

/// Judges a node of a nonterminal.
pub(super) fn judge(nonterminal: usize, text: &str, node: Node<'_>) -> Verdict {
    match CHECKS.get(nonterminal) {
        Some(Some(judge)) => judge(&Site { text, node }),
        _ => Ok(()),
    }
}

impl<'a> Site<'a> {
    /// The `number`-th symbol of the right side, from 1 as in `gram.y`.
    fn part(&self, number: usize) -> Option<Node<'a>> {
        self.node.nth(number.wrapping_sub(1))
    }

    /// Whether the `number`-th symbol of the right side is this one.
    fn has(&self, number: usize, symbol: Symbol) -> bool {
        self.part(number).is_some_and(|part| part.is(symbol))
    }

    /// The first part that is this symbol and stands for at least one token.
    fn find(&self, symbol: Symbol) -> Option<Node<'a>> {
        let part = self.node.child(symbol)?;
        if !part.is_empty() {
            return Some(part);
        }
        let mut parts = self.node.children();
        parts.find(|part| part.is(symbol) && !part.is_empty())
    }

    /// Refuses the node at its `number`-th symbol.
    fn refuse(&self, number: usize, message: impl Into<String>) -> Verdict {
        let part = self.part(number).unwrap_or(self.node);
        refuse_at(&part, message)
    }

    /// A name as PostgreSQL keeps it.
    fn name(&self, node: &Node<'_>) -> String {
        names::value(node.text(self.text))
    }
}

fn refuse_at(node: &Node<'_>, message: impl Into<String>) -> Verdict {
    Err(Objection {
        message: message.into(),
        span: Some(node.range()),
    })
}

/// Refuses with the last token read, as PostgreSQL does where it has no better place.
fn refuse_near(message: &str) -> Verdict {
    Err(Objection {
        message: message.to_owned(),
        span: None,
    })
}

/// Right sides of any length.
const ANY: u32 = u32::MAX;

/// Right sides of exactly this length.
const fn length(length: u32) -> u32 {
    1 << length
}

/// A nonterminal, the right sides to look at, and what looks at them.
type Entry = (&'static str, u32, Judge);

const ENTRIES: &[Entry] = &[
    ("AexprConst", length(6), functions::judge_type_modifier),
    ("AlterEnumStmt", ANY, objects::judge_enum),
    ("AlterOptRoleElem", ANY, roles::judge_option),
    ("AlterPublicationStmt", ANY, publications::judge),
    ("ColConstraintElem", ANY, constraints::judge_generated),
    (
        "ConstraintAttributeSpec",
        length(2),
        attributes::judge_conflict,
    ),
    ("ConstraintElem", ANY, attributes::judge_table_constraint),
    ("CopyStmt", ANY, copying::judge),
    ("CreateAssertionStmt", ANY, objects::judge_assertion),
    ("CreateDomainStmt", ANY, constraints::judge_collations),
    ("CreateFunctionStmt", ANY, functions::judge_table_function),
    ("CreatePublicationStmt", ANY, publications::judge),
    ("CreateSchemaStmt", ANY, objects::judge_schema),
    ("CreateTrigStmt", ANY, objects::judge_trigger),
    ("DefineStmt", ANY, names::judge_composite_type),
    (
        "DomainConstraintElem",
        ANY,
        attributes::judge_domain_constraint,
    ),
    ("PartitionBoundSpec", length(6), partitions::judge_bound),
    ("PartitionSpec", ANY, partitions::judge_strategy),
    ("PublicationObjSpec", length(4), names::judge_qualified_name),
    ("RenameStmt", ANY, names::judge_renamed_attribute),
    ("RoleId", ANY, roles::judge_role_id),
    ("RoleSpec", ANY, roles::judge_role),
    (
        "RowSecurityDefaultPermissive",
        length(2),
        objects::judge_policy,
    ),
    ("TriggerEvents", length(3), objects::judge_trigger_events),
    ("ViewStmt", ANY, objects::judge_view),
    ("AlterCompositeTypeStmt", ANY, names::judge_composite_type),
    ("a_expr", length(3), queries::judge_expression),
    ("aggr_arg", ANY, functions::judge_aggregate_argument),
    ("aggr_args", length(6), functions::judge_ordered_set),
    (
        "alter_identity_column_option",
        length(2),
        objects::judge_identity,
    ),
    ("alter_table_cmd", ANY, constraints::judge_command),
    ("c_expr", length(2) | length(4), names::judge_star),
    ("columnDef", ANY, constraints::judge_collations),
    ("columnOptions", ANY, constraints::judge_collations),
    ("columnref", length(2), names::judge_star),
    (
        "create_extension_opt_item",
        length(2),
        objects::judge_extension,
    ),
    ("frame_extent", ANY, windows::judge_frame),
    ("func_expr", length(4), functions::judge_within_group),
    ("func_name", length(2), names::judge_function_name),
    (
        "function_with_argtypes",
        length(2),
        names::judge_function_name,
    ),
    ("insert_column_item", ANY, names::judge_star),
    ("json_format_clause", length(4), json::judge_encoding),
    ("json_table", ANY, json::judge_path),
    ("key_match", length(2), constraints::judge_match),
    ("key_update", ANY, constraints::judge_update),
    ("limit_clause", length(4), queries::judge_limit),
    ("oper_argtypes", length(3), objects::judge_operator),
    ("opt_float", length(3), objects::judge_float),
    ("qualified_name", length(2), names::judge_qualified_name),
    ("select_no_parens", ANY & !length(1), queries::judge_options),
    ("set_rest_more", length(2), objects::judge_catalog),
    ("set_target", ANY, names::judge_star),
    ("xmltable_column_el", length(3), json::judge_xml_column),
    (
        "xmltable_column_option_el",
        length(2),
        json::judge_xml_option,
    ),
    ("zone_value", length(3), objects::judge_time_zone),
];

static CHECKS: [Option<Judge>; NONTERMINALS] = list_checks();

/// By nonterminal: its check.
#[expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler: a wrong index is a build error"
)]
const fn list_checks() -> [Option<Judge>; NONTERMINALS] {
    let mut checks: [Option<Judge>; NONTERMINALS] = [None; NONTERMINALS];
    let mut rest = ENTRIES;
    while let [(name, _, judge), others @ ..] = rest {
        checks[(Symbol::named(name).0 - facts::TERMINALS) as usize] = Some(*judge);
        rest = others;
    }
    checks
}

#[cfg(test)]
mod tests {
    use crate::grammar::parse;
    use crate::splitter::analyse;

    /// The message about a statement; empty if there is none.
    fn judge(text: &str) -> String {
        let analysis = analyse(text);
        let parsed = parse(text, &analysis.tokens, &analysis.faults);
        let refusal = parsed.refusals().next();
        refusal.map_or_else(String::new, |refusal| {
            format!("{} ({})", refusal.message(text), refusal.span.start + 1)
        })
    }

    /// Statements, each with what a PostgreSQL 18.6 server says of it and the column it points at below
    /// it; where the server points nowhere, or at a bracket, the column is ours.
    const REFUSED: &str = include_str!("refused.txt");

    #[test]
    fn what_the_grammar_lets_pass_is_refused_as_postgresql_does() {
        let lines: Vec<&str> = REFUSED.lines().collect();
        for case in lines.chunks(2) {
            assert_eq!(judge(case[0]), case[1].trim_start(), "{}", case[0]);
        }
    }

    #[test]
    fn the_right_forms_pass() {
        for text in [
            "CREATE ROLE r SUPERUSER NOINHERIT ENCRYPTED PASSWORD 'x'",
            "CREATE SCHEMA s CREATE TABLE t (a int)",
            "SET TIME ZONE INTERVAL '-08:00' HOUR TO MINUTE",
            "ALTER TABLE t ALTER CONSTRAINT c DEFERRABLE INITIALLY DEFERRED",
            "CREATE TABLE t (a int, CHECK (a > 0) NOT VALID NO INHERIT, UNIQUE (a) INITIALLY DEFERRED)",
            "CREATE TABLE p PARTITION OF t FOR VALUES WITH (MODULUS 4, REMAINDER 0)",
            "CREATE TRIGGER g BEFORE INSERT OR UPDATE OF a OR DELETE ON t EXECUTE FUNCTION f()",
            "CREATE POLICY p ON t AS RESTRICTIVE USING (true)",
            "SELECT sum(a) OVER (ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)",
            "SELECT f(a) WITHIN GROUP (ORDER BY b), (1, 2) OVERLAPS ROW(3, 4), a.b.*, numeric(1, 2) '1'",
            "(SELECT 1 ORDER BY 1) FETCH FIRST 1 ROW WITH TIES",
            "SELECT * FROM JSON_TABLE(j, ('$.a') COLUMNS (a int))",
            "CREATE PUBLICATION p FOR TABLE a, b.c (d) WHERE (e), TABLES IN SCHEMA s, t, CURRENT_SCHEMA",
        ] {
            assert_eq!(judge(text), "", "{text}");
        }
    }
}
