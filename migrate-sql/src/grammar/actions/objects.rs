//! Definitions of everything else.

use super::{Site, Verdict, refuse_at, refuse_near};
use crate::grammar::symbol::{Symbol, symbol};
use crate::grammar::tree::Node;

/// `ALTER TYPE … DROP VALUE`.
pub(super) fn judge_enum(site: &Site<'_>) -> Verdict {
    if site.has(4, symbol!("DROP")) {
        return site.refuse(4, "dropping an enum value is not implemented");
    }
    Ok(())
}

/// `CREATE ASSERTION`.
pub(super) fn judge_assertion(site: &Site<'_>) -> Verdict {
    site.refuse(1, "CREATE ASSERTION is not yet implemented")
}

/// `CREATE SCHEMA IF NOT EXISTS s CREATE TABLE …`.
pub(super) fn judge_schema(site: &Site<'_>) -> Verdict {
    match site.find(symbol!("OptSchemaEltList")) {
        Some(elements) if site.has(3, symbol!("IF_P")) => refuse_at(
            &elements,
            "CREATE SCHEMA IF NOT EXISTS cannot include schema elements",
        ),
        _ => Ok(()),
    }
}

/// `CREATE OR REPLACE CONSTRAINT TRIGGER`, and the attributes of a constraint trigger.
pub(super) fn judge_trigger(site: &Site<'_>) -> Verdict {
    if !site.has(3, symbol!("CONSTRAINT")) {
        return Ok(());
    }
    if site.find(symbol!("opt_or_replace")).is_some() {
        return site.refuse(1, "CREATE OR REPLACE CONSTRAINT TRIGGER is not supported");
    }
    super::attributes::judge_trigger(site)
}

/// `BEFORE UPDATE OR UPDATE`.
pub(super) fn judge_trigger_events(site: &Site<'_>) -> Verdict {
    let (Some(before), Some(last)) = (site.part(1), site.part(3)) else {
        return Ok(());
    };
    let event = |node: &Node<'_>| node.children().next().map(|word| word.symbol());
    let events = before.items(symbol!("TriggerOneEvent"));
    let events: Vec<Option<Symbol>> = events.iter().map(event).collect();
    if events.contains(&event(&last)) {
        return refuse_near("duplicate trigger events specified");
    }
    Ok(())
}

/// `CREATE RECURSIVE VIEW … WITH CHECK OPTION`.
pub(super) fn judge_view(site: &Site<'_>) -> Verdict {
    let option = site.find(symbol!("opt_check_option"));
    match (site.find(symbol!("RECURSIVE")), option) {
        (Some(_), Some(option)) => refuse_at(
            &option,
            "WITH CHECK OPTION not supported on recursive views",
        ),
        _ => Ok(()),
    }
}

/// `CREATE POLICY … AS …`: neither word is a keyword.
pub(super) fn judge_policy(site: &Site<'_>) -> Verdict {
    let name = site
        .part(2)
        .map(|name| site.name(&name))
        .unwrap_or_default();
    if ["permissive", "restrictive"].contains(&name.as_str()) {
        return Ok(());
    }
    site.refuse(2, format!("unrecognized row security option \"{name}\""))
}

/// `CREATE EXTENSION … FROM`.
pub(super) fn judge_extension(site: &Site<'_>) -> Verdict {
    if site.has(1, symbol!("FROM")) {
        return site.refuse(1, "CREATE EXTENSION ... FROM is no longer supported");
    }
    Ok(())
}

/// `DROP OPERATOR + (int)`.
pub(super) fn judge_operator(site: &Site<'_>) -> Verdict {
    site.refuse(3, "missing argument")
}

/// `float(54)`.
pub(super) fn judge_float(site: &Site<'_>) -> Verdict {
    let bits = site
        .part(2)
        .and_then(|bits| bits.text(site.text).parse::<u32>().ok());
    match bits {
        Some(0) => site.refuse(2, "precision for type float must be at least 1 bit"),
        Some(54..) => site.refuse(2, "precision for type float must be less than 54 bits"),
        _ => Ok(()),
    }
}

/// `SET CATALOG 'x'`.
pub(super) fn judge_catalog(site: &Site<'_>) -> Verdict {
    if site.has(1, symbol!("CATALOG_P")) {
        return site.refuse(2, "current database cannot be changed");
    }
    Ok(())
}

/// `SET TIME ZONE INTERVAL '1' DAY`.
pub(super) fn judge_time_zone(site: &Site<'_>) -> Verdict {
    let Some(unit) = site.find(symbol!("opt_interval")) else {
        return Ok(());
    };
    let mut words = unit
        .descendants()
        .filter(|node| node.symbol().is_terminal());
    let allowed = [symbol!("HOUR_P"), symbol!("MINUTE_P"), symbol!("TO")];
    if words.all(|word| allowed.contains(&word.symbol())) {
        return Ok(());
    }
    refuse_at(&unit, "time zone interval must be HOUR or HOUR TO MINUTE")
}

/// `ALTER COLUMN … SET RESTART`: options of a sequence that an identity column does not have.
pub(super) fn judge_identity(site: &Site<'_>) -> Verdict {
    let option = site
        .part(2)
        .filter(|option| option.is(symbol!("SeqOptElem")));
    let word = option.and_then(|option| option.children().next());
    let name = match word.map(|word| word.symbol()) {
        Some(word) if word == symbol!("AS") => "as",
        Some(word) if word == symbol!("RESTART") => "restart",
        Some(word) if word == symbol!("OWNED") => "owned_by",
        _ => return Ok(()),
    };
    site.refuse(2, format!("sequence option \"{name}\" not supported here"))
}
