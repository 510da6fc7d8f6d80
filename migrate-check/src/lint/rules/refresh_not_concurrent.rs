//! `REFRESH MATERIALIZED VIEW` without `CONCURRENTLY`.
//!
//! It takes ACCESS EXCLUSIVE on the view, which blocks readers, too, until its query has run.
//!
//! Found:
//!
//! ```sql
//! REFRESH MATERIALIZED VIEW order_totals;
//! -- locks order_totals: ACCESS EXCLUSIVE
//! -- builds order_totals_user_id_idx
//! ```
//!
//! A view that was created `WITH NO DATA` and has not been filled since cannot be read by any session, and PostgreSQL
//! refuses `CONCURRENTLY` for it: its first `REFRESH` is not reported, and is where it says `CONCURRENTLY`. Otherwise, write `CONCURRENTLY`, which may run in a transaction, and needs a unique index on the view:
//!
//! ```sql
//! REFRESH MATERIALIZED VIEW CONCURRENTLY order_totals;
//! -- locks order_totals: EXCLUSIVE
//! ```

use migrate_sql::ast::{Command, Concurrency, Filling, Kind};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "refresh-not-concurrent",
    level: Level::Warn,
    summary: "a materialized view is filled under ACCESS EXCLUSIVE",
    allowable: true,
    source: include_str!("refresh_not_concurrent.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::Refresh], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let Command::Refresh(refreshed) = context.command() else {
        return Vec::new();
    };
    let view = &refreshed.view;
    let is_concurrent = refreshed.concurrency == Concurrency::Concurrent;
    if is_concurrent && context.catalog.is_unfilled(view) {
        let message = format!(
            "fails: \"{view}\" holds no rows yet, and PostgreSQL refuses `CONCURRENTLY` for that"
        );
        return vec![context.find(&RULE, message).help(format!(
            "write `REFRESH MATERIALIZED VIEW {}`: no session can read it before",
            view.to_sql()
        ))];
    }
    if refreshed.filling == Filling::NoData
        || is_concurrent
        || !context.is_in_use(view)
        || context.catalog.is_unfilled(view)
    {
        return Vec::new();
    }
    let message = format!("takes ACCESS EXCLUSIVE on \"{view}\" while its query runs");
    vec![context.find(&RULE, message).help(format!(
        "write `REFRESH MATERIALIZED VIEW CONCURRENTLY {}`; the view needs a unique index",
        view.to_sql()
    ))]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_after};

    #[test]
    fn a_view_that_is_new_or_emptied_is_fine() {
        assert!(find(RULE, "REFRESH MATERIALIZED VIEW m WITH NO DATA").is_empty());
        let new =
            "CREATE MATERIALIZED VIEW m AS SELECT 1 WITH NO DATA; REFRESH MATERIALIZED VIEW m";
        assert!(find(RULE, new).is_empty());
        assert_eq!(find(RULE, "REFRESH MATERIALIZED VIEW m WITH DATA").len(), 1);
    }

    #[test]
    fn a_view_is_filled_for_the_first_time_without_a_word() {
        let refresh = "REFRESH MATERIALIZED VIEW m";
        let empty = "CREATE MATERIALIZED VIEW public.m AS SELECT 1 WITH NO DATA";
        assert!(find_after(RULE, &[empty], refresh).is_empty());
        assert_eq!(find_after(RULE, &[empty, refresh], refresh).len(), 1);
        let full = "CREATE MATERIALIZED VIEW m AS SELECT 1";
        assert_eq!(find_after(RULE, &[full], refresh).len(), 1);
        let emptied = "REFRESH MATERIALIZED VIEW m WITH NO DATA";
        assert!(find_after(RULE, &[full, emptied], refresh).is_empty());
        let concurrent = "REFRESH MATERIALIZED VIEW CONCURRENTLY m";
        for before in [[full, emptied], ["", empty]] {
            let found = find_after(RULE, &before, concurrent).concat();
            assert!(
                found.contains("fails: \"m\" holds no rows yet")
                    && found.contains("| write `REFRESH MATERIALIZED VIEW m`:"),
                "{found}"
            );
        }
        assert!(find_after(RULE, &[empty, refresh], concurrent).is_empty());
    }
}
