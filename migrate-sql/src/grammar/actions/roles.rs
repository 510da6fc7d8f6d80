//! Roles and what they may be called.

use super::{Site, Verdict};
use crate::grammar::symbol::symbol;

/// Options of `CREATE ROLE` that are no keywords.
const OPTIONS: &[&str] = &[
    "superuser",
    "nosuperuser",
    "createrole",
    "nocreaterole",
    "replication",
    "noreplication",
    "createdb",
    "nocreatedb",
    "login",
    "nologin",
    "bypassrls",
    "nobypassrls",
    "noinherit",
];

/// An option of `CREATE ROLE` and `ALTER ROLE`.
pub(super) fn judge_option(site: &Site<'_>) -> Verdict {
    let Some(word) = site.part(1) else {
        return Ok(());
    };
    if word.is(symbol!("UNENCRYPTED")) {
        return site.refuse(1, "UNENCRYPTED PASSWORD is no longer supported");
    }
    let name = site.name(&word);
    if word.is(symbol!("IDENT")) && !OPTIONS.contains(&name.as_str()) {
        return site.refuse(1, format!("unrecognized role option \"{name}\""));
    }
    Ok(())
}

/// `none` names no role.
pub(super) fn judge_role(site: &Site<'_>) -> Verdict {
    match site.part(1) {
        Some(word) if word.is(symbol!("NonReservedWord")) && site.name(&word) == "none" => {
            site.refuse(1, "role name \"none\" is reserved")
        }
        _ => Ok(()),
    }
}

/// A role to be made or dropped has a name of its own.
pub(super) fn judge_role_id(site: &Site<'_>) -> Verdict {
    let Some(word) = site.part(1).and_then(|role| role.children().next()) else {
        return Ok(());
    };
    if word.is(symbol!("NonReservedWord")) {
        if site.name(&word) == "public" {
            return site.refuse(1, "role name \"public\" is reserved");
        }
        return Ok(());
    }
    let name = word.symbol().name();
    site.refuse(1, format!("{name} cannot be used as a role name here"))
}
