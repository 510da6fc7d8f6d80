//! `COPY`.

use super::{Site, Verdict, refuse_at};
use crate::grammar::symbol::symbol;

/// `COPY … PROGRAM STDIN` and `COPY … TO … WHERE`.
pub(super) fn judge(site: &Site<'_>) -> Verdict {
    let program = site.find(symbol!("opt_program"));
    let file = site.find(symbol!("copy_file_name"));
    if let (Some(_), Some(file)) = (program, file)
        && file.child(symbol!("Sconst")).is_none()
    {
        return refuse_at(&file, "STDIN/STDOUT not allowed with PROGRAM");
    }
    let direction = site.find(symbol!("copy_from"));
    match site.find(symbol!("where_clause")) {
        Some(clause) if direction.is_some_and(|to| to.child(symbol!("TO")).is_some()) => {
            refuse_at(&clause, "WHERE clause not allowed with COPY TO")
        }
        _ => Ok(()),
    }
}
