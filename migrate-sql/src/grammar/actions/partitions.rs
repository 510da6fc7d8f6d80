//! Partitions.

use super::{Site, Verdict, refuse_at};
use crate::grammar::symbol::symbol;

/// `PARTITION BY magic (…)`: the strategy is no keyword.
pub(super) fn judge_strategy(site: &Site<'_>) -> Verdict {
    let Some(strategy) = site.part(3) else {
        return Ok(());
    };
    let name = site.name(&strategy);
    if ["list", "range", "hash"].contains(&name.to_ascii_lowercase().as_str()) {
        return Ok(());
    }
    site.refuse(3, format!("unrecognized partitioning strategy \"{name}\""))
}

/// `FOR VALUES WITH (modulus 4, remainder 1)`: neither word is a keyword.
pub(super) fn judge_bound(site: &Site<'_>) -> Verdict {
    let Some(bounds) = site.find(symbol!("hash_partbound")) else {
        return Ok(());
    };
    let (mut modulus, mut remainder) = (false, false);
    for bound in bounds.items(symbol!("hash_partbound_elem")) {
        let name = bound.children().next().map(|word| site.name(&word));
        let (seen, word) = match name.as_deref() {
            Some("modulus") => (&mut modulus, "modulus"),
            Some("remainder") => (&mut remainder, "remainder"),
            _ => {
                let name = name.unwrap_or_default();
                return refuse_at(
                    &bound,
                    format!("unrecognized hash partition bound specification \"{name}\""),
                );
            }
        };
        if std::mem::replace(seen, true) {
            return refuse_at(
                &bound,
                format!("{word} for hash partition provided more than once"),
            );
        }
    }
    for (seen, word) in [(modulus, "modulus"), (remainder, "remainder")] {
        if !seen {
            return site.refuse(3, format!("{word} for hash partition must be specified"));
        }
    }
    Ok(())
}
