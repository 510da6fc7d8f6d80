//! `DEFERRABLE`, `NOT VALID` and the like after a constraint: the grammar takes all of them after
//! every kind, in any combination.

use super::{Site, Verdict, refuse_at};
use crate::grammar::symbol::symbol;
use crate::grammar::tree::Node;

/// One `ConstraintAttributeElem`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attribute {
    NotDeferrable,
    Deferrable,
    InitiallyImmediate,
    InitiallyDeferred,
    NotValid,
    NoInherit,
    NotEnforced,
    Enforced,
}

use Attribute::{
    Deferrable, Enforced, InitiallyDeferred, InitiallyImmediate, NoInherit, NotDeferrable,
    NotEnforced, NotValid,
};

/// The attributes of a `ConstraintAttributeSpec`, the last one first.
fn list_attributes<'a>(spec: &Node<'a>) -> impl Iterator<Item = Attribute> + use<'a> {
    let mut list = Some(*spec);
    std::iter::from_fn(move || {
        let level = list?;
        list = level.child(symbol!("ConstraintAttributeSpec"));
        level.child(symbol!("ConstraintAttributeElem"))
    })
    .filter_map(|element| Attribute::of(&element))
}

/// More attributes than there are kinds are repetitions, which PostgreSQL lets pass. To look at all of
/// them each time another one comes would take quadratic time.
const MOST: usize = 64;

impl Attribute {
    fn of(element: &Node<'_>) -> Option<Self> {
        let mut words = element.children().map(|word| word.symbol());
        Some(match words.next_back()? {
            word if word == symbol!("DEFERRABLE") => negate(element, NotDeferrable, Deferrable),
            word if word == symbol!("ENFORCED") => negate(element, NotEnforced, Enforced),
            word if word == symbol!("IMMEDIATE") => InitiallyImmediate,
            word if word == symbol!("DEFERRED") => InitiallyDeferred,
            word if word == symbol!("VALID") => NotValid,
            _ => NoInherit,
        })
    }
}

fn negate(element: &Node<'_>, negated: Attribute, plain: Attribute) -> Attribute {
    if element.child(symbol!("NOT")).is_some() {
        negated
    } else {
        plain
    }
}

/// Attributes that contradict each other.
pub(super) fn judge_conflict(site: &Site<'_>) -> Verdict {
    let given: Vec<Attribute> = list_attributes(&site.node).take(MOST).collect();
    let both = |one, other| given.contains(&one) && given.contains(&other);
    if both(NotDeferrable, InitiallyDeferred) {
        return site.refuse(
            2,
            "constraint declared INITIALLY DEFERRED must be DEFERRABLE",
        );
    }
    if both(NotDeferrable, Deferrable)
        || both(InitiallyImmediate, InitiallyDeferred)
        || both(NotEnforced, Enforced)
    {
        return site.refuse(2, "conflicting constraint properties");
    }
    Ok(())
}

/// `CHECK (…) DEFERRABLE` in a table.
pub(super) fn judge_table_constraint(site: &Site<'_>) -> Verdict {
    let (kind, supported): (_, &[Attribute]) = match site.part(1).map(|part| part.symbol()) {
        Some(word) if word == symbol!("CHECK") => {
            ("CHECK", &[NotValid, NoInherit, NotEnforced, Enforced])
        }
        Some(word) if word == symbol!("NOT") => ("NOT NULL", &[NotValid, NoInherit]),
        Some(word) if word == symbol!("UNIQUE") => ("UNIQUE", &[Deferrable]),
        Some(word) if word == symbol!("PRIMARY") => ("PRIMARY KEY", &[Deferrable]),
        Some(word) if word == symbol!("EXCLUDE") => ("EXCLUDE", &[Deferrable]),
        _ => (
            "FOREIGN KEY",
            &[Deferrable, NotValid, NotEnforced, Enforced],
        ),
    };
    judge_spec(site, kind, supported)
}

/// `CHECK (…) DEFERRABLE` of a domain.
pub(super) fn judge_domain_constraint(site: &Site<'_>) -> Verdict {
    if site.has(1, symbol!("CHECK")) {
        judge_spec(site, "CHECK", &[NotValid, NoInherit])
    } else {
        judge_spec(site, "NOT NULL", &[])
    }
}

/// `ALTER CONSTRAINT c NOT VALID`.
pub(super) fn judge_altered(site: &Site<'_>) -> Verdict {
    let Some(spec) = site.find(symbol!("ConstraintAttributeSpec")) else {
        return Ok(());
    };
    if list_attributes(&spec).any(|attribute| attribute == NotValid) {
        return refuse_at(&spec, "constraints cannot be altered to be NOT VALID");
    }
    judge_spec(
        site,
        "FOREIGN KEY",
        &[Deferrable, NoInherit, NotEnforced, Enforced],
    )
}

/// A constraint trigger can only be deferrable.
pub(super) fn judge_trigger(site: &Site<'_>) -> Verdict {
    judge_spec(site, "TRIGGER", &[Deferrable])
}

/// Refuses the first attribute, in PostgreSQL's order, that a kind of constraint does not have.
fn judge_spec(site: &Site<'_>, kind: &str, supported: &[Attribute]) -> Verdict {
    let Some(spec) = site.find(symbol!("ConstraintAttributeSpec")) else {
        return Ok(());
    };
    let given: Vec<Attribute> = list_attributes(&spec).collect();
    for (attribute, needs, words) in [
        (Deferrable, Deferrable, "DEFERRABLE"),
        (InitiallyDeferred, Deferrable, "DEFERRABLE"),
        (NotValid, NotValid, "NOT VALID"),
        (NoInherit, NoInherit, "NO INHERIT"),
        (NotEnforced, NotEnforced, "NOT ENFORCED"),
        (Enforced, Enforced, "ENFORCED"),
    ] {
        if given.contains(&attribute) && !supported.contains(&needs) {
            return refuse_at(
                &spec,
                format!("{kind} constraints cannot be marked {words}"),
            );
        }
    }
    Ok(())
}
